package hosts

import (
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// virtualServices are sorted by the Gateways that they name, in full.
func (l *lister) virtualServices() map[string][]snapshot.Object {
	out := map[string][]snapshot.Object{}
	for _, vs := range l.index.All(istio, "VirtualService") {
		for _, name := range vs.Strs("spec", "gateways") {
			name = intent.Qualify(name, vs.Namespace())
			out[name] = append(out[name], vs)
		}
	}
	return out
}

// classic takes up the hosts of a server of Istio's Gateways, with the
// VirtualServices that name it.
func (l *lister) classic(s intent.Server, services map[string][]snapshot.Object) {
	h := host(s)
	selector := s.Gateway.Labels("spec", "selector")
	h.Service, h.Outside = l.front(func(pod snapshot.Object) bool {
		return len(selector) == 0 || snapshot.Selects(selector, pod.Labels("metadata", "labels"))
	}, h.Port)
	for i, pattern := range s.Hosts {
		l.served(h, pattern, s.Scopes[i], services[s.Gateway.Namespace()+"/"+s.Gateway.Name()])
	}
}

// served adds the hosts of one pattern of a server, which may say from which
// namespace its routes come.
func (l *lister) served(h Host, pattern, from string, services []snapshot.Object) {
	routed := false
	for _, vs := range services {
		if from != "" && vs.Namespace() != from || !carries(vs, h) {
			continue
		}
		for _, host := range vs.Strs("spec", "hosts") {
			if both, ok := match.Both(pattern, host); ok {
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
