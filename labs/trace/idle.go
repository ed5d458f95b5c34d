package trace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// meshRoute finds what should have sent the request by the way that is asked
// for, and why it does not: a VirtualService that names the host, one that
// leads there before others; a route that hangs on the Service or entry.
func (w *walk) meshRoute() (object, string) {
	var named, misspelt object
	u := w.last()
	for _, v := range w.index.All(istioNetworking, "VirtualService") {
		if !w.namesHost(v) {
			if slices.ContainsFunc(v.Strs("spec", "hosts"), func(h string) bool { return w.misspells(fullName(h, v.Namespace()), u) }) {
				misspelt = v
			}
			continue
		}
		if w.request.Via == "" || w.leadsToVia(v) {
			return w.whyIdle(v)
		}
		if named == nil {
			named = v
		}
	}
	for _, parent := range []object{u.service, w.entryFor(w.target.name())} {
		if route, why := w.idleRoute(parent); route != nil {
			return route, why
		}
	}
	switch entry := w.entryFor(w.target.name()); {
	case named != nil:
		return w.whyIdle(named)
	case w.routed != nil:
		return w.routed, w.routed.Ref().String() + " sends it elsewhere"
	case misspelt != nil:
		return misspelt, fmt.Sprintf("%s is for hosts %s, which the mesh does not know by that name", misspelt.Ref(), quoteAll(misspelt.Strs("spec", "hosts")))
	case entry != nil:
		return entry, "no VirtualService for " + w.target.name() + " sends it to the egress gateway"
	}
	return nil, "no VirtualService for " + w.target.name()
}

// namesHost says whether a VirtualService is for the request's host, by the
// name that the client uses or the whole name of the Service.
func (w *walk) namesHost(v object) bool {
	return slices.ContainsFunc(v.Strs("spec", "hosts"), func(h string) bool {
		return match.Pattern(h, w.target.name()) >= 0 || w.last().host != "" && match.Pattern(fullName(h, v.Namespace()), w.last().host) >= 0
	})
}

// leadsToVia says whether a VirtualService names the Service that the request
// is to pass among its destinations.
func (w *walk) leadsToVia(v object) bool {
	ns, name, _ := strings.Cut(w.request.Via, "/")
	for _, kind := range []string{"http", "tls", "tcp"} {
		for _, rule := range v.Items("spec", kind) {
			for _, to := range rule.Items("route") {
				if fullName(to.Str("destination", "host"), v.Namespace()) == name+"."+ns+".svc.cluster.local" {
					return true
				}
			}
		}
	}
	return false
}

// whyIdle says why a VirtualService does not send this proxy's requests on: it,
// or the Sidecar that hides it, is to blame.
func (w *walk) whyIdle(v object) (object, string) {
	gateways, u := v.Strs("spec", "gateways"), w.last()
	switch s := w.sidecarResource(); {
	case w.opaque(u) && !w.target.tls && v.Has("spec", "http"):
		return u.service, fmt.Sprintf("%s declares port %d as one that is not HTTP, where the rules of %s do not count", u.service.Ref(), u.port, v.Ref())
	case len(gateways) > 0 && !slices.Contains(gateways, "mesh"):
		return v, fmt.Sprintf("%s has gateways %s: without mesh it is not for sidecars", v.Ref(), quoteAll(gateways))
	case w.hides(v) != "":
		return v, v.Ref().String() + " " + w.hides(v)
	case w.role == labs.RoleSidecar && s != nil && !shows(s, v, w.target.port):
		return s, fmt.Sprintf("%s shows %s, which %s is not among", s.Ref(), quoteAll(egressHosts(s, w.target.port)), v.Ref())
	}
	return v, v.Ref().String() + " sends it elsewhere"
}

// shows says whether a Sidecar lets its workloads see an object by its hosts,
// on a port.
func shows(sidecar, v object, port int) bool {
	hosts := egressHosts(sidecar, port)
	return !sidecar.Has("spec", "egress") || slices.ContainsFunc(hosts, func(h string) bool {
		ns, name, _ := strings.Cut(h, "/")
		here := ns == "*" || ns == v.Namespace() || ns == "." && v.Namespace() == sidecar.Namespace()
		return here && slices.ContainsFunc(v.Strs("spec", "hosts"), func(of string) bool { return name == "*" || match.Meet(name, of) })
	})
}

// idleRoute is a route that hangs on a Service or ServiceEntry and does not
// take the request, one for which a reason is seen before others.
func (w *walk) idleRoute(parent object) (found object, why string) {
	if parent == nil {
		return nil, ""
	}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"} {
		for _, route := range w.index.All(gatewayAPI, kind) {
			for _, p := range route.Items("spec", "parentRefs") {
				ns := p.Str("namespace")
				if ns == "" {
					ns = route.Namespace()
				}
				if p.Str("kind") != parent.Kind() || p.Str("name") != parent.Name() || ns != parent.Namespace() || route.Ref() == w.routed.Ref() {
					continue
				}
				if reason := w.notAttached(route, p, parent); found == nil || why == "" {
					found, why = route, reason
				}
			}
		}
	}
	if found != nil && why == "" {
		why = found.Ref().String() + " does not take the request"
	}
	return found, why
}

// notAttached says why a route does not bind this client's requests, "" when
// nothing of it is seen.
func (w *walk) notAttached(route, ref, parent object) string {
	port := w.last().port
	if port == 0 {
		port = w.target.port
	}
	switch {
	case ref.Has("port") && ref.Num("port") != port:
		return fmt.Sprintf("%s is for port %d, the request for port %d of %s", route.Ref(), ref.Num("port"), port, parent.Ref())
	case ref.Has("sectionName") && ref.Str("sectionName") != portName(parent, port):
		return fmt.Sprintf("%s is for the port called %s", route.Ref(), ref.Str("sectionName"))
	case route.Namespace() != parent.Namespace() && route.Namespace() != w.proxyNamespace():
		return fmt.Sprintf("%s binds clients of namespace %s only", route.Ref(), route.Namespace())
	}
	return ""
}

// sender is the object that sent the request where it went, and why, where
// none was meant to: the route, else one that should have sent it elsewhere,
// else the entry or Service whose addresses took it.
func (w *walk) sender() (object, string) {
	u := w.last()
	carriedOut := w.routed != nil && (w.matched != nil || w.routed.Has("spec", "tcp") || w.routed.Has("spec", "tls"))
	if !carriedOut && u.entry != nil && match.Best(u.entry.Strs("spec", "hosts"), w.target.name()) < 0 {
		return u.entry, u.entry.Ref().String() + " takes requests for other hosts of its port"
	}
	if w.routed != nil {
		return w.routed, ""
	}
	if o, why := w.meshRoute(); o != nil {
		return o, why
	}
	if u.entry != nil {
		return u.entry, ""
	}
	return u.service, ""
}

// isWaypoint says whether a way is a waypoint's: "namespace/name" of its
// Gateway.
func (w *walk) isWaypoint(via string) bool {
	ns, name, _ := strings.Cut(via, "/")
	return strings.HasSuffix(w.index.Get(gatewayAPI, "Gateway", ns, name).Str("spec", "gatewayClassName"), "waypoint")
}

// binding says which waypoint a Service is bound to.
func (w *walk) binding(svc object) string {
	ns, name, by := w.waypointOf(svc)
	if name != "" {
		return by.Ref().String() + " is bound to waypoint " + ns + "/" + name
	}
	if own := svc.Labels("metadata", "labels")[useWaypoint]; own != "" {
		return svc.Ref().String() + " says " + useWaypoint + ": " + own
	}
	return svc.Ref().String() + " is bound to no waypoint, nor is its namespace"
}
