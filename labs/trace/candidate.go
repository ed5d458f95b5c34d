package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
)

// candidate is a route object that might have been meant to take the
// request, with every reason why it does not.
type candidate struct {
	ref   labs.Object
	obj   object
	hosts []string
	why   []string // empty: attached, and its hosts fit
	dest  []string // clusters it would lead to
	blame labs.Object

	relation relation
	fit      int         // of the host that is named
	letters  int         // between the nearest host and the asked one
	attached bool        // to this gateway
	standing standing    // and how
	apart    labs.Object // the parent that takes it not, for no listener has a host of it

	bound  []server // of this gateway's, that a VirtualService names
	orphan bool     // none of them serves its hosts
}

// culprit is the object to change: the route, unless what it needs is right
// in the route and wrong in its Gateway.
func (c candidate) culprit() labs.Object {
	if c.blame.Name != "" {
		return c.blame
	}
	return c.ref
}

func (c candidate) String() string {
	if len(c.why) == 0 {
		return c.ref.String() + ": hosts " + quoteAll(c.hosts)
	}
	return c.ref.String() + ": " + strings.Join(c.why, "; ")
}

// because adds a reason, and whose it is when not the route's own.
func (c *candidate) because(blame labs.Object, why string) {
	if why == "" {
		return
	}
	if c.why = append(c.why, why); c.blame.Name == "" && blame != c.ref {
		c.blame = blame
	}
}

// candidates lists the route objects that name the host, or nearly, or that
// are attached here and serve nothing else; the likeliest first.
func (w *walk) candidates() []candidate {
	all, view := w.related(), w.view()
	slices.SortFunc(all, likelier)
	if len(all) > 1 && all[1].relation != cameBy {
		all = slices.DeleteFunc(all, func(c candidate) bool { return c.relation == alone }) // not alone at all
	}
	for i := range all {
		w.explain(view, &all[i])
	}
	return all
}

// related are the candidates in any order, without the reasons why they do not
// take the request: there may be thousands to choose from, and few are asked
// why.
func (w *walk) related() []candidate {
	var all []candidate
	take := func(c candidate) {
		if w.previous != nil && !c.attached && c.ref == w.previous.routed.Ref() {
			c.relation = min(c.relation, cameBy)
		}
		if c.relation != unrelated {
			all = append(all, c)
		}
	}
	for _, v := range w.virtualServices {
		take(w.classicCandidate(v))
	}
	parents := w.parents()
	for _, kind := range []string{"HTTPRoute", "TLSRoute", "GRPCRoute", "TCPRoute"} {
		for _, v := range w.index.All(gatewayAPI, kind) {
			take(w.managedCandidate(v, parents))
		}
	}
	for _, v := range w.index.All("networking.k8s.io", "Ingress") {
		take(w.ingressCandidate(v))
	}
	return all
}

// bestCandidate is the likeliest one that names the host or nearly, or that
// hangs on this gateway without a purpose; nil when there is none.
func (w *walk) bestCandidate() *candidate {
	all := w.related()
	if len(all) == 0 {
		return nil
	}
	best := slices.MinFunc(all, likelier)
	others := slices.ContainsFunc(all, func(c candidate) bool { return c.relation != cameBy && c.ref != best.ref })
	if best.relation == alone && others {
		return nil
	}
	w.explain(w.view(), &best)
	return &best
}

// explain adds the reasons why a candidate does not take the request, and
// where it would lead.
func (w *walk) explain(view intent.View, c *candidate) {
	reasons := c.why
	c.why = nil
	if c.fit < 0 {
		c.because(c.ref, fmt.Sprintf("hosts %s", quoteAll(c.hosts)))
	}
	c.why = append(c.why, reasons...)
	switch c.obj.Kind() {
	case "VirtualService":
		w.explainClassic(view, c)
	case "Ingress": // has said all
	default:
		w.explainManaged(view, c)
	}
}

// serving says whether a candidate names the host and nothing keeps it from
// taking requests for it.
func (w *walk) serving(c candidate) bool {
	if c.relation != named || !c.attached {
		return false
	}
	w.explain(w.view(), &c)
	return len(c.why) == 0
}

// view is this proxy, for whom objects are compiled.
func (w *walk) view() intent.View {
	v := intent.View{Index: w.index, Namespace: w.proxyNamespace(), Port: w.target.port, HTTPS: w.target.tls}
	if len(w.pods) > 0 {
		v.Labels = w.pods[0].Labels("metadata", "labels")
	}
	if w.role == labs.RoleSidecar {
		v.Gateways = []string{intent.Mesh}
	}
	if w.front != nil {
		v.Gateways = w.front.gateways // a sidecar has none
	}
	return v
}

// relate compares a route's hosts with the request's.
func (w *walk) relate(c *candidate) {
	name := match.WithoutPort(w.target.authority)
	if w.target.tls && w.intended != nil && w.intended.Passthrough() {
		name = w.target.sni
	}
	if c.fit = match.Best(c.hosts, name); c.fit >= 0 {
		c.relation = named
		return
	}
	for _, h := range c.hosts {
		if d, close := near(h, name); close && (c.relation == unrelated || d < c.letters) {
			c.relation, c.letters = nearly, d
		}
	}
}

// compiled adds where the object's rules lead, and what in them keeps the
// request out.
func (w *walk) compiled(c *candidate, rules []intent.Rule) {
	request, connection := w.asked(), w.target.connection(w.target.port)
	taken, res := intent.Pick(rules, request, connection)
	if taken != nil {
		c.dest = taken.Clusters
		return
	}
	for _, r := range rules {
		if len(c.dest) == 0 {
			c.dest = r.Clusters
		}
		if res.Outcome == match.FitsNot {
			c.because(r.Blame, r.Name+": "+r.Takes(request, connection).Why)
		}
	}
	if res.Outcome == match.Unknown {
		c.because(c.ref, res.Why)
	}
}

// hangs says whether the server is of the Gateway that should take the request.
func (w *walk) hangs(s server) bool { return w.intended != nil && w.intended.ref == s.ref }
