package trace

import (
	"fmt"
	"net"
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
			r.broken(o, "there is no "+o.String(), "a Service of that name", "none")
			return r
		}
		r.unknown("the gateway's Service is not known")
		return r
	}
	svc := w.service
	r.involve(svc.ref())
	r.fact("service", svc.ref().String())
	r.fact("selector", selectorText(svc.labels("spec", "selector")))
	addresses := serviceAddresses(svc)
	r.fact("addresses", addresses)
	if len(addresses) == 0 {
		r.broken(svc.ref(), "the Service has no outside address", "a load balancer address", "pending")
	}
	port := w.servicePort(r)
	endpoints := w.endpoints(r, port)
	w.pods = w.gatewayPods(hostsOf(endpoints))
	r.fact("pods", podNames(w.pods))
	w.readConfig()
	if r.decided() || port == nil {
		return r
	}
	if len(endpoints) == 0 {
		w.explainNoEndpoints(r)
		return r
	}
	if len(w.pods) > 0 && !slices.ContainsFunc(w.pods, runsGateway) {
		r.broken(svc.ref(), "the Service leads past the gateway", "a Service in front of a gateway's pods", "it leads to "+w.pods[0].ref().String())
		r.certain = true
		return r
	}
	r.healthy("Service %s/%s  %d → %d   %s", svc.namespace(), svc.name(), w.target.port, w.targetPort, count(len(endpoints), "endpoint"))
	return r
}

func serviceRef(key string) labs.Object {
	ns, name, _ := strings.Cut(key, "/")
	return labs.Object{Kind: "Service", Namespace: ns, Name: name}
}

func podNames(pods []object) []string {
	out := []string{}
	for _, p := range pods {
		out = append(out, p.ref().String())
	}
	return out
}

func (w *walk) servicePort(r *report) object {
	var have []string
	for _, p := range w.service.items("spec", "ports") {
		if p.num("port") == w.target.port && p.str("protocol") != "UDP" {
			r.fact("port", w.target.port)
			w.targetPort = p.num("targetPort")
			if _, named := p.at("targetPort").(string); named || w.targetPort == 0 {
				w.targetPort = 0
			}
			if w.targetPort > 0 {
				r.fact("targetPort", w.targetPort)
			}
			return p
		}
		have = append(have, strconv.Itoa(p.num("port")))
	}
	r.broken(w.service.ref(), fmt.Sprintf("the Service has no port %d", w.target.port),
		fmt.Sprintf("port %d on Service %s/%s", w.target.port, w.service.namespace(), w.service.name()),
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
	r.see("EndpointSlices of %s/%s: %s ready", w.service.namespace(), w.service.name(), count(len(ready), "address"))
	return ready
}

// readyEndpoints reads a Service's EndpointSlices: "ip:port" of what is ready.
// A nil port takes the first port of each slice.
func (w *walk) readyEndpoints(svc, port object) []string {
	var out []string
	for _, s := range w.index.all("discovery.k8s.io", "EndpointSlice") {
		if s.namespace() != svc.namespace() || s.labels("metadata", "labels")["kubernetes.io/service-name"] != svc.name() {
			continue
		}
		for _, p := range s.items("ports") {
			if port != nil && p.str("name") != port.str("name") {
				continue
			}
			for _, e := range s.items("endpoints") {
				if e.has("conditions", "ready") && e.str("conditions", "ready") != "true" {
					continue
				}
				for _, a := range e.strs("addresses") {
					out = append(out, net.JoinHostPort(a, strconv.Itoa(p.num("port"))))
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
		got += fmt.Sprintf("; %s has %s", w.pods[0].ref(), selectorText(w.relevant(w.pods[0])))
	}
	r.broken(o, "nothing is ready behind the Service", want, got)
}

// relevant are the labels of a pod under the keys its Service selects by.
func (w *walk) relevant(pod object) map[string]string {
	out := map[string]string{}
	labels := pod.labels("metadata", "labels")
	for k := range w.service.labels("spec", "selector") {
		if v, ok := labels[k]; ok {
			out[k] = v
		}
	}
	return out
}

// whyNoEndpoints finds what keeps a Service without ready endpoints.
func (w *walk) whyNoEndpoints(svc object) (culprit labs.Object, want, got string) {
	selector := svc.labels("spec", "selector")
	pods := w.podsOf(svc.namespace(), selector)
	want = "a ready pod behind " + svc.ref().String()
	if len(pods) > 0 {
		culprit = w.ownerOf(pods[0])
		return culprit, want, fmt.Sprintf("%s, none ready", count(len(pods), "pod"))
	}
	for _, d := range w.index.all("apps", "Deployment") {
		if d.namespace() == svc.namespace() && d.has("spec", "replicas") && d.num("spec", "replicas") == 0 &&
			selects(selector, d.labels("spec", "template", "metadata", "labels")) {
			return d.ref(), want, d.ref().String() + " has 0 replicas"
		}
	}
	return svc.ref(), want, "selector " + selectorText(selector) + " matches no pod"
}

// ownerOf is the Deployment of a pod, or the pod.
func (w *walk) ownerOf(pod object) labs.Object {
	labels := pod.labels("metadata", "labels")
	for _, d := range w.index.all("apps", "Deployment") {
		if d.namespace() == pod.namespace() && selects(d.labels("spec", "selector", "matchLabels"), labels) {
			return d.ref()
		}
	}
	return pod.ref()
}
