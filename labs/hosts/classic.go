package hosts

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// classic reads the servers of Istio's Gateways and the VirtualServices that
// name them.
func (l *lister) classic() {
	services := map[string][]snapshot.Object{}
	for _, vs := range l.index.All(istio, "VirtualService") {
		for _, name := range vs.Strs("spec", "gateways") {
			if name == "mesh" {
				continue
			}
			if !strings.Contains(name, "/") {
				name = vs.Namespace() + "/" + name
			}
			services[name] = append(services[name], vs)
		}
	}
	for _, g := range l.index.All(istio, "Gateway") {
		for _, s := range g.Items("spec", "servers") {
			h := l.server(g, s)
			for _, pattern := range s.Strs("hosts") {
				l.served(h, pattern, g.Namespace(), services[g.Namespace()+"/"+g.Name()])
			}
		}
	}
}

// server is what the hosts of one server have in common.
func (l *lister) server(g, s snapshot.Object) Host {
	h := Host{Port: s.Num("port", "number"), Protocol: strings.ToUpper(s.Str("port", "protocol")), Gateway: g.Ref()}
	if h.Protocol == "HTTPS" || h.Protocol == "TLS" {
		h.TLS = s.Str("tls", "mode")
		if h.TLS == "" {
			h.TLS = "PASSTHROUGH" // the API's zero value
		}
	}
	h.Service, h.Outside = l.front(func(pod snapshot.Object) bool {
		selector := g.Labels("spec", "selector")
		return len(selector) == 0 || snapshot.Selects(selector, pod.Labels("metadata", "labels"))
	}, h.Port)
	return h
}

// served adds the hosts of one pattern of a server, which may say from which
// namespace its routes come: "ns/host", "./host".
func (l *lister) served(h Host, pattern, own string, services []snapshot.Object) {
	from := "*"
	if ns, host, ok := strings.Cut(pattern, "/"); ok {
		from, pattern = ns, host
	}
	if from == "." {
		from = own
	}
	routed := false
	for _, vs := range services {
		if from != "*" && vs.Namespace() != from || !carries(vs, h) {
			continue
		}
		for _, host := range vs.Strs("spec", "hosts") {
			if both, ok := meet(pattern, host); ok {
				h.Host, routed = both, true
				l.add(h, vs)
			}
		}
	}
	if !routed {
		h.Host = pattern
		l.add(h, nil)
	}
}

// carries says whether a VirtualService has rules for what a server takes in:
// requests, connections by their server name, or plain bytes.
func carries(vs snapshot.Object, h Host) bool {
	switch {
	case h.TLS == "PASSTHROUGH" || h.TLS == "AUTO_PASSTHROUGH":
		return vs.Has("spec", "tls")
	case h.Protocol == "TLS":
		return vs.Has("spec", "tls") || vs.Has("spec", "tcp")
	case h.Protocol == "TCP" || h.Protocol == "MONGO":
		return vs.Has("spec", "tcp")
	}
	return vs.Has("spec", "http")
}

// entry is a Service with gateways' pods behind it.
type entry struct {
	service snapshot.Object
	pods    []snapshot.Object
}

// entries finds the Services before gateways: few of all there are.
func entries(index snapshot.Index) []entry {
	var gateways []snapshot.Object
	for _, p := range index.All("", "Pod") {
		if router(p) {
			gateways = append(gateways, p)
		}
	}
	var out []entry
	for _, svc := range index.All("", "Service") {
		e := entry{service: svc}
		selector := svc.Labels("spec", "selector")
		for _, p := range gateways {
			if p.Namespace() == svc.Namespace() && snapshot.Selects(selector, p.Labels("metadata", "labels")) {
				e.pods = append(e.pods, p)
			}
		}
		if len(e.pods) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// front finds the Service before a gateway's pods that has the port, one with
// an outside address before others.
func (l *lister) front(mine func(pod snapshot.Object) bool, port int) (name string, outside bool) {
	for _, e := range l.entries {
		if !slices.ContainsFunc(e.pods, mine) || !slices.ContainsFunc(e.service.Items("spec", "ports"), func(p snapshot.Object) bool { return p.Num("port") == port }) {
			continue
		}
		if out := addressed(e.service); name == "" || out && !outside {
			name, outside = e.service.Namespace()+"/"+e.service.Name(), out
		}
	}
	return name, outside
}

// addressed says whether a Service is, or is meant to be, reached from
// outside.
func addressed(svc snapshot.Object) bool {
	t := svc.Str("spec", "type")
	return t == "LoadBalancer" || t == "NodePort" || len(svc.Strs("spec", "externalIPs")) > 0
}

// router says whether a pod's proxy is a gateway's.
func router(pod snapshot.Object) bool {
	return slices.ContainsFunc(pod.Items("spec", "containers"), func(c snapshot.Object) bool {
		return c.Str("name") == "istio-proxy" && slices.Contains(c.Strs("args"), "router")
	})
}
