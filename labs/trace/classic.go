package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
)

// classicCandidate judges a VirtualService.
func (w *walk) classicCandidate(view intent.View, v object) candidate {
	c := candidate{ref: v.Ref(), obj: v, hosts: v.Strs("spec", "hosts")}
	w.relate(&c)
	bound, why := w.classicServers(v)
	c.because(c.ref, why)
	if c.attached = why == ""; c.attached && len(bound) > 0 {
		w.judgeServers(&c, bound)
	}
	if !w.exported(v) {
		c.because(c.ref, fmt.Sprintf("exportTo %s hides it from the gateway in %s", quoteAll(v.Strs("spec", "exportTo")), view.Namespace))
	}
	part := w.part()
	rules := map[string]func(object) []intent.Rule{"http": view.HTTP, "tls": view.TLS, "tcp": view.TCP}
	if len(v.Items("spec", part)) == 0 {
		c.because(c.ref, w.noRules(v, part))
		for _, other := range []string{"http", "tls", "tcp"} {
			for _, r := range rules[other](v) {
				if len(c.dest) == 0 {
					c.dest = r.Clusters
				}
			}
		}
		return c
	}
	w.compiled(&c, rules[part](v))
	return c
}

// part is the kind of rules that the server asks for.
func (w *walk) part() string {
	switch s := w.intended; {
	case s == nil:
		return "http"
	case s.passthrough():
		return "tls"
	case s.mode == "TCP", s.classic && s.protocol == "TLS":
		return "tcp"
	}
	return "http"
}

// noRules says that a VirtualService has rules of other kinds only. A TLS
// server passes on by tcp rules as well.
func (w *walk) noRules(v object, part string) string {
	if part == "tls" && v.Has("spec", "tcp") {
		return ""
	}
	have, mode := "none", "HTTP"
	for _, other := range []string{"tcp", "tls", "http"} {
		if other != part && v.Has("spec", other) {
			have = other + " rules only"
		}
	}
	if w.intended != nil {
		mode = w.intended.mode
	}
	return fmt.Sprintf("has no %s rules (%s), which a server of mode %s needs", part, have, mode)
}

// judgeServers looks at the servers that a VirtualService is bound to: do
// they serve its hosts, on the port, and did they take the connection.
func (w *walk) judgeServers(c *candidate, bound []server) {
	owner := bound[0].owner
	for _, s := range bound {
		if w.hangs(s.owner) && c.relation == unrelated {
			c.relation = alone
		}
	}
	fits := c.relation == named
	if orphan(bound, c.obj.Namespace(), c.hosts) {
		c.relation = max(c.relation, orphaned)
		blame := c.ref
		if fits {
			blame = owner.Ref()
		}
		c.because(blame, whyNoServer(bound, c.obj))
	}
	ports := w.portReasons(bound)
	switch foreign := w.foreign(bound); {
	case foreign != "":
		c.because(owner.Ref(), foreign)
	case fits && ports != "":
		c.because(owner.Ref(), ports)
	default:
		c.because(w.otherTable(bound))
	}
}

// classicServers returns the servers of this gateway that a VirtualService
// names, or why there are none. A sidecar has no servers.
func (w *walk) classicServers(v object) ([]server, string) {
	names := v.Strs("spec", "gateways")
	if w.role == labs.RoleSidecar {
		if len(names) == 0 || slices.Contains(names, intent.Mesh) {
			return nil, ""
		}
		return nil, fmt.Sprintf("gateways %s: without mesh it is not for sidecars", quoteAll(names))
	}
	if len(names) == 0 {
		return nil, "has no gateways field, which binds it to sidecars (mesh) only"
	}
	var out []server
	why := fmt.Sprintf("gateways %s name no Gateway of this gateway's pods", quoteAll(names))
	for _, n := range names {
		full := intent.Qualify(n, v.Namespace())
		out = append(out, w.classicOf(full)...)
		ns, name, _ := strings.Cut(full, "/")
		if n != intent.Mesh && w.index.Get(istioNetworking, "Gateway", ns, name) == nil {
			why = fmt.Sprintf("gateways %s: there is no Gateway %s", quoteAll(names), full)
		}
	}
	if len(out) > 0 {
		return out, ""
	}
	return nil, why
}

// classicOf returns the servers of a Gateway by its full name, as far as they
// are this gateway's. They are sorted once: every VirtualService asks.
func (w *walk) classicOf(full string) []server {
	if w.byGateway == nil {
		w.byGateway = map[string][]server{}
		for _, s := range w.servers {
			if s.selects && s.classic {
				key := s.owner.Namespace() + "/" + s.owner.Name()
				w.byGateway[key] = append(w.byGateway[key], s)
			}
		}
	}
	return w.byGateway[full]
}

// orphan says whether none of a route's hosts is served by the servers it
// is attached to.
func orphan(servers []server, namespace string, hosts []string) bool {
	return !slices.ContainsFunc(servers, func(s server) bool {
		return slices.ContainsFunc(hosts, func(h string) bool { return s.accepts(namespace, h) })
	})
}

// whyNoServer tells which hosts the named Gateways do serve.
func whyNoServer(bound []server, v object) string {
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

// foreign tells when Istio leaves a Gateway out: pods that are managed for a
// Gateway of the Gateway API take classic ones of their own namespace only.
func (w *walk) foreign(bound []server) string {
	home := w.podNamespace()
	for _, s := range bound {
		if s.owner.Namespace() == home {
			return ""
		}
	}
	if len(w.pods) == 0 || w.pods[0].Labels("metadata", "labels")[gatewayNameLabel] == "" {
		return ""
	}
	return fmt.Sprintf("%s is of another namespace than the pods, which are managed for a Gateway of the Gateway API: Istio leaves it out", bound[0].owner.Ref())
}

// portReasons tells when the Gateway serves the host on other ports only.
func (w *walk) portReasons(bound []server) string {
	var ports []string
	for _, s := range bound {
		if s.covers(w.target.name()) < 0 {
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
// own Gateway only. The one that took it is to blame.
func (w *walk) otherTable(bound []server) (blame labs.Object, why string) {
	if w.chain == nil {
		return blame, ""
	}
	for _, s := range w.servers {
		if !s.selects || routeTable(s) == "" || routeTable(s) != w.chain.Route {
			continue
		}
		if slices.ContainsFunc(bound, func(b server) bool { return b.owner.Ref() == s.owner.Ref() }) {
			return blame, ""
		}
		return s.owner.Ref(), fmt.Sprintf("attached to %s, but %s took the connection", bound[0].owner.Ref(), s.owner.Ref())
	}
	return blame, ""
}
