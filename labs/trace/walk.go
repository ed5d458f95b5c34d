package trace

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// walk judges one proxy on the way. Each layer fills in what the next ones
// build on; a later layer copes with what an earlier one did not find.
type walk struct {
	*journey
	role     labs.Role
	name     string
	target   target      // the request as this proxy sees it
	answer   labs.Answer // as this proxy tells of it
	previous *walk
	reports  []*report

	client     labs.Object // sidecar: the workload that asks
	dest       string      // sidecar: the address that the client connects to
	direct     bool        // sidecar: the request goes past the proxy
	service    object      // gateways: the Service in front
	targetPort int         // where the Service sends this port, 0 when unknown
	pods       []object    // of the proxy
	config     *envoy.Config
	noConfig   string          // why config is nil
	rejected   []envoy.Refusal // what its Envoy did not take, by its log
	front      *front
	servers    []server // the front's
	intended   *server  // the Gateway's server that should take the request
	chain      *envoy.Chain
	withdrawn  string     // why Envoy was not given the intended listener: its certificate
	matched    *taken     // the route that takes the request
	clusters   []string   // where the route leads, or would lead
	upstreams  []upstream // the same, looked up
	routed     object     // the VirtualService or route object
}

// walk goes through the layers of this proxy.
func (w *walk) walk() {
	judges := []func() *report{w.dns, w.entry, w.listener, w.tls, w.route, w.destination}
	switch {
	case w.role == labs.RoleSidecar:
		judges[0], judges[1], judges[2] = w.clientDNS, w.capture, w.outbound
	case w.role == labs.RoleWaypoint:
		judges[0], judges[1], judges[2] = w.noDNS, w.bound, w.tunnelled
	case w.previous != nil:
		judges[0] = w.noDNS
	}
	for _, judge := range judges {
		w.reports = append(w.reports, judge())
	}
}

// noDNS: the proxy before this one chose the address.
func (w *walk) noDNS() *report {
	r := newReport(labs.LayerDNS)
	r.offPath("the proxy before this one chose the address")
	return r
}

// gatewayPods finds the pods that answer for the gateway's Service: those its
// endpoints name, else those that run a gateway in its namespace and that a
// Gateway naming the host selects, so that a Service that selects nothing
// still leads to facts.
func (w *walk) gatewayPods(addresses []string) []object {
	out := w.podsWith(addresses...)
	if len(out) > 0 || w.service == nil {
		return out
	}
	var all []object
	for _, i := range w.podsIn[w.service.Namespace()] {
		if p := w.live[i].object; runsGateway(p) {
			all = append(all, p)
		}
	}
	for _, p := range all {
		if owner := p.Labels("metadata", "labels")[gatewayNameLabel]; owner != "" {
			if w.service.Labels("metadata", "labels")[gatewayNameLabel] == owner {
				out = append(out, p)
			}
			continue
		}
		if strings.HasPrefix(p.Name(), w.service.Name()) || len(all) == 1 {
			out = append(out, p)
		}
	}
	return out
}

const gatewayNameLabel = "gateway.networking.k8s.io/gateway-name"

func alive(pod object) bool {
	phase := pod.Str("status", "phase")
	return !pod.Has("metadata", "deletionTimestamp") && phase != "Failed" && phase != "Succeeded"
}

// runsGateway says whether a pod is an Envoy gateway rather than a workload.
func runsGateway(pod object) bool { return snapshot.ProxyRole(pod) == labs.RoleGateway }

// readConfig takes the configuration of the first of the gateway's pods that
// has been dumped and listens where the Service leads to, else of the first.
func (w *walk) readConfig() {
	if w.noConfig = w.noMesh(); w.noConfig != "" {
		return
	}
	if len(w.pods) == 0 {
		w.noConfig = "no pod of the gateway is known"
		return
	}
	for _, pod := range w.pods {
		for i, p := range w.snap.Proxies {
			if p.Namespace != pod.Namespace() || p.Pod != pod.Name() {
				continue
			}
			c, err := w.run(i)
			if err != nil {
				w.noConfig = err.Error()
				continue
			}
			listens := w.targetPort == 0 || len(c.ListenersAt(w.targetPort)) > 0
			if w.config == nil || listens {
				w.config, w.rejected = c, p.Refused
			}
			if listens {
				w.noConfig = ""
				return
			}
		}
		if why := w.snap.Missing[snapshot.ProxyKey(pod.Namespace(), pod.Name())]; why != "" {
			w.noConfig = why
		}
	}
	if w.config != nil {
		w.noConfig = ""
	} else if w.noConfig == "" {
		w.noConfig = "no configuration of " + w.pods[0].Ref().String() + " was observed"
	}
}
