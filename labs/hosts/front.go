package hosts

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const nameLabel = "gateway.networking.k8s.io/gateway-name"

// host is what the hosts of one server have in common.
func host(s intent.Server) Host {
	h := Host{Port: s.Port, Protocol: s.Protocol, Gateway: s.Gateway.Ref()}
	if h.Protocol == "HTTPS" || h.Protocol == "TLS" {
		h.TLS = s.Mode
	}
	return h
}

// entry is a Service with gateways' pods behind it.
type entry struct {
	service snapshot.Object
	pods    []snapshot.Object
}

// sortServices finds the Services before gateways: few of all there are.
func (l *lister) sortServices() {
	var gateways []snapshot.Object
	for _, p := range l.index.All("", "Pod") {
		if snapshot.ProxyRole(p) == labs.RoleGateway {
			gateways = append(gateways, p)
		}
	}
	l.made = map[string]snapshot.Object{}
	for _, svc := range l.index.All("", "Service") {
		made := svc.Namespace() + "/" + svc.Labels("metadata", "labels")[nameLabel]
		if l.made[made] == nil {
			l.made[made] = svc
		}
		e := entry{service: svc}
		selector := svc.Labels("spec", "selector")
		for _, p := range gateways {
			if p.Namespace() == svc.Namespace() && snapshot.Selects(selector, p.Labels("metadata", "labels")) {
				e.pods = append(e.pods, p)
			}
		}
		if len(e.pods) > 0 {
			l.entries = append(l.entries, e)
		}
	}
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

// frontOf finds the Service of a Gateway of the Gateway API: the one it names
// as its address, else the one that was made for it.
func (l *lister) frontOf(g snapshot.Object, port int) (string, bool) {
	for _, a := range g.Items("spec", "addresses") {
		name, rest, _ := strings.Cut(a.Str("value"), ".")
		ns, _, _ := strings.Cut(rest, ".")
		if ns == "" {
			ns = g.Namespace()
		}
		if svc := l.index.Get("", "Service", ns, name); svc != nil {
			return ns + "/" + name, addressed(svc)
		}
	}
	if svc := l.made[g.Namespace()+"/"+g.Name()]; svc != nil {
		return svc.Namespace() + "/" + svc.Name(), addressed(svc)
	}
	return l.front(func(pod snapshot.Object) bool {
		return pod.Namespace() == g.Namespace() && pod.Labels("metadata", "labels")[nameLabel] == g.Name()
	}, port)
}

// addressed says whether a Service is, or is meant to be, reached from
// outside.
func addressed(svc snapshot.Object) bool {
	t := svc.Str("spec", "type")
	return t == "LoadBalancer" || t == "NodePort" || len(svc.Strs("spec", "externalIPs")) > 0
}
