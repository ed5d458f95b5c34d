package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// noCluster: the route names a cluster that Envoy does not have.
func (w *walk) noCluster(r *report, u upstream) {
	culprit := w.routed.Ref()
	summary := "Envoy has no cluster " + u.name
	want := "a destination that exists"
	got := ""
	switch {
	case w.routed.Group() == gatewayAPI && w.unresolved() != "":
		got = w.unresolved()
	case u.host == "":
		got = "the route leads to " + u.name
	case u.service == nil && strings.HasSuffix(u.host, ".svc.cluster.local"):
		got = "there is no Service " + u.host + w.similarService(u.host)
	case u.service != nil && !hasPort(u.service, u.port):
		want = "a port of " + u.service.Ref().String()
		got = fmt.Sprintf("port %d; the Service has %s", u.port, quoteAll(ports(u.service)))
	case u.subset != "":
		want = fmt.Sprintf("subset %q in a DestinationRule for %s", u.subset, u.host)
		got = "no DestinationRule for it"
		if u.rule != nil {
			got = u.rule.Ref().String() + " has subsets " + quoteAll(subsets(u.rule))
		}
	case u.service != nil && u.service.Labels("metadata", "annotations")["networking.istio.io/exportTo"] != "":
		culprit = u.service.Ref()
		got = "annotation networking.istio.io/exportTo: " + u.service.Labels("metadata", "annotations")["networking.istio.io/exportTo"]
	default:
		got = "nothing by the name " + u.host
	}
	r.broken(culprit, summary, want, got)
}

func (w *walk) unresolved() string {
	for _, st := range w.routed.Items("status", "parents") {
		if c := condition(st.Items("conditions"), "ResolvedRefs"); c.Str("status") == "False" {
			return c.Str("reason") + ": " + c.Str("message")
		}
	}
	return ""
}

func (w *walk) similarService(host string) string {
	for _, s := range w.index.All("", "Service") {
		name := s.Name() + "." + s.Namespace() + ".svc.cluster.local"
		if _, close := near(name, host); close {
			return ", but " + s.Ref().String()
		}
	}
	return ""
}

func ports(s object) []string {
	var out []string
	for _, p := range s.Items("spec", "ports") {
		out = append(out, strconv.Itoa(p.Num("port")))
	}
	return out
}

func hasPort(s object, port int) bool { return slices.Contains(ports(s), strconv.Itoa(port)) }

func subsets(rule object) []string {
	var out []string
	for _, s := range rule.Items("spec", "subsets") {
		out = append(out, s.Str("name"))
	}
	return out
}

// noEndpoints: the cluster is there and empty, or nothing in it is healthy.
func (w *walk) noEndpoints(r *report, u upstream) {
	all := w.config.Endpoints[u.name]
	summary := "no healthy endpoint in " + u.name
	for _, e := range all {
		if len(e.Failed) > 0 {
			r.broken(u.rule.Ref(), summary, "a healthy endpoint", fmt.Sprintf("%s: %s", e.Address, strings.Join(e.Failed, ", ")))
			return
		}
	}
	switch {
	case u.service == nil:
		r.broken(labs.Object{}, summary, "an address for "+u.host, "none")
	case u.subset != "" && len(w.readyEndpoints(u.service, nil)) > 0:
		r.broken(u.rule.Ref(), summary, fmt.Sprintf("ready pods with the labels of subset %q", u.subset), "none")
	default:
		culprit, want, got := w.whyNoEndpoints(u.service)
		r.broken(culprit, summary, want, got)
	}
}
