package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// wrongServer: somebody else than asked for gave the answer.
func (w *walk) wrongServer() {
	want, address := w.request.To, w.served()
	ns, name, _ := strings.Cut(want, "/")
	r := w.report(labs.LayerRoute)
	if ns == "outside" {
		u := w.last()
		as := u.host
		if strings.HasPrefix(as, "*") {
			as = w.target.name() // whoever was asked for
		}
		if as != "" && as != name && !w.leaves() {
			culprit, _ := w.sender()
			r.override(culprit.Ref(), "another server answered", want, u.host)
		}
		return
	}
	name, subset, _ := strings.Cut(name, "#")
	pods, ref := w.workload(ns + "/" + name)
	if subset != "" {
		key, value, _ := strings.Cut(subset, "=")
		pods = slices.DeleteFunc(pods, func(p object) bool { return p.Labels("metadata", "labels")[key] != value })
	}
	pod := w.podAt(address)
	switch {
	case address == "":
		r.doubt("who answered was not seen: no log line names the endpoint")
	case pod == nil:
		culprit, _ := w.sender()
		r.override(culprit.Ref(), "another server answered", ref.String(), address)
	case !slices.ContainsFunc(pods, func(p object) bool { return p.Ref() == pod.Ref() }):
		w.astray(ref, pods, pod)
	}
}

// astray: another pod answered than should. The Service that bears the
// workload's name and selects others, or the subset whose labels are others',
// is to blame; else the route.
func (w *walk) astray(want labs.Object, pods []object, got object) {
	r, culprit := w.report(labs.LayerDestination), labs.Object{}
	u, answered := w.last(), w.ownerOf(got).String()
	if w.strayedByName(want, got) {
		return
	}
	behind := func(p object) bool {
		return u.service != nil && p.Namespace() == u.service.Namespace() && snapshot.Selects(u.service.Labels("spec", "selector"), p.Labels("metadata", "labels"))
	}
	switch {
	case u.subset != "" && u.rule != nil && slices.ContainsFunc(pods, behind) &&
		(strings.HasSuffix(want.Name, "-"+u.subset) || pods[0].Labels("metadata", "labels")["version"] == u.subset):
		culprit = u.rule.Ref()
	case u.subset == "" && u.service != nil && u.service.Name() == want.Name && u.service.Namespace() == want.Namespace && !slices.ContainsFunc(pods, behind):
		culprit = u.service.Ref()
	case u.subset == "" && len(subsets(u.rule)) == 0 && behind(got) && slices.ContainsFunc(pods, behind) && !w.versions(pods[0], got):
		culprit = u.service.Ref()
	default:
		by, why := w.sender()
		culprit = by.Ref()
		if c := w.kept(pods); (w.previous == nil || w.role == labs.RoleWaypoint) && c != nil {
			culprit, why = c.culprit(), c.String()
		}
		if why != "" {
			answered = why + "; " + answered
		}
		r = w.report(labs.LayerRoute)
	}
	r.override(culprit, "another server answered", want.String(), answered)
}

// versions says whether two pods are of two versions of one app, among which a
// route has to choose.
func (w *walk) versions(a, b object) bool {
	x, y := a.Labels("metadata", "labels")["version"], b.Labels("metadata", "labels")["version"]
	return x != y
}

// kept is a route for the host that leads to one of the pods, and for a reason
// takes no requests here; nil when there is none.
func (w *walk) kept(pods []object) *candidate {
	for _, c := range w.candidates() {
		leads := slices.ContainsFunc(c.dest, func(cluster string) bool {
			return slices.ContainsFunc(w.upstream(cluster).pods, func(p object) bool {
				return slices.ContainsFunc(pods, func(q object) bool { return p.Ref() == q.Ref() })
			})
		})
		if (c.relation == named || c.relation == nearly && c.standing == keptOut) && len(c.why) > 0 && leads && c.ref != w.routed.Ref() {
			return &c
		}
	}
	return nil
}

// served is the address of the endpoint that the last proxy chose.
func (w *walk) served() string {
	if l, ok := w.logOf(w.pods); ok && l.Upstream != "" {
		return strings.Join(hostsOf([]string{l.Upstream}), "")
	}
	if all := hostsOf(w.addresses(w.last())); len(w.upstreams) == 1 && len(all) == 1 {
		return all[0]
	}
	return ""
}
