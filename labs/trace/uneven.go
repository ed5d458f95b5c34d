package trace

import (
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// uneven: a Gateway of Istio's own API takes the request on some of the pods
// behind the Service, and no such Gateway is for the others. Those are ready,
// and listen on nothing for this host; their share of the connections fails,
// whichever pod took this one.
func (w *walk) uneven(r *report) {
	if r.Verdict != labs.Healthy || w.intended == nil || !w.intended.Classic {
		return
	}
	left := slices.DeleteFunc(slices.Clone(w.pods), w.takes)
	if len(left) == 0 || len(left) == len(w.pods) {
		return
	}
	odd := left[0]
	selector := w.intended.Gateway.Labels("spec", "selector")
	have := map[string]string{}
	for k := range selector {
		if v, ok := odd.Labels("metadata", "labels")[k]; ok {
			have[k] = v
		}
	}
	r.override(w.ownerOf(odd), fmt.Sprintf("%.3g %% of the connections: %s is behind the Service, and no Gateway for %s is for it",
		100*float64(len(left))/float64(len(w.pods)), odd.Ref(), w.target.name()),
		"pods that "+w.intended.Gateway.Ref().String()+" selects by "+selectorText(selector), odd.Ref().String()+" has "+selectorText(have))
	r.involve(w.service.Ref())
}

// takes says whether the pod is one of those that a Gateway takes the request
// on. Those made for a Gateway of the Gateway API are all alike.
func (w *walk) takes(pod object) bool {
	labels := pod.Labels("metadata", "labels")
	if labels[gatewayNameLabel] != "" {
		return true
	}
	return slices.ContainsFunc(w.servers, func(s server) bool {
		selector := s.Gateway.Labels("spec", "selector")
		return s.Classic && s.Port == w.target.port && s.covers(w.target.name()) >= 0 && (len(selector) == 0 || snapshot.Selects(selector, labels))
	})
}
