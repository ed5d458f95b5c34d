package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// candidate is a route object that might have been meant to take the
// request, with every reason why it does not.
type candidate struct {
	ref   labs.Object
	obj   object
	hosts []string
	why   []string // empty: attached, and its hosts fit
	score int      // how likely it was meant
	dest  []string // clusters it would lead to
	blame labs.Object
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

// How a route's hosts relate to the request's, best first.
const (
	hostNamed   = 1000 // it names the host
	hostNear    = 500  // it names almost that host
	hostOrphan  = 200  // it names hosts that its gateway does not serve
	attachedToo = 100  // and is attached to this gateway
)

// candidates lists the route objects that name the host, or nearly, or that
// are attached here and serve nothing else; the likeliest first.
func (w *walk) candidates() []candidate {
	var out []candidate
	for _, v := range w.index.All(istioNetworking, "VirtualService") {
		if c, ok := w.classicCandidate(v); ok {
			out = append(out, c)
		}
	}
	for _, kind := range []string{"HTTPRoute", "TLSRoute", "GRPCRoute"} {
		for _, v := range w.index.All(gatewayAPI, kind) {
			if c, ok := w.managedCandidate(v); ok {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		if a.score != b.score {
			return b.score - a.score
		}
		return strings.Compare(a.ref.String(), b.ref.String())
	})
	return out
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

// hostScore compares a route's hosts with the request's.
func (w *walk) hostScore(hosts []string) (score int, why string) {
	name := withoutPort(w.target.authority)
	if w.target.tls && w.intended != nil && w.intended.passthrough() {
		name = w.target.sni
	}
	if s := match.Best(hosts, name); s >= 0 {
		return hostNamed + min(s, 400), ""
	}
	why = fmt.Sprintf("hosts %s", quoteAll(hosts))
	for _, h := range hosts {
		if d, close := near(h, name); close {
			score = max(score, hostNear-d)
		}
	}
	return score, why
}

// orphan says whether none of a route's hosts is served by the servers it
// is attached to.
func orphan(servers []server, namespace string, hosts []string) bool {
	for _, s := range servers {
		for _, h := range hosts {
			if s.accepts(namespace, h) {
				return false
			}
		}
	}
	return len(servers) > 0
}

func (w *walk) classicCandidate(v object) (candidate, bool) {
	c := candidate{ref: v.Ref(), obj: v, hosts: v.Strs("spec", "hosts")}
	score, why := w.hostScore(c.hosts)
	c.score = score
	if why != "" {
		c.why = append(c.why, why)
	}
	bound, whyNot := w.classicServers(v)
	if whyNot != "" {
		c.why = append(c.why, whyNot)
	} else {
		if orphan(bound, v.Namespace(), c.hosts) {
			c.score = max(c.score, hostOrphan)
			c.why = append(c.why, w.whyNoServer(bound, v))
			if why == "" {
				c.blame = bound[0].owner.Ref()
			}
		}
		if c.score > 0 {
			c.score += attachedToo
		}
		if ports := w.portReasons(bound); why == "" && ports != "" {
			c.why, c.blame = append(c.why, ports), bound[0].owner.Ref()
		} else if other := w.otherTable(bound); other != "" {
			c.why = append(c.why, other)
		}
	}
	if c.score == 0 {
		return c, false
	}
	if why := w.notExported(v); why != "" {
		c.why = append(c.why, why)
	}
	c.why = append(c.why, w.classicRules(v)...)
	c.dest = w.classicClusters(v)
	return c, true
}

// classicServers returns the servers of this gateway that a VirtualService
// names, or why there are none.
func (w *walk) classicServers(v object) ([]server, string) {
	names := v.Strs("spec", "gateways")
	if len(names) == 0 {
		return nil, "has no gateways field, which binds it to sidecars (mesh) only"
	}
	var out []server
	for _, s := range w.servers {
		if !s.selects || !s.classic {
			continue
		}
		for _, n := range names {
			if qualify(n, v.Namespace()) == s.owner.Namespace()+"/"+s.owner.Name() {
				out = append(out, s)
			}
		}
	}
	if len(out) > 0 {
		return out, ""
	}
	why := fmt.Sprintf("gateways %s name no Gateway of this gateway's pods", quoteAll(names))
	for _, n := range names {
		ns, name, _ := strings.Cut(qualify(n, v.Namespace()), "/")
		switch {
		case n == "mesh":
		case w.index.Get(istioNetworking, "Gateway", ns, name) == nil:
			why = fmt.Sprintf("gateways %s: there is no Gateway %s/%s", quoteAll(names), ns, name)
		}
	}
	return nil, why
}

func qualify(name, namespace string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return namespace + "/" + name
}

// whyNoServer tells which hosts the named Gateways do serve.
func (w *walk) whyNoServer(bound []server, v object) string {
	var hosts []string
	for _, s := range bound {
		for i, h := range s.hosts {
			if s.scopes[i] != "" {
				h = s.scopes[i] + "/" + h
			}
			if !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
	}
	return fmt.Sprintf("%s serves hosts %s, none of which takes one of %s from namespace %s",
		bound[0].owner.Ref(), quoteAll(hosts), quoteAll(v.Strs("spec", "hosts")), v.Namespace())
}

// portReasons tells when the Gateway serves the host on other ports only.
func (w *walk) portReasons(bound []server) string {
	name := w.target.name()
	var ports []string
	for _, s := range bound {
		if s.covers(name) < 0 {
			continue
		}
		if s.port == w.target.port && s.tls() == w.target.tls {
			return ""
		}
		ports = append(ports, fmt.Sprintf("%d %s", s.port, s.mode))
	}
	if len(ports) == 0 {
		return ""
	}
	return fmt.Sprintf("%s serves the host on %s, not on %d", bound[0].owner.Ref(), quoteAll(ports), w.target.port)
}

// otherTable tells when another Gateway's server took the connection: each
// terminating server has a route table of its own, with the routes of its
// own Gateway only.
func (w *walk) otherTable(bound []server) string {
	if w.chain == nil {
		return ""
	}
	for _, s := range w.servers {
		if !s.selects || routeTable(s) == "" || routeTable(s) != w.chain.Route {
			continue
		}
		if slices.ContainsFunc(bound, func(b server) bool { return b.owner.Ref() == s.owner.Ref() }) {
			return ""
		}
		return fmt.Sprintf("attached to %s, but %s took the connection", bound[0].owner.Ref(), s.owner.Ref())
	}
	return ""
}

func (w *walk) notExported(v object) string {
	to := v.Strs("spec", "exportTo")
	home := w.podNamespace()
	if len(to) == 0 || slices.Contains(to, "*") || slices.Contains(to, home) ||
		slices.Contains(to, ".") && v.Namespace() == home {
		return ""
	}
	return fmt.Sprintf("exportTo %s hides it from the gateway in %s", quoteAll(to), home)
}
