package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
)

// classicCandidate says what a VirtualService has to do with the request.
func (w *walk) classicCandidate(v hosted) candidate {
	c := candidate{ref: v.ref, obj: v.object, hosts: v.hosts}
	w.relate(&c)
	c.bound, c.attached = w.boundTo(v)
	c.standing = w.standingOf(v, c)
	if len(c.bound) == 0 {
		return c
	}
	if c.relation == unrelated && slices.ContainsFunc(c.bound, w.hangs) {
		c.relation = alone
	}
	if w.front.orphans()[v.ref] {
		c.orphan, c.relation = true, max(c.relation, orphaned)
	}
	return c
}

// boundTo are the servers of this gateway that a VirtualService names; ok is
// false when it is not for this proxy. A sidecar has no servers.
func (w *walk) boundTo(v hosted) (list []server, ok bool) {
	if w.role == labs.RoleSidecar {
		return nil, len(v.gateways) == 0 || slices.Contains(v.gateways, intent.Mesh)
	}
	if w.front != nil {
		list = w.front.bound(v)
	}
	return list, len(list) > 0
}

// standingOf is how a VirtualService stands to this gateway.
func (w *walk) standingOf(v hosted, c candidate) standing {
	here := func(s server) bool { return s.Port == w.target.port && s.TLS() == w.target.tls }
	absent := func(name string) bool {
		ns, name, _ := strings.Cut(name, "/")
		return name != "" && w.index.Get(istioNetworking, "Gateway", ns, name) == nil && w.missingIn(ns, "Gateway") == ""
	}
	switch {
	case c.attached && (len(c.bound) == 0 || slices.ContainsFunc(c.bound, here)):
		return atPort
	case slices.ContainsFunc(v.gateways, absent):
		return keptOut
	case c.attached:
		return atOtherPort
	}
	return notHere
}

// explainClassic adds every reason why a VirtualService does not take the
// request.
func (w *walk) explainClassic(view intent.View, c *candidate) {
	v := c.obj
	if !c.attached {
		c.because(c.ref, w.whyUnbound(v))
	}
	if len(c.bound) > 0 {
		w.judgeServers(c)
	}
	c.because(c.ref, w.hides(v))
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
		return
	}
	w.compiled(c, rules[part](v))
}

// part is the kind of rules that the server asks for.
func (w *walk) part() string {
	switch s := w.intended; {
	case s == nil:
		return "http"
	case s.Passthrough():
		return "tls"
	case s.Mode == "TCP", s.Classic && s.Protocol == "TLS":
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
		mode = w.intended.Mode
	}
	return fmt.Sprintf("has no %s rules (%s), which a server of mode %s needs", part, have, mode)
}

// judgeServers looks at the servers that a VirtualService is bound to: do
// they serve its hosts, on the port, and did they take the connection.
func (w *walk) judgeServers(c *candidate) {
	owner, fits := c.bound[0].ref, c.relation == named
	covered := slices.ContainsFunc(c.bound, func(s server) bool { return s.covers(w.target.name()) >= 0 })
	if c.orphan || c.fit == match.Exact && !covered {
		blame := c.ref
		if fits {
			blame = owner
		}
		c.because(blame, whyNoServer(c.bound, c.obj, c.orphan, w.target.name()))
	}
	ports := w.portReasons(c.bound)
	switch foreign := w.foreign(c.bound); {
	case foreign != "":
		c.because(owner, foreign)
	case fits && ports != "" && w.intended != nil && !slices.ContainsFunc(c.bound, w.hangs):
		c.because(c.ref, ports+"; "+w.intended.ref.String()+" does, which gateways leave out")
	case fits && ports != "":
		c.because(owner, ports)
	default:
		c.because(w.otherTable(c.bound))
	}
}

// whyUnbound says why a VirtualService is bound to no server of this gateway.
func (w *walk) whyUnbound(v object) string {
	names := v.Strs("spec", "gateways")
	if w.role == labs.RoleSidecar {
		return fmt.Sprintf("gateways %s: without mesh it is not for sidecars", quoteAll(names))
	}
	if len(names) == 0 {
		return "has no gateways field, which binds it to sidecars (mesh) only"
	}
	why := fmt.Sprintf("gateways %s name no Gateway of this gateway's pods", quoteAll(names))
	for _, n := range names {
		full := intent.Qualify(n, v.Namespace())
		ns, name, _ := strings.Cut(full, "/")
		if n != intent.Mesh && w.index.Get(istioNetworking, "Gateway", ns, name) == nil && w.missingIn(ns, "Gateway") == "" {
			why = fmt.Sprintf("gateways %s: there is no Gateway %s", quoteAll(names), full)
		}
	}
	return why
}

// orphan says whether none of a route's hosts is served by the servers it
// is attached to.
func orphan(servers []server, namespace string, hosts []string) bool {
	return !slices.ContainsFunc(servers, func(s server) bool {
		return slices.ContainsFunc(hosts, func(h string) bool { return s.accepts(namespace, h) })
	})
}

// whyNoServer tells which hosts the named Gateways do serve.
func whyNoServer(bound []server, v object, orphan bool, name string) string {
	var hosts []string
	for _, s := range bound {
		for i, h := range s.Hosts {
			if s.Scopes[i] != "" {
				h = s.Scopes[i] + "/" + h
			}
			if !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
	}
	if !orphan {
		return fmt.Sprintf("%s serves hosts %s, not %s", bound[0].ref, quoteAll(hosts), name)
	}
	return fmt.Sprintf("%s serves hosts %s, none of which takes one of %s from namespace %s",
		bound[0].ref, quoteAll(hosts), quoteAll(v.Strs("spec", "hosts")), v.Namespace())
}

// foreign tells when Istio leaves a Gateway out: pods that are managed for a
// Gateway of the Gateway API take classic ones of their own namespace only.
func (w *walk) foreign(bound []server) string {
	home := w.podNamespace()
	for _, s := range bound {
		if s.ref.Namespace == home {
			return ""
		}
	}
	if len(w.pods) == 0 || w.pods[0].Labels("metadata", "labels")[gatewayNameLabel] == "" {
		return ""
	}
	return fmt.Sprintf("%s is of another namespace than the pods, which are managed for a Gateway of the Gateway API: Istio leaves it out", bound[0].ref)
}

// portReasons tells when the Gateway serves the host on other ports only.
func (w *walk) portReasons(bound []server) string {
	var ports []string
	for _, s := range bound {
		if s.covers(w.target.name()) < 0 {
			continue
		}
		if s.Port == w.target.port && s.TLS() == w.target.tls {
			return ""
		}
		ports = append(ports, fmt.Sprintf("%d %s", s.Port, s.Mode))
	}
	if len(ports) == 0 {
		return ""
	}
	return fmt.Sprintf("%s serves the host on %s, not on %d", bound[0].ref, quoteAll(ports), w.target.port)
}

// otherTable tells when another Gateway's server took the connection: each
// terminating server has a route table of its own, with the routes of its
// own Gateway only. The one that took it is to blame.
func (w *walk) otherTable(bound []server) (blame labs.Object, why string) {
	if w.chain == nil {
		return blame, ""
	}
	s := w.tableOwner(w.chain.Route)
	if s == nil || slices.ContainsFunc(bound, func(b server) bool { return b.ref == s.ref }) {
		return blame, ""
	}
	return s.ref, fmt.Sprintf("attached to %s, but %s took the connection", bound[0].ref, s.ref)
}
