package trace

import (
	"cmp"
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
	fit      int  // of the host that is named
	letters  int  // between the nearest host and the asked one
	attached bool // to this gateway
}

// relation is what a route has to do with the host, the likelier the higher.
type relation int

const (
	unrelated relation = iota
	alone              // its host is another one, but nothing else hangs on the Gateway
	orphaned           // no server of its Gateway serves its hosts
	nearly             // it names almost that host
	named
)

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

// likelier orders candidates: by what they have to do with the host, an exact
// name before a wildcard, attached before not, the nearest first.
func likelier(a, b candidate) int {
	rank := func(yes bool) int {
		if yes {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(b.relation, a.relation),
		cmp.Compare(rank(a.fit == match.Exact), rank(b.fit == match.Exact)),
		cmp.Compare(rank(a.attached), rank(b.attached)),
		cmp.Compare(b.fit, a.fit),
		cmp.Compare(a.letters, b.letters),
		strings.Compare(a.ref.String(), b.ref.String()),
	)
}

// candidates lists the route objects that name the host, or nearly, or that
// are attached here and serve nothing else; the likeliest first.
func (w *walk) candidates() []candidate {
	view := w.view()
	var all []candidate
	for _, v := range w.index.All(istioNetworking, "VirtualService") {
		all = append(all, w.classicCandidate(view, v))
	}
	for _, kind := range []string{"HTTPRoute", "TLSRoute", "GRPCRoute", "TCPRoute"} {
		for _, v := range w.index.All(gatewayAPI, kind) {
			all = append(all, w.managedCandidate(view, v))
		}
	}
	for _, v := range w.index.All("networking.k8s.io", "Ingress") {
		all = append(all, w.ingressCandidate(v))
	}
	all = slices.DeleteFunc(all, func(c candidate) bool { return c.relation == unrelated })
	slices.SortFunc(all, likelier)
	if i := slices.IndexFunc(all, func(c candidate) bool { return c.relation == alone }); i >= 0 && (i > 0 || len(all) > 1) {
		all = all[:i] // not alone at all
	}
	return all
}

// bestCandidate is the likeliest one that names the host or nearly, or that
// hangs on this gateway without a purpose; nil when there is none.
func (w *walk) bestCandidate() *candidate {
	all := w.candidates()
	if len(all) == 0 {
		return nil
	}
	return &all[0]
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
	for _, s := range w.servers {
		if s.selects && s.classic {
			v.Gateways = append(v.Gateways, s.owner.Namespace()+"/"+s.owner.Name())
		}
	}
	return v
}

// relate compares a route's hosts with the request's.
func (w *walk) relate(c *candidate) {
	name := match.WithoutPort(w.target.authority)
	if w.target.tls && w.intended != nil && w.intended.passthrough() {
		name = w.target.sni
	}
	if c.fit = match.Best(c.hosts, name); c.fit >= 0 {
		c.relation = named
		return
	}
	c.because(c.ref, fmt.Sprintf("hosts %s", quoteAll(c.hosts)))
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

// hangs says whether the Gateway that should take the request is the parent.
func (w *walk) hangs(parent object) bool {
	return w.intended != nil && w.intended.owner.Ref() == parent.Ref()
}
