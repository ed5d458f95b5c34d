package service

import (
	"cmp"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// reserved is the Service that always gets the first address, so that lessons
// can name it.
const reserved = "istio-system/istio-ingressgateway"

// last byte of the last address for load balancers.
const lastAddress = 254

// assign gives an address to each Service of type LoadBalancer that has none:
// what it asks for (spec.loadBalancerIP) when that is free, else the first free
// one from first on. The addresses others have are in their status, and so
// outlive a restart.
func assign(services []*corev1.Service, first netip.Addr) map[*corev1.Service]netip.Addr {
	taken := map[netip.Addr]bool{}
	var waiting []*corev1.Service
	for _, s := range services {
		if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
			continue
		}
		if len(s.Status.LoadBalancer.Ingress) == 0 {
			waiting = append(waiting, s)
		}
		for _, i := range s.Status.LoadBalancer.Ingress {
			if a, err := netip.ParseAddr(i.IP); err == nil {
				taken[a] = true
			}
		}
	}
	slices.SortFunc(waiting, func(a, b *corev1.Service) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(name(a), name(b)))
	})
	out := map[*corev1.Service]netip.Addr{}
	for _, s := range waiting {
		a := pick(s, first, taken)
		if a.IsValid() {
			taken[a], out[s] = true, a
		}
	}
	return out
}

// pick returns the zero Addr when no address is left.
func pick(s *corev1.Service, first netip.Addr, taken map[netip.Addr]bool) netip.Addr {
	if name(s) == reserved && !taken[first] {
		return first
	}
	//nolint:staticcheck // deprecated, and still how a manifest asks for an address
	if a, err := netip.ParseAddr(s.Spec.LoadBalancerIP); err == nil && ours(a, first) && !taken[a] {
		return a
	}
	for a := first.Next(); ours(a, first); a = a.Next() {
		if !taken[a] {
			return a
		}
	}
	return netip.Addr{}
}

func ours(a, first netip.Addr) bool {
	return a.Is4() && a.As4()[3] <= lastAddress && a.Compare(first) >= 0 && a.As4()[2] == first.As4()[2] && a.As4()[1] == first.As4()[1] && a.As4()[0] == first.As4()[0]
}

func name(s *corev1.Service) string { return s.Namespace + "/" + s.Name }
