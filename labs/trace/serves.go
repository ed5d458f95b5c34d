package trace

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// routesByName says whether a route that names the very host is attached to
// the gateway behind a Service.
func (w *walk) routesByName(svc object) bool {
	at := w.behind(svc)
	return slices.ContainsFunc(at.related(), func(c candidate) bool { return c.fit == match.Exact && at.serving(c) })
}

// serves says whether the gateway behind a Service serves the asked name: one
// of its servers names it, or a route for it is attached.
func (w *walk) serves(svc object) bool {
	at := w.behind(svc)
	names := func(s server) bool { return s.selects && s.covers(w.target.name()) == match.Exact }
	return slices.ContainsFunc(at.servers, names) || slices.ContainsFunc(at.related(), at.serving)
}

// behind is the gateway behind a Service, as this request would find it.
func (w *walk) behind(svc object) *walk {
	at := &walk{journey: w.journey, role: labs.RoleGateway, target: w.target, service: svc, pods: w.podsOf(svc.Namespace(), svc.Labels("spec", "selector"))}
	at.face()
	return at
}

func (j *journey) frontsGateway(svc object) bool {
	return slices.ContainsFunc(j.podsOf(svc.Namespace(), svc.Labels("spec", "selector")), runsGateway)
}

// likelyService is the Service that the name should lead to, where that can be
// told: the only one with an outside address, or of several the only one whose
// gateway serves the name. Facts of the later layers can then still be told.
func (w *walk) likelyService() object {
	var outside, serving []object
	for _, s := range w.index.All("", "Service") {
		if len(snapshot.ServiceAddresses(s)) > 0 {
			outside = append(outside, s)
		}
	}
	if len(outside) == 1 {
		return outside[0]
	}
	for _, s := range outside {
		if w.frontsGateway(s) && w.serves(s) {
			serving = append(serving, s)
		}
	}
	if len(serving) == 1 {
		return serving[0]
	}
	return nil
}

// hidden is the Service of the only gateway that serves the name, where that
// Service has no address outside: no record could lead there. Nil where a
// gateway that has one serves the name too.
func (w *walk) hidden() object {
	if w.target.address || w.missing("Gateway", "ListenerSet", "VirtualService", "HTTPRoute", "GRPCRoute", "TLSRoute") != "" {
		return nil // others may serve it, for all that was seen
	}
	var serving []object
	for _, s := range w.index.All("", "Service") {
		if w.frontsGateway(s) && w.serves(s) {
			serving = append(serving, s)
		}
	}
	if len(serving) != 1 || len(snapshot.ServiceAddresses(serving[0])) > 0 {
		return nil
	}
	return serving[0]
}

// unaddressed says why a Service has no address outside.
func unaddressed(svc object) string {
	if kind := svc.Str("spec", "type"); kind != "" && kind != "LoadBalancer" {
		return "type " + kind
	}
	return "pending"
}
