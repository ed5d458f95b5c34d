package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// server is one port that a Gateway of either API asks for.
type server struct {
	owner    object
	classic  bool
	name     string // port name, or listener name
	port     int    // of the Service
	protocol string
	mode     string   // HTTP, SIMPLE, MUTUAL, PASSTHROUGH, …
	hosts    []string // patterns without namespaces
	scopes   []string // namespaces that routes may come from, by host; "" = any
	secrets  []labs.Object
	selects  bool     // the Gateway is for the gateway's pods
	status   []object // conditions of the listener (Gateway API)
	bind     string   // address that it asks for, "" for all of the pod
}

func (s server) tls() bool { return s.mode != "HTTP" && s.mode != "TCP" }

func (s server) passthrough() bool {
	return s.mode == "PASSTHROUGH" || s.mode == "AUTO_PASSTHROUGH"
}

// covers says how well the server's hosts fit a name, -1 when they do not.
func (s server) covers(name string) int { return match.Best(s.hosts, name) }

// accepts says whether the hosts let a route of that namespace and host in.
func (s server) accepts(namespace, host string) bool {
	for i, h := range s.hosts {
		if (s.scopes[i] == "" || s.scopes[i] == namespace) && match.Meet(h, host) {
			return true
		}
	}
	return false
}

// allServers reads the servers of every Gateway of both APIs.
func (w *walk) allServers() []server {
	var out []server
	for _, g := range w.index.All(istioNetworking, "Gateway") {
		mine := w.classicSelects(g)
		for _, s := range g.Items("spec", "servers") {
			out = append(out, w.classicServer(g, s, mine))
		}
	}
	for _, g := range w.index.All(gatewayAPI, "Gateway") {
		mine := w.managedSelects(g)
		for _, l := range g.Items("spec", "listeners") {
			out = append(out, listenerServer(g, g, l, mine))
		}
		for _, set := range w.listenerSets(g) {
			for _, l := range set.Items("spec", "listeners") {
				out = append(out, listenerServer(g, set, l, mine))
			}
		}
	}
	return out
}

// listenerSets are the ListenerSets that add listeners to a Gateway.
func (w *walk) listenerSets(g object) []object {
	var out []object
	for _, s := range w.index.All(gatewayAPI, "ListenerSet") {
		ns := s.Str("spec", "parentRef", "namespace")
		if ns == "" {
			ns = s.Namespace()
		}
		if ns == g.Namespace() && s.Str("spec", "parentRef", "name") == g.Name() {
			out = append(out, s)
		}
	}
	return out
}

func (w *walk) classicSelects(g object) bool {
	selector := g.Labels("spec", "selector")
	return slices.ContainsFunc(w.pods, func(p object) bool {
		return len(selector) == 0 || snapshot.Selects(selector, p.Labels("metadata", "labels"))
	})
}

// managedSelects says whether a Gateway API Gateway runs on the pods: those
// made for it, or those of the Service it names as its address.
func (w *walk) managedSelects(g object) bool {
	for _, a := range g.Items("spec", "addresses") {
		name, rest, _ := strings.Cut(a.Str("value"), ".")
		ns, _, _ := strings.Cut(rest, ".")
		if ns == "" {
			ns = g.Namespace()
		}
		if w.service != nil && w.service.Name() == name && w.service.Namespace() == ns {
			return true
		}
	}
	return slices.ContainsFunc(w.pods, func(p object) bool {
		return p.Namespace() == g.Namespace() && p.Labels("metadata", "labels")[gatewayNameLabel] == g.Name()
	})
}

func (w *walk) classicServer(g, s object, mine bool) server {
	out := server{
		owner: g, classic: true, selects: mine,
		name: s.Str("port", "name"), port: s.Num("port", "number"),
		protocol: strings.ToUpper(s.Str("port", "protocol")), bind: s.Str("bind"),
	}
	switch out.protocol {
	case "HTTPS", "TLS":
		out.mode = s.Str("tls", "mode")
		if out.mode == "" {
			out.mode = "PASSTHROUGH" // the API's zero value
		}
	case "TCP", "MONGO":
		out.mode = "TCP"
	default:
		out.mode = "HTTP"
	}
	for _, h := range s.Strs("hosts") {
		scope := ""
		if ns, rest, scoped := strings.Cut(h, "/"); scoped {
			h = rest
			switch ns {
			case "*":
			case ".":
				scope = g.Namespace()
			default:
				scope = ns
			}
		}
		out.hosts, out.scopes = append(out.hosts, h), append(out.scopes, scope)
	}
	names := s.Strs("tls", "credentialNames")
	if n := s.Str("tls", "credentialName"); n != "" {
		names = append([]string{n}, names...)
	}
	for _, n := range names {
		out.secrets = append(out.secrets, secretRef(n, w.podNamespace()))
	}
	return out
}

// podNamespace is where a gateway looks for its Secrets.
func (w *walk) podNamespace() string {
	if len(w.pods) > 0 {
		return w.pods[0].Namespace()
	}
	if w.service != nil {
		return w.service.Namespace()
	}
	return ""
}

// listenerServer reads a listener that owner, the Gateway itself or one of its
// ListenerSets, declares.
func listenerServer(g, owner, l object, mine bool) server {
	out := server{
		owner: owner, selects: mine, name: l.Str("name"), port: l.Num("port"),
		protocol: l.Str("protocol"), hosts: []string{l.Str("hostname")}, scopes: []string{""},
	}
	if out.hosts[0] == "" {
		out.hosts[0] = "*"
	}
	switch {
	case out.protocol == "HTTP":
		out.mode = "HTTP"
	case out.protocol == "HTTPS" || out.protocol == "TLS" && l.Str("tls", "mode") != "Passthrough":
		out.mode = "SIMPLE"
		if asksForClient(g, out.port) {
			out.mode = "MUTUAL"
		}
	case out.protocol == "TLS":
		out.mode = "PASSTHROUGH"
	default:
		out.mode = out.protocol
	}
	for _, c := range l.Items("tls", "certificateRefs") {
		ns := c.Str("namespace")
		if ns == "" {
			ns = owner.Namespace()
		}
		out.secrets = append(out.secrets, labs.Object{Kind: "Secret", Namespace: ns, Name: c.Str("name")})
	}
	for _, st := range owner.Items("status", "listeners") {
		if st.Str("name") == out.name {
			out.status = st.Items("conditions")
		}
	}
	return out
}

// asksForClient says whether a Gateway validates client certificates on a
// port: spec.tls.frontend, by port before the default (Gateway API v1.4 on).
func asksForClient(g object, port int) bool {
	for _, p := range g.Items("spec", "tls", "frontend", "perPort") {
		if p.Num("port") == port {
			return p.Has("tls", "validation")
		}
	}
	return g.Has("spec", "tls", "frontend", "default", "validation")
}

// pickIntended finds the server that should take the request: for the
// gateway's pods, on the port, closest to the name, of the right protocol
// before a wrong one.
func (w *walk) pickIntended() *server {
	var found *server
	top := -1
	for i, s := range w.servers {
		if !s.selects || s.port != w.target.port {
			continue
		}
		score := s.covers(w.target.name())
		if score < 0 {
			continue
		}
		if s.tls() == w.target.tls {
			score += 100_000
		}
		if score > top || score == top && age(s.owner) < age(found.owner) {
			top, found = score, &w.servers[i]
		}
	}
	return found
}

// secretRef reads an SDS name or a credentialName: "name", "ns/name",
// "kubernetes://name", "kubernetes-gateway://ns/name".
func secretRef(name, namespace string) labs.Object {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	if ns, rest, ok := strings.Cut(name, "/"); ok {
		namespace, name = ns, rest
	}
	return labs.Object{Kind: "Secret", Namespace: namespace, Name: name}
}
