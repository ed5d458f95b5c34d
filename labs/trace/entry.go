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
		w.noService(r)
		return r
	}
	w.serviceFacts(r)
	port := w.servicePort(r)
	endpoints := w.endpoints(r, port)
	if port == nil && r.Verdict == labs.Healthy {
		w.targetPort = w.target.port // a managed gateway listens on the very ports of its Service
	}
	w.pods = w.gatewayPods(hostsOf(endpoints))
	r.fact("pods", podNames(w.pods))
	w.readConfig()
	w.hear()
	if !r.decided() && port != nil {
		w.judgeEntry(r, endpoints)
	}
	return r
}

// noService: without the gateway's Service nothing can be entered.
func (w *walk) noService(r *report) {
	namespace, _, _ := strings.Cut(w.request.Gateway, "/")
	if why := w.missingIn(namespace, "Service"); why != "" {
		r.unknown("the gateway's Service is not known: %s", why)
		return
	}
	if w.request.Gateway == "" {
		r.unknown("the gateway's Service is not known")
		return
	}
	o := serviceRef(w.request.Gateway)
	if g, why := w.undeployed(o); g != nil {
		r.broken(g.Ref(), "nothing was made for "+g.Ref().String(), "a Service in front of its pods", why)
		return
	}
	r.broken(o, "there is no "+o.String(), "a Service of that name", "none")
}

// serviceFacts tells what the Service in front is, and whether the outside can
// reach it at all.
func (w *walk) serviceFacts(r *report) {
	svc := w.service
	r.involve(svc.Ref())
	r.fact("service", svc.Ref().String())
	r.fact("selector", selectorText(svc.Labels("spec", "selector")))
	addresses := append([]string{}, w.outside(svc)...)
	r.fact("addresses", addresses)
	if len(addresses) == 0 && w.previous == nil {
		r.broken(svc.Ref(), "the Service has no outside address", "a load balancer address", unaddressed(svc))
	}
}

// judgeEntry looks at what stands behind the Service's port.
func (w *walk) judgeEntry(r *report, endpoints []string) {
	svc := w.service
	switch why := w.noMesh(); {
	case len(endpoints) == 0:
		w.explainNoEndpoints(r)
	case why != "":
		r.unknown("%s leads to %s: %s", svc.Ref(), quoteAll(podNames(w.pods)), why)
	case len(w.pods) > 0 && !slices.ContainsFunc(w.pods, runsGateway):
		r.broken(svc.Ref(), "the Service leads past the gateway", "a Service in front of a gateway's pods", "it leads to "+w.pods[0].Ref().String())
		r.certain = true
	case w.privileged():
		r.broken(svc.Ref(), fmt.Sprintf("port %d leads to %d, which only a privileged process may open", w.target.port, w.targetPort),
			"a targetPort of 1024 or more", fmt.Sprintf("targetPort %d", w.targetPort))
	default:
		r.healthy("Service %s/%s  %d → %d   %s", svc.Namespace(), svc.Name(), w.target.port, w.targetPort, count(len(endpoints), "endpoint"))
	}
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

// madeFor is the Gateway of the Gateway API for which istiod made a Service, as
// its owner says; nil when somebody wrote it by hand.
func (w *walk) madeFor(service object) object {
	for _, o := range service.Items("metadata", "ownerReferences") {
		if o.Str("kind") == "Gateway" && strings.HasPrefix(o.Str("apiVersion"), gatewayAPI) {
			return w.index.Get(gatewayAPI, "Gateway", service.Namespace(), o.Str("name"))
		}
	}
	return nil
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
	if g := w.madeFor(w.service); g != nil {
		r.healthy("Service %s/%s is made for %s, with the ports of its listeners: %s", w.service.Namespace(), w.service.Name(), g.Ref(), quoteAll(have))
		return nil
	}
	r.broken(w.service.Ref(), fmt.Sprintf("the Service has no port %d", w.target.port),
		fmt.Sprintf("port %d on Service %s/%s", w.target.port, w.service.Namespace(), w.service.Name()),
		"ports "+quoteAll(have))
	return nil
}
