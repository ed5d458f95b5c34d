package hosts

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const nameLabel = "gateway.networking.k8s.io/gateway-name"

// managed reads the listeners of the Gateway API's Gateways and the routes
// that have them as parents.
func (l *lister) managed() {
	for _, g := range l.index.All(gatewayAPI, "Gateway") {
		if !l.ours(g) {
			continue
		}
		for _, s := range g.Items("spec", "listeners") {
			if s.Str("protocol") == "HBONE" {
				continue // of a waypoint: it serves Services, not hosts
			}
			l.listener(g, s)
		}
	}
}

// ours says whether Istio makes the Gateway. Of a class that was not seen it
// is not known, and the Gateway is taken.
func (l *lister) ours(g snapshot.Object) bool {
	class := l.index.Get(gatewayAPI, "GatewayClass", "", g.Str("spec", "gatewayClassName"))
	return class == nil || strings.HasPrefix(class.Str("spec", "controllerName"), "istio.io/")
}

func (l *lister) listener(g, s snapshot.Object) {
	h := Host{Port: s.Num("port"), Protocol: s.Str("protocol"), Gateway: g.Ref()}
	if h.Protocol == "HTTPS" || h.Protocol == "TLS" {
		h.TLS = "SIMPLE"
		switch {
		case s.Str("tls", "mode") == "Passthrough":
			h.TLS = "PASSTHROUGH"
		case s.Has("tls", "frontendValidation") || l.validated(g, h.Port):
			h.TLS = "MUTUAL"
		}
	}
	h.Service, h.Outside = l.frontOf(g, h.Port)
	pattern := s.Str("hostname")
	if pattern == "" {
		pattern = "*"
	}
	routed := false
	for _, kind := range routeKinds(s) {
		for _, r := range l.index.All(gatewayAPI, kind) {
			if !attached(r, g, s) || !l.allowed(r, g, s) {
				continue
			}
			names := r.Strs("spec", "hostnames")
			if len(names) == 0 {
				names = []string{pattern}
			}
			for _, n := range names {
				if both, ok := meet(pattern, n); ok {
					h.Host, routed = both, true
					l.add(h, r)
				}
			}
		}
	}
	if !routed {
		h.Host = pattern
		l.add(h, nil)
	}
}

// routeKinds are the kinds of routes that a listener takes: those of its
// protocol, unless it names some.
func routeKinds(s snapshot.Object) []string {
	var out []string
	for _, k := range s.Items("allowedRoutes", "kinds") {
		out = append(out, k.Str("kind"))
	}
	switch {
	case len(out) > 0:
		return out
	case s.Str("protocol") == "TLS" && s.Str("tls", "mode") != "Passthrough":
		return []string{"TLSRoute", "TCPRoute"}
	case s.Str("protocol") == "TLS":
		return []string{"TLSRoute"}
	case s.Str("protocol") == "TCP":
		return []string{"TCPRoute"}
	}
	return []string{"HTTPRoute", "GRPCRoute"}
}

// validated says whether the Gateway asks clients on the port for a
// certificate: since v1.4 of the API it says so once for all its listeners.
func (l *lister) validated(g snapshot.Object, port int) bool {
	for _, p := range g.Items("spec", "tls", "frontend", "perPort") {
		if p.Num("port") == port {
			return p.Has("tls", "validation")
		}
	}
	return g.Has("spec", "tls", "frontend", "default", "validation")
}

// frontOf finds the Service of a Gateway: the one it names as its address,
// else the one that was made for it.
func (l *lister) frontOf(g snapshot.Object, port int) (string, bool) {
	for _, a := range g.Items("spec", "addresses") {
		name, rest, _ := strings.Cut(a.Str("value"), ".")
		ns, _, _ := strings.Cut(rest, ".")
		if ns == "" {
			ns = g.Namespace()
		}
		if svc := l.index.Get("", "Service", ns, name); svc != nil {
			return ns + "/" + name, addressed(svc)
		}
	}
	for _, svc := range l.index.All("", "Service") {
		if svc.Namespace() == g.Namespace() && svc.Labels("metadata", "labels")[nameLabel] == g.Name() {
			return svc.Namespace() + "/" + svc.Name(), addressed(svc)
		}
	}
	return l.front(func(pod snapshot.Object) bool {
		return pod.Namespace() == g.Namespace() && pod.Labels("metadata", "labels")[nameLabel] == g.Name()
	}, port)
}

// attached says whether a route names the listener as its parent.
func attached(route, g, s snapshot.Object) bool {
	return slices.ContainsFunc(route.Items("spec", "parentRefs"), func(p snapshot.Object) bool {
		ns := p.Str("namespace")
		if ns == "" {
			ns = route.Namespace()
		}
		kind, section := p.Str("kind"), p.Str("sectionName")
		return (kind == "" || kind == "Gateway") && p.Str("name") == g.Name() && ns == g.Namespace() &&
			(section == "" || section == s.Str("name")) && (!p.Has("port") || p.Num("port") == s.Num("port"))
	})
}

// allowed says whether the listener lets routes of that namespace in.
func (l *lister) allowed(route, g, s snapshot.Object) bool {
	switch s.Str("allowedRoutes", "namespaces", "from") {
	case "All":
		return true
	case "None":
		return false
	case "Selector":
		ns := l.index.Get("", "Namespace", "", route.Namespace())
		return ns != nil && selected(s.Map("allowedRoutes", "namespaces", "selector"), ns.Labels("metadata", "labels"))
	}
	return route.Namespace() == g.Namespace()
}

// selected is a label selector with expressions; an empty one takes all.
func selected(selector snapshot.Object, labels map[string]string) bool {
	for k, v := range selector.Labels("matchLabels") {
		if have, ok := labels[k]; !ok || have != v {
			return false
		}
	}
	for _, e := range selector.Items("matchExpressions") {
		v, has := labels[e.Str("key")]
		in := slices.Contains(e.Strs("values"), v)
		if !map[string]bool{"In": has && in, "NotIn": !has || !in, "Exists": has, "DoesNotExist": !has}[e.Str("operator")] {
			return false
		}
	}
	return true
}
