package trace

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
)

// Labels that bind a Service, a namespace or a pod to a waypoint, and that
// let gateways send through it.
const (
	useWaypoint        = "istio.io/use-waypoint"
	useWaypointFrom    = "istio.io/use-waypoint-namespace"
	ingressUseWaypoint = "istio.io/ingress-use-waypoint"
)

// waypointOf names the waypoint that a Service is bound to, by its own label
// or its namespace's, and the object that says so.
func (j *journey) waypointOf(svc object) (namespace, name string, by object) {
	if svc == nil {
		return "", "", nil
	}
	for _, o := range []object{svc, j.index.Get("", "Namespace", "", svc.Namespace())} {
		labels := o.Labels("metadata", "labels")
		if name = labels[useWaypoint]; name == "" {
			continue
		}
		if name == "none" {
			return "", "", nil
		}
		if namespace = labels[useWaypointFrom]; namespace == "" {
			namespace = svc.Namespace()
		}
		return namespace, name, o
	}
	return "", "", nil
}

// ingressUses says whether gateways send to the Service by its waypoint.
func (j *journey) ingressUses(svc object) bool {
	for _, o := range []object{svc, j.index.Get("", "Namespace", "", svc.Namespace())} {
		if v := o.Labels("metadata", "labels")[ingressUseWaypoint]; v != "" {
			return v == "true"
		}
	}
	return false
}

// toWaypoint is the waypoint that this proxy sends to, nil when it sends to
// the pods themselves. What Envoy has decides: endpoints in a tunnel to one of
// the waypoint's pods.
func (w *walk) toWaypoint() *walk {
	if w.role == labs.RoleWaypoint {
		return nil
	}
	for _, u := range w.upstreams {
		ns, name, _ := w.waypointOf(u.service)
		if name == "" {
			continue
		}
		pods := w.podsOf(ns, map[string]string{gatewayNameLabel: name})
		through, endpoint := w.config == nil && w.ingressUses(u.service), envoy.Endpoint{}
		if w.config != nil {
			for _, e := range w.config.Endpoints[u.name] {
				for _, p := range pods {
					if strings.Contains(e.Address, "://") && strings.Contains(e.Address, p.Str("status", "podIP")) {
						through, endpoint = true, e
					}
				}
			}
		}
		if !through {
			continue
		}
		t := w.seenBy(u, endpoint)
		t.mesh = true
		n := w.hop(labs.RoleWaypoint, t)
		n.service, n.previous, n.pods = u.service, w, pods
		return n
	}
	return nil
}

// bound asks whether the Service's waypoint is there and takes its traffic.
func (w *walk) bound() *report {
	r := newReport(labs.LayerEntry)
	ns, name, by := w.waypointOf(w.service)
	gateway := w.index.Get(gatewayAPI, "Gateway", ns, name)
	ref := labs.Object{Group: gatewayAPI, Kind: "Gateway", Namespace: ns, Name: name}
	r.involve(ref)
	r.fact("pods", podNames(w.pods))
	r.fact("service", w.service.Ref().String())
	w.readConfig()
	w.hear()
	switch why := unfit(w.service, gateway); {
	case gateway == nil:
		r.broken(by.Ref(), "there is no waypoint "+ns+"/"+name, "a Gateway of that name", "none")
	case why != "":
		r.broken(ref, "the Service is not bound to its waypoint", "a waypoint that takes it", why)
	case len(w.pods) == 0:
		r.broken(ref, "the waypoint has no pod", "a running pod of the waypoint", "none")
	default:
		r.healthy("%s is bound to %s", w.service.Ref(), ref)
	}
	return r
}

// unfit says why a waypoint does not take requests for a Service that names it,
// by istiod's word or by its class; "" when nothing is seen.
func unfit(svc, waypoint object) string {
	class := waypoint.Str("spec", "gatewayClassName")
	c := condition(svc.Items("status", "conditions"), "istio.io/WaypointBound")
	switch {
	case !strings.HasSuffix(class, "waypoint"):
		return fmt.Sprintf("%s is of class %q, which makes no waypoints", waypoint.Ref(), class)
	case c.Str("status") == "False":
		return c.Str("reason") + ": " + c.Str("message")
	}
	return ""
}

// tunnelListener takes what comes in tunnels, inside of a waypoint's Envoy.
const tunnelListener = "main_internal"

// tunnelled finds what the waypoint has for the Service: requests come in a
// tunnel, and by the Service's address and port its Envoy picks a filter chain.
func (w *walk) tunnelled() *report {
	r := newReport(labs.LayerListener)
	if w.config == nil {
		r.unknown("%s", w.noConfig)
		return r
	}
	r.fact("port", w.target.port)
	r.fact("mode", "HBONE")
	ips := clusterIPs(w.service)
	if len(ips) == 0 {
		r.unknown("%s has no address of its own, by which a waypoint knows it", w.service.Ref())
		return r
	}
	for _, l := range w.config.Listeners {
		if l.Name != tunnelListener {
			continue
		}
		c := w.target.connection(w.target.port)
		c.Dest = ips[0]
		chain, fits := match.Chain(l, c)
		if fits.Outcome == match.Unknown {
			r.unknown("%s", fits.Why)
			return r
		}
		w.chain = chain
	}
	if w.chain == nil {
		r.broken(w.service.Ref(), "the waypoint has nothing for "+w.service.Ref().String(),
			fmt.Sprintf("port %d of it in the waypoint", w.target.port), fmt.Sprintf("no filter chain for %s:%d", ips[0], w.target.port))
		return r
	}
	r.fact("name", chainName(*w.chain))
	r.healthy("HBONE  %s", chainName(*w.chain))
	return r
}

// emptyWaypoint is the Deployment of the waypoint that the upstream's Service
// is bound to, or its Gateway, where it has no ready pod; nil otherwise.
func (w *walk) emptyWaypoint(u upstream) object {
	ns, name, _ := w.waypointOf(u.service)
	if name == "" || w.role == labs.RoleWaypoint || !w.ingressUses(u.service) {
		return nil
	}
	for _, p := range w.podsOf(ns, map[string]string{gatewayNameLabel: name}) {
		if ready(p) {
			return nil
		}
	}
	if d := w.index.Get("apps", "Deployment", ns, name); d != nil {
		return d
	}
	return w.index.Get(gatewayAPI, "Gateway", ns, name)
}
