package trace

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
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

// endpoints lists the ready addresses behind a Service's port.
func (w *walk) endpoints(r *report, port object) []string {
	ready := []string{}
	if why := w.missing("EndpointSlice"); why != "" {
		r.unknown("%s", why)
		return ready
	}
	for _, e := range w.readyEndpoints(w.service, port) {
		ready = append(ready, e)
		if _, p, err := net.SplitHostPort(e); err == nil {
			w.targetPort, _ = strconv.Atoi(p)
			r.fact("targetPort", w.targetPort)
		}
	}
	if port == nil {
		return ready
	}
	r.fact("endpoints", ready)
	r.see("EndpointSlices of %s/%s: %s ready", w.service.Namespace(), w.service.Name(), count(len(ready), "address"))
	return ready
}

// readyEndpoints reads a Service's EndpointSlices: "ip:port" of what is ready.
// A nil port takes the first port of each slice.
func (w *walk) readyEndpoints(svc, port object) []string {
	var out []string
	for _, s := range w.endpointSlices[svc.Namespace()+"/"+svc.Name()] {
		for _, p := range s.Items("ports") {
			if port != nil && p.Str("name") != port.Str("name") {
				continue
			}
			for _, e := range s.Items("endpoints") {
				if e.Has("conditions", "ready") && e.Str("conditions", "ready") != "true" {
					continue
				}
				for _, a := range e.Strs("addresses") {
					out = append(out, net.JoinHostPort(a, strconv.Itoa(p.Num("port"))))
				}
			}
			if port == nil {
				break
			}
		}
	}
	return out
}

func hostsOf(endpoints []string) []string {
	var out []string
	for _, e := range endpoints {
		if h, _, err := net.SplitHostPort(e); err == nil {
			out = append(out, h)
		}
	}
	return out
}

// explainNoEndpoints tells a selector that matches nothing from pods that
// are not ready.
func (w *walk) explainNoEndpoints(r *report) {
	o, want, got := w.whyNoEndpoints(w.service)
	if o.Kind == "Service" && len(w.pods) > 0 {
		got += fmt.Sprintf("; %s has %s", w.pods[0].Ref(), selectorText(w.relevant(w.pods[0])))
	}
	r.broken(o, "nothing is ready behind the Service", want, got)
}

// relevant are the labels of a pod under the keys its Service selects by.
func (w *walk) relevant(pod object) map[string]string {
	out := map[string]string{}
	labels := pod.Labels("metadata", "labels")
	for k := range w.service.Labels("spec", "selector") {
		if v, ok := labels[k]; ok {
			out[k] = v
		}
	}
	return out
}

// whyNoEndpoints finds what keeps a Service without ready endpoints.
func (w *walk) whyNoEndpoints(svc object) (culprit labs.Object, want, got string) {
	selector := svc.Labels("spec", "selector")
	pods := w.podsOf(svc.Namespace(), selector)
	want = "a ready pod behind " + svc.Ref().String()
	if slices.ContainsFunc(pods, ready) {
		return svc.Ref(), "a targetPort that the pods have", fmt.Sprintf("%s ready, none with a port %s", count(len(pods), "pod"), quoteAll(targetPorts(svc)))
	}
	if len(pods) > 0 {
		culprit = w.ownerOf(pods[0])
		return culprit, want, fmt.Sprintf("%s, none ready", count(len(pods), "pod"))
	}
	for _, d := range w.index.All("apps", "Deployment") {
		if d.Namespace() == svc.Namespace() && d.Has("spec", "replicas") && d.Num("spec", "replicas") == 0 &&
			snapshot.Selects(selector, d.Labels("spec", "template", "metadata", "labels")) {
			return d.Ref(), want, d.Ref().String() + " has 0 replicas"
		}
	}
	if len(selector) == 0 {
		return w.whyNoAddress(svc)
	}
	return svc.Ref(), want, "selector " + selectorText(selector) + " matches no pod"
}

// whyNoAddress: a Service without selector has the addresses that somebody
// writes for it.
func (w *walk) whyNoAddress(svc object) (culprit labs.Object, want, got string) {
	want = "a ready address for " + svc.Ref().String() + ", which has no selector"
	for _, s := range w.endpointSlices[svc.Namespace()+"/"+svc.Name()] {
		if len(s.Items("endpoints")) > 0 {
			return s.Ref(), want, "none of those in " + s.Ref().String() + " is ready"
		}
	}
	return svc.Ref(), want, "nobody has written one"
}

func ready(pod object) bool {
	return condition(pod.Items("status", "conditions"), "Ready").Str("status") == "True"
}

func targetPorts(svc object) []string {
	var out []string
	for _, p := range svc.Items("spec", "ports") {
		out = append(out, p.Str("targetPort"))
	}
	return out
}
