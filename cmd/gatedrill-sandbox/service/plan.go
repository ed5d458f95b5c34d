// Package service makes Kubernetes Services work: it gives those of type
// LoadBalancer an address and rewrites the node's nftables rules when a
// Service or its endpoints change. What the rules must say is a pure function
// of the objects (Plan); writing them is apart.
//
// Left out: session affinity and traffic policies. There is one node, and the
// proxies in front of the labs' workloads do the balancing that matters.
package service

import (
	"cmp"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// Endpoint is where a connection may end.
type Endpoint = netip.AddrPort

// Front is one address and port that a Service is reached at.
type Front struct {
	Proto    byte // unix.IPPROTO_TCP or its like
	At       netip.AddrPort
	Backends []Endpoint // never empty
}

// Plan is what the rules must do.
type Plan struct {
	Fronts []Front
	// Addresses are the Services' own: what no Front takes is refused there.
	Addresses []netip.Addr
	// Pods may reach themselves through a Service.
	Pods []netip.Addr
}

// NewPlan says how the Services are reached. The Service at the address dns is
// the resolver's own and needs no rules; node is where node ports are.
func NewPlan(services []*corev1.Service, sliced []*discoveryv1.EndpointSlice, node, dns netip.Addr) Plan {
	var p Plan
	for _, s := range services {
		cluster, err := netip.ParseAddr(s.Spec.ClusterIP)
		if err != nil || cluster == dns { // headless or ExternalName
			continue
		}
		own := []netip.Addr{cluster}
		for _, i := range s.Status.LoadBalancer.Ingress {
			if a, err := netip.ParseAddr(i.IP); err == nil {
				own = append(own, a)
			}
		}
		p.Addresses = append(p.Addresses, own...)
		for _, port := range s.Spec.Ports {
			backends := endpoints(s, port, sliced)
			if len(backends) == 0 {
				continue
			}
			front := func(a netip.Addr, n int32) {
				p.Fronts = append(p.Fronts, Front{protocol(port.Protocol), netip.AddrPortFrom(a, uint16(n)), backends})
			}
			for _, a := range own {
				front(a, port.Port)
			}
			if port.NodePort > 0 {
				front(node, port.NodePort)
			}
			for _, b := range backends {
				if b.Addr() != node {
					p.Pods = append(p.Pods, b.Addr())
				}
			}
		}
	}
	p.sort()
	return p
}

// sort makes equal states equal plans.
func (p *Plan) sort() {
	slices.SortFunc(p.Fronts, func(a, b Front) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Proto, b.Proto))
	})
	slices.SortFunc(p.Addresses, netip.Addr.Compare)
	p.Addresses = slices.Compact(p.Addresses)
	slices.SortFunc(p.Pods, netip.Addr.Compare)
	p.Pods = slices.Compact(p.Pods)
}

func protocol(p corev1.Protocol) byte {
	switch p {
	case corev1.ProtocolUDP:
		return unix.IPPROTO_UDP
	case corev1.ProtocolSCTP:
		return unix.IPPROTO_SCTP
	default:
		return unix.IPPROTO_TCP
	}
}

// endpoints are the ready ones behind one port of a Service, sorted.
func endpoints(s *corev1.Service, port corev1.ServicePort, all []*discoveryv1.EndpointSlice) []Endpoint {
	var out []Endpoint
	for _, slice := range all {
		if slice.Namespace != s.Namespace || slice.Labels[discoveryv1.LabelServiceName] != s.Name || slice.AddressType != discoveryv1.AddressTypeIPv4 {
			continue
		}
		for _, p := range slice.Ports {
			if p.Port == nil || p.Name != nil && *p.Name != port.Name {
				continue
			}
			for _, e := range slice.Endpoints {
				if e.Conditions.Ready != nil && !*e.Conditions.Ready {
					continue
				}
				for _, a := range e.Addresses {
					if ip, err := netip.ParseAddr(a); err == nil {
						out = append(out, netip.AddrPortFrom(ip, uint16(*p.Port)))
					}
				}
			}
		}
	}
	slices.SortFunc(out, netip.AddrPort.Compare)
	return slices.Compact(out)
}
