package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// wanted compares a good answer with what the request asks for: by which way,
// of whom, and whether at all. An answer that is good for the client can
// still be a fault.
func (j *journey) wanted() {
	if j.broken() || !j.whole.Observed {
		return
	}
	good := j.whole.Error == "" && j.whole.Code < 400
	last := j.hops[len(j.hops)-1]
	switch {
	case j.request.Refused && good:
		last.notRefused()
	case !good:
	case j.request.Via != "" && !j.passed(j.request.Via):
		j.wentPast()
	case j.request.Via != "" && j.unsigned():
		j.hops[0].report(labs.LayerRoute).doubt("answered, and no proxy has a word of it: whether it passed " + j.request.Via + " was not seen")
	case j.request.To != "" && last.matched != nil && last.matched.route.Direct != 0:
		last.nobodyAsked()
	case j.request.To != "":
		last.wrongServer()
	}
}

// refusedAsAsked turns the break of a request that ought to be refused into
// what it is: the way it should be.
func (j *journey) refusedAsAsked() {
	if !j.request.Refused || !j.whole.Observed || j.whole.Error == "" && j.whole.Code < 400 {
		return
	}
	for _, r := range j.all() {
		if r.Verdict == labs.Broken && r.Layer != labs.LayerDNS {
			r.Verdict = labs.Healthy
			r.Summary = "refused, as it should be: " + r.Summary
			r.Want, r.Got = "", ""
			delete(r.Facts, "culprit")
			return
		}
	}
}

func (j *journey) broken() bool {
	return slices.ContainsFunc(j.all(), func(r *report) bool { return r.Verdict == labs.Broken })
}

// passed says whether the request went through the proxies of a Service, or
// of the waypoint of that name: by the walk, or by their logs.
func (j *journey) passed(via string) bool {
	ns, name, _ := strings.Cut(via, "/")
	var pods []object
	if svc := j.index.Get("", "Service", ns, name); svc != nil {
		pods = j.podsOf(ns, svc.Labels("spec", "selector"))
	}
	pods = append(pods, j.podsOf(ns, map[string]string{gatewayNameLabel: name})...)
	if len(j.whole.Logs) > 0 {
		_, ok := j.logOf(pods)
		return ok
	}
	return slices.ContainsFunc(j.hops, func(w *walk) bool { return slices.ContainsFunc(pods, w.isProxy) })
}

// unsigned says whether an answer bears no mark of the proxy that, by the walk,
// read it: neither a line in a log nor its name in the answer.
func (j *journey) unsigned() bool {
	first := j.hops[0]
	return len(j.whole.Logs) == 0 && first.chain != nil && first.chain.HTTP && !strings.Contains(j.whole.Server, "envoy")
}

// wentPast: the answer is good, and did not come by the way that policy asks
// for. The object to blame is what should have sent the request there.
func (j *journey) wentPast() {
	w := j.hops[0]
	r := w.report(labs.LayerRoute)
	want := "a request that passes " + j.request.Via
	got := "it went straight to " + strings.Join(w.clusters, ", ")
	if w.direct {
		r = w.report(labs.LayerEntry)
		r.override(w.client, "answered, not by the way that policy asks for", want, r.Summary)
		return
	}
	if ns, name, by := w.waypointOf(w.last().service); name != "" {
		r, svc, waypoint := w.report(labs.LayerDestination), w.last().service, w.index.Get(gatewayAPI, "Gateway", ns, name)
		culprit, bound := object(nil), by.Ref().String()+" is bound to waypoint "+ns+"/"+name
		why := unfit(svc, waypoint)
		switch {
		case waypoint == nil:
			culprit, got = by, bound+", which does not exist"
		case why != "":
			culprit, got = waypoint, bound+": "+why
		case strings.HasSuffix(j.request.Via, "/"+name):
			culprit, got = svc, bound+", but gateways do not send through it"
		}
		if culprit != nil {
			r.override(culprit.Ref(), "answered, not by the way that policy asks for", want, got)
			return
		}
	}
	if svc := w.last().service; svc != nil && w.isWaypoint(j.request.Via) {
		r = w.report(labs.LayerDestination)
		r.override(svc.Ref(), "answered, not by the way that policy asks for", want, w.binding(svc))
		return
	}
	culprit, why := w.meshRoute()
	if why != "" {
		got = why + "; " + got
	}
	r.override(culprit.Ref(), "answered, not by the way that policy asks for", want, got)
}

// nobodyAsked: the last proxy gave the answer itself, by a route that says so.
func (w *walk) nobodyAsked() {
	w.report(labs.LayerRoute).override(w.answersItself(), fmt.Sprintf("the route answers %d by itself", w.matched.route.Direct),
		"an answer of "+w.request.To, "a direct response")
}

// notRefused: policy wants the request refused, and it was answered. What
// should have stopped it is the policy whose workload it reached, or the
// entry that lets it out.
func (w *walk) notRefused() {
	r := w.report(labs.LayerDestination)
	u := w.last()
	culprit, got := object(nil), "it was answered"
	if w.role == labs.RoleSidecar {
		r = w.report(labs.LayerRoute) // what may leave is a matter of what the mesh knows
	}
	if w.leaves() {
		culprit, got = w.outboundPolicy()
	} else if p := w.idlePolicy(u); w.role == labs.RoleWaypoint && p != nil {
		culprit, got = p, p.Ref().String()+" does not apply at a waypoint: it has no targetRefs"
	} else if _, name, _ := w.waypointOf(u.service); name != "" {
		culprit, got = u.service, "the request does not pass the waypoint "+name+", whose policies would apply"
	} else if a := w.undemanded(u); a != nil {
		culprit, got = a, a.Ref().String()+" refuses bad tokens only; no AuthorizationPolicy asks for one"
	} else if p := w.idlePolicy(u); p != nil {
		culprit, got = p, p.Ref().String()+" does not apply to the request"
	} else if f := w.idleFilter(u); f != nil {
		culprit, got = f, f.Ref().String()+" patches proxies in another place than where the request comes by"
	} else if e := w.entryFor(w.target.name()); e != nil {
		culprit, got = e, e.Ref().String()+" has hosts "+quoteAll(e.Strs("spec", "hosts"))
	}
	r.override(culprit.Ref(), "answered, although it ought to be refused", "a refusal", got)
}

// outboundPolicy is what lets unknown hosts out, and how: the workload's
// Sidecar that says so; else one beside it that would not, and selects others;
// else what applies, the mesh's settings at last.
func (w *walk) outboundPolicy() (object, string) {
	own := w.sidecarResource()
	if own.Str("spec", "outboundTrafficPolicy", "mode") != "" {
		return own, own.Ref().String() + " lets unknown hosts out"
	}
	for _, s := range w.index.All(istioNetworking, "Sidecar") {
		if len(w.pods) > 0 && s.Namespace() == w.pods[0].Namespace() && s.Str("spec", "outboundTrafficPolicy", "mode") == "REGISTRY_ONLY" {
			return s, fmt.Sprintf("%s says REGISTRY_ONLY for %s, which %s is not", s.Ref(), selectorText(s.Labels("spec", "workloadSelector", "labels")), w.client)
		}
	}
	if own != nil {
		return own, own.Ref().String() + " says nothing of unknown hosts: they may leave"
	}
	return meshConfig(), "unknown hosts may leave"
}

// undemanded is a RequestAuthentication before the server, where no policy asks
// for what it knows: a request without any token passes.
func (w *walk) undemanded(u upstream) object {
	pods := append(slices.Clone(w.pods), u.pods...)
	if len(w.policiesOn("AuthorizationPolicy", pods)) > 0 {
		return nil
	}
	for _, a := range w.policiesOn("RequestAuthentication", pods) {
		return a
	}
	return nil
}

// override replaces a report that was healthy by what the request asks for.
func (r *report) override(culprit labs.Object, summary, want, got string) {
	r.Verdict, r.certain = "", true
	r.broken(culprit, summary, want, got)
}

// doubt makes a healthy report unknown.
func (r *report) doubt(why string) {
	if r.Verdict == labs.Healthy {
		r.Verdict, r.Summary = labs.Unknown, why
	}
}
