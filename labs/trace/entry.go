package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// entry asks whether the gateway's Service takes the port and has somebody
// ready behind it.
func (w *walk) entry() *report {
	r := newReport(labs.LayerEntry)
	if w.service == nil {
		if w.request.Gateway != "" && w.missing("Service") == "" {
			o := serviceRef(w.request.Gateway)
			if g, why := w.undeployed(o); g != nil {
				r.broken(g.Ref(), "nothing was made for "+g.Ref().String(), "a Service in front of its pods", why)
				return r
			}
			r.broken(o, "there is no "+o.String(), "a Service of that name", "none")
			return r
		}
		if why := w.missing("Service"); why != "" {
			r.unknown("the gateway's Service is not known: %s", why)
			return r
		}
		r.unknown("the gateway's Service is not known")
		return r
	}
	svc := w.service
	r.involve(svc.Ref())
	r.fact("service", svc.Ref().String())
	r.fact("selector", selectorText(svc.Labels("spec", "selector")))
	addresses := append([]string{}, w.outside(svc)...)
	r.fact("addresses", addresses)
	if len(addresses) == 0 && w.previous == nil {
		r.broken(svc.Ref(), "the Service has no outside address", "a load balancer address", unaddressed(svc))
	}
	port := w.servicePort(r)
	endpoints := w.endpoints(r, port)
	w.pods = w.gatewayPods(hostsOf(endpoints))
	r.fact("pods", podNames(w.pods))
	w.readConfig()
	w.hear()
	if r.decided() || port == nil {
		return r
	}
	if len(endpoints) == 0 {
		w.explainNoEndpoints(r)
		return r
	}
	if why := w.noMesh(); why != "" {
		r.unknown("%s leads to %s: %s", svc.Ref(), quoteAll(podNames(w.pods)), why)
		return r
	}
	if len(w.pods) > 0 && !slices.ContainsFunc(w.pods, runsGateway) {
		r.broken(svc.Ref(), "the Service leads past the gateway", "a Service in front of a gateway's pods", "it leads to "+w.pods[0].Ref().String())
		r.certain = true
		return r
	}
	if w.privileged() {
		r.broken(svc.Ref(), fmt.Sprintf("port %d leads to %d, which only a privileged process may open", w.target.port, w.targetPort),
			"a targetPort of 1024 or more", fmt.Sprintf("targetPort %d", w.targetPort))
		return r
	}
	r.healthy("Service %s/%s  %d → %d   %s", svc.Namespace(), svc.Name(), w.target.port, w.targetPort, count(len(endpoints), "endpoint"))
	return r
}

// privileged says whether Envoy would have to open a port that its process may
// not: a Gateway asks for it, and istiod left the listener out. Pods made for a
// Gateway of the Gateway API may open any.
func (w *walk) privileged() bool {
	if w.targetPort == 0 || w.targetPort >= 1024 || w.config == nil || len(w.config.ListenersAt(w.targetPort)) > 0 ||
		len(w.pods) == 0 || w.pods[0].Labels("metadata", "labels")[gatewayNameLabel] != "" {
		return false
	}
	w.face()
	return slices.ContainsFunc(w.servers, func(s server) bool { return s.selects && s.Port == w.target.port })
}

// undeployed is the Gateway of the Gateway API for which a Service of that
// name, NAME-CLASS, would have been made, and why it was not.
func (w *walk) undeployed(service labs.Object) (object, string) {
	for _, g := range w.index.All(gatewayAPI, "Gateway") {
		if g.Namespace() != service.Namespace || !strings.HasPrefix(service.Name, g.Name()+"-") {
			continue
		}
		class := g.Str("spec", "gatewayClassName")
		if w.index.Get(gatewayAPI, "GatewayClass", "", class) == nil && w.missing("GatewayClass") == "" {
			return g, fmt.Sprintf("its class %q does not exist", class)
		}
		if c := condition(g.Items("status", "conditions"), "Accepted"); c != nil && c.Str("status") != "True" {
			return g, c.Str("reason") + ": " + c.Str("message")
		}
	}
	return nil, ""
}

func serviceRef(key string) labs.Object {
	ns, name, _ := strings.Cut(key, "/")
	return labs.Object{Kind: "Service", Namespace: ns, Name: name}
}

func podNames(pods []object) []string {
	out := []string{}
	for _, p := range pods {
		out = append(out, p.Ref().String())
	}
	return out
}

func (w *walk) servicePort(r *report) object {
	var have []string
	for _, p := range w.service.Items("spec", "ports") {
		if p.Num("port") == w.target.port && p.Str("protocol") != "UDP" {
			r.fact("port", w.target.port)
			w.targetPort = p.Num("targetPort")
			if _, named := p.At("targetPort").(string); named || w.targetPort == 0 {
				w.targetPort = 0
			}
			if w.targetPort > 0 {
				r.fact("targetPort", w.targetPort)
			}
			return p
		}
		have = append(have, strconv.Itoa(p.Num("port")))
	}
	r.broken(w.service.Ref(), fmt.Sprintf("the Service has no port %d", w.target.port),
		fmt.Sprintf("port %d on Service %s/%s", w.target.port, w.service.Namespace(), w.service.Name()),
		"ports "+quoteAll(have))
	return nil
}
