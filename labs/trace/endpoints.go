package trace

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// endpoints lists the ready addresses behind a Service's port.
func (w *walk) endpoints(r *report, port object) []string {
	ready := []string{}
	if why := w.missingIn(w.service.Namespace(), "EndpointSlice"); why != "" {
		r.unknown("%s", why)
		return ready
	}
	for _, e := range w.readyEndpoints(w.service, port) {
		ready = append(ready, e)
		if _, p, err := net.SplitHostPort(e); err == nil {
			w.targetPort, _ = strconv.Atoi(p)
			r.fact("targetPort", w.targetPort)
		}
	}
	if port == nil {
		return ready
	}
	r.fact("endpoints", ready)
	r.see("EndpointSlices of %s/%s: %s ready", w.service.Namespace(), w.service.Name(), count(len(ready), "address"))
	return ready
}

// readyEndpoints reads a Service's EndpointSlices: "ip:port" of what is ready.
// A nil port takes the first port of each slice.
func (w *walk) readyEndpoints(svc, port object) []string {
	var out []string
	for _, s := range w.endpointSlices[svc.Namespace()+"/"+svc.Name()] {
		for _, p := range s.Items("ports") {
			if port != nil && p.Str("name") != port.Str("name") {
				continue
			}
			for _, e := range s.Items("endpoints") {
				if e.Has("conditions", "ready") && e.Str("conditions", "ready") != "true" {
					continue
				}
				for _, a := range e.Strs("addresses") {
					out = append(out, net.JoinHostPort(a, strconv.Itoa(p.Num("port"))))
				}
			}
			if port == nil {
				break
			}
		}
	}
	return out
}

func hostsOf(endpoints []string) []string {
	var out []string
	for _, e := range endpoints {
		if h, _, err := net.SplitHostPort(e); err == nil {
			out = append(out, h)
		}
	}
	return out
}

// explainNoEndpoints tells a selector that matches nothing from pods that
// are not ready.
func (w *walk) explainNoEndpoints(r *report) {
	o, want, got := w.whyNoEndpoints(w.service)
	if o.Kind == "Service" && len(w.pods) > 0 {
		got += fmt.Sprintf("; %s has %s", w.pods[0].Ref(), selectorText(w.relevant(w.pods[0])))
	}
	r.broken(o, "nothing is ready behind the Service", want, got)
}

// relevant are the labels of a pod under the keys its Service selects by.
func (w *walk) relevant(pod object) map[string]string {
	out := map[string]string{}
	labels := pod.Labels("metadata", "labels")
	for k := range w.service.Labels("spec", "selector") {
		if v, ok := labels[k]; ok {
			out[k] = v
		}
	}
	return out
}

// whyNoEndpoints finds what keeps a Service without ready endpoints.
func (w *walk) whyNoEndpoints(svc object) (culprit labs.Object, want, got string) {
	selector := svc.Labels("spec", "selector")
	pods := w.podsOf(svc.Namespace(), selector)
	want = "a ready pod behind " + svc.Ref().String()
	if slices.ContainsFunc(pods, ready) {
		return svc.Ref(), "a targetPort that the pods have", fmt.Sprintf("%s ready, none with a port %s", count(len(pods), "pod"), quoteAll(targetPorts(svc)))
	}
	if len(pods) > 0 {
		culprit = w.ownerOf(pods[0])
		return culprit, want, fmt.Sprintf("%s, none ready", count(len(pods), "pod"))
	}
	for _, d := range w.index.All("apps", "Deployment") {
		if d.Namespace() == svc.Namespace() && d.Has("spec", "replicas") && d.Num("spec", "replicas") == 0 &&
			snapshot.Selects(selector, d.Labels("spec", "template", "metadata", "labels")) {
			if other := w.successor(d, selector); other != nil {
				return svc.Ref(), want, fmt.Sprintf("selector %s chooses %s, which has 0 replicas; %s runs", selectorText(selector), d.Ref(), other.Ref())
			}
			return d.Ref(), want, d.Ref().String() + " has 0 replicas"
		}
	}
	if len(selector) == 0 {
		return w.whyNoAddress(svc)
	}
	return svc.Ref(), want, "selector " + selectorText(selector) + " matches no pod"
}

// successor is a Deployment with ready pods that bears a label by which a Service
// chooses one that is scaled to nothing, though not all: the Service stayed with
// the old one. The version that a label tells is no such sign: subsets go by it.
func (w *walk) successor(old object, selector map[string]string) object {
	for _, d := range w.index.All("apps", "Deployment") {
		own := d.Labels("spec", "template", "metadata", "labels")
		shares := slices.ContainsFunc(slices.Collect(maps.Keys(selector)), func(k string) bool { return own[k] == selector[k] })
		if d.Namespace() == old.Namespace() && d.Ref() != old.Ref() && shares && slices.ContainsFunc(w.podsOf(d.Namespace(), own), ready) {
			return d
		}
	}
	return nil
}

// whyNoAddress: a Service without selector has the addresses that somebody
// writes for it.
func (w *walk) whyNoAddress(svc object) (culprit labs.Object, want, got string) {
	want = "a ready address for " + svc.Ref().String() + ", which has no selector"
	for _, s := range w.endpointSlices[svc.Namespace()+"/"+svc.Name()] {
		if len(s.Items("endpoints")) > 0 {
			return s.Ref(), want, "none of those in " + s.Ref().String() + " is ready"
		}
	}
	return svc.Ref(), want, "nobody has written one"
}

func ready(pod object) bool {
	return condition(pod.Items("status", "conditions"), "Ready").Str("status") == "True"
}

func targetPorts(svc object) []string {
	var out []string
	for _, p := range svc.Items("spec", "ports") {
		out = append(out, p.Str("targetPort"))
	}
	return out
}
