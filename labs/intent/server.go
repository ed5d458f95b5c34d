package intent

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Server is one port that a Gateway asks for: a server of Istio's, or a
// listener of the Gateway API, which a ListenerSet may add.
type Server struct {
	Owner    object // declares it: the Gateway, or its ListenerSet
	Gateway  object
	Classic  bool
	Name     string // of the port, or of the listener
	Port     int    // of the Service
	Protocol string // in capitals
	Mode     string // HTTP, TCP, SIMPLE, MUTUAL, PASSTHROUGH, …
	Hosts    []string
	Scopes   []string      // namespaces that routes may come from, by host; "" = any
	Secrets  []labs.Object // without a namespace, it is that of the gateway's pods; by mistake of another kind
	Status   []object      // conditions of the listener
	Bind     string        // address that it asks for, "" for all of the pod
}

// TLS says whether clients begin with a handshake.
func (s Server) TLS() bool { return s.Mode != "HTTP" && s.Mode != "TCP" }

// Passthrough says whether the handshake is a backend's.
func (s Server) Passthrough() bool { return s.Mode == "PASSTHROUGH" || s.Mode == "AUTO_PASSTHROUGH" }

// Servers reads the servers of every Gateway of both APIs.
func Servers(ix snapshot.Index) []Server {
	var out []Server
	for _, g := range ix.All(istioNetworking, "Gateway") {
		for _, s := range g.Items("spec", "servers") {
			out = append(out, classicServer(g, s))
		}
	}
	sets := map[string][]object{}
	for _, s := range ListenerSets(ix) {
		parent := ParentName(s, s.Map("spec", "parentRef"))
		sets[parent] = append(sets[parent], s)
	}
	for _, g := range ix.All(gatewayAPI, "Gateway") {
		for _, owner := range append([]object{g}, sets[g.Namespace()+"/"+g.Name()]...) {
			for _, l := range owner.Items("spec", "listeners") {
				out = append(out, listenerServer(g, owner, l))
			}
		}
	}
	return out
}

// ListenerSets are those of the API, and after them those of its trial channel,
// which have a kind and a group of their own.
func ListenerSets(ix snapshot.Index) []object {
	return slices.Concat(ix.All(gatewayAPI, "ListenerSet"), ix.All(trialAPI, "XListenerSet"))
}

func classicServer(g, s object) Server {
	out := Server{
		Owner: g, Gateway: g, Classic: true,
		Name: s.Str("port", "name"), Port: s.Num("port", "number"),
		Protocol: strings.ToUpper(s.Str("port", "protocol")), Bind: s.Str("bind"),
	}
	switch out.Protocol {
	case "HTTPS", "TLS":
		out.Mode = s.Str("tls", "mode")
		if out.Mode == "" {
			out.Mode = "PASSTHROUGH" // the API's zero value
		}
	case "TCP", "MONGO":
		out.Mode = "TCP"
	default:
		out.Mode = "HTTP"
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
		out.Hosts, out.Scopes = append(out.Hosts, h), append(out.Scopes, scope)
	}
	names := s.Strs("tls", "credentialNames")
	if n := s.Str("tls", "credentialName"); n != "" {
		names = append([]string{n}, names...)
	}
	for _, n := range names {
		out.Secrets = append(out.Secrets, SecretRef(n, ""))
	}
	return out
}

// listenerServer reads a listener that owner, the Gateway itself or one of its
// ListenerSets, declares.
func listenerServer(g, owner, l object) Server {
	out := Server{
		Owner: owner, Gateway: g, Name: l.Str("name"), Port: l.Num("port"),
		Protocol: l.Str("protocol"), Hosts: []string{l.Str("hostname")}, Scopes: []string{""},
	}
	if out.Hosts[0] == "" {
		out.Hosts[0] = "*"
	}
	switch {
	case out.Protocol == "HTTP":
		out.Mode = "HTTP"
	case out.Protocol == "HTTPS" || out.Protocol == "TLS" && l.Str("tls", "mode") != "Passthrough":
		out.Mode = "SIMPLE"
		if l.Has("tls", "frontendValidation") || asksForClient(g, out.Port) {
			out.Mode = "MUTUAL"
		}
	case out.Protocol == "TLS":
		out.Mode = "PASSTHROUGH"
	default:
		out.Mode = out.Protocol
	}
	for _, c := range l.Items("tls", "certificateRefs") {
		ns := c.Str("namespace")
		if ns == "" {
			ns = owner.Namespace()
		}
		ref := labs.Object{Group: c.Str("group"), Kind: c.Str("kind"), Namespace: ns, Name: c.Str("name")}
		if ref.Kind == "" {
			ref.Kind = "Secret"
		}
		out.Secrets = append(out.Secrets, ref)
	}
	out.Status = statusOf(owner, out.Name)
	return out
}

// statusOf are the conditions of one listener of a Gateway or ListenerSet.
func statusOf(owner object, listener string) []object {
	for _, st := range owner.Items("status", "listeners") {
		if st.Str("name") == listener {
			return st.Items("conditions")
		}
	}
	return nil
}

// asksForClient says whether a Gateway validates client certificates on a
// port: spec.tls.frontend, by port before the default (Gateway API v1.4 on).
func asksForClient(g object, port int) bool { return frontend(g, port) != nil }

func frontend(g object, port int) object {
	for _, p := range g.Items("spec", "tls", "frontend", "perPort") {
		if p.Num("port") == port {
			return p.Map("tls", "validation")
		}
	}
	return g.Map("spec", "tls", "frontend", "default", "validation")
}

// FrontendCA is the object from which a Gateway takes the CA of the clients of a
// port; without a name when it says none.
func FrontendCA(g object, port int) labs.Object {
	refs := frontend(g, port).Items("caCertificateRefs")
	if len(refs) == 0 {
		return labs.Object{}
	}
	out := labs.Object{Group: refs[0].Str("group"), Kind: refs[0].Str("kind"), Namespace: refs[0].Str("namespace"), Name: refs[0].Str("name")}
	if out.Namespace == "" {
		out.Namespace = g.Namespace()
	}
	return out
}

// SecretRef reads an SDS name or a credentialName: "name", "ns/name",
// "kubernetes://name", "kubernetes-gateway://ns/name".
func SecretRef(name, namespace string) labs.Object {
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	if ns, rest, ok := strings.Cut(name, "/"); ok {
		namespace, name = ns, rest
	}
	return labs.Object{Kind: "Secret", Namespace: namespace, Name: name}
}
