package hosts

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// listener is one of a Gateway or ListenerSet.
type listener struct {
	owner labs.Object
	name  string
}

// routes are those of the Gateway API, sorted by the listeners that take them.
func (l *lister) routes() map[listener][]snapshot.Object {
	out, sets := map[listener][]snapshot.Object{}, intent.ListenerSets(l.index)
	for _, kind := range []string{"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"} {
		for _, r := range l.index.All(gatewayAPI, kind) {
			for _, ref := range r.Items("spec", "parentRefs") {
				ns, name, _ := strings.Cut(intent.ParentName(r, ref), "/")
				parents := []snapshot.Object{l.index.Get(gatewayAPI, "Gateway", ns, name)}
				for _, parent := range append(parents, sets...) {
					if parent == nil || !intent.Means(r, ref, parent) {
						continue
					}
					for _, section := range intent.Attach(l.index, r, ref, parent).Listeners {
						at := listener{parent.Ref(), section}
						out[at] = append(out[at], r)
					}
				}
			}
		}
	}
	return out
}

// ours says whether Istio makes the Gateway. Of a class that was not seen it
// is not known, and the Gateway is taken.
func (l *lister) ours(g snapshot.Object) bool {
	class := l.index.Get(gatewayAPI, "GatewayClass", "", g.Str("spec", "gatewayClassName"))
	return class == nil || strings.HasPrefix(class.Str("spec", "controllerName"), "istio.io/")
}

// managed takes up the hosts of a listener. One of a waypoint serves Services
// and not hosts.
func (l *lister) managed(s intent.Server, routes map[listener][]snapshot.Object) {
	if s.Protocol == "HBONE" || !l.ours(s.Gateway) {
		return
	}
	h, pattern := host(s), s.Hosts[0]
	h.Service, h.Outside = l.frontOf(s.Gateway, h.Port)
	routed := false
	for _, r := range routes[listener{s.Owner.Ref(), s.Name}] {
		names := r.Strs("spec", "hostnames")
		if len(names) == 0 {
			names = []string{pattern}
		}
		for _, n := range names {
			if both, ok := match.Both(pattern, n); ok {
				h.Host, routed = both, true
				l.add(h, r)
			}
		}
	}
	if !routed {
		h.Host = pattern
		l.add(h, nil)
	}
}
