package resolver

import (
	"net"
	"strings"

	"github.com/miekg/dns"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
)

const (
	domain = "cluster.local."
	// ttl is what CoreDNS gives the cluster's names, in seconds.
	ttl = 5
)

// cluster answers for Services, as the Kubernetes DNS specification says:
// service.namespace.svc.cluster.local, and pod.service… for headless ones.
// Pods' own names (a-b-c-d.namespace.pod) are left out: nothing here uses them.
type cluster struct {
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
}

// holds says whether a name is the cluster's to answer.
func (c cluster) holds(name string) bool { return dns.IsSubDomain(domain, name) }

// lookup returns the addresses of a name, or the name it is an alias of, and
// whether it exists.
func (c cluster) lookup(name string) (ips []net.IP, alias string, exists bool) {
	rest, ok := strings.CutSuffix(name, ".svc."+domain)
	if !ok {
		return nil, "", name == domain || name == "svc."+domain
	}
	labels := strings.Split(rest, ".")
	if len(labels) == 1 {
		return nil, "", true // a namespace
	}
	namespace, service := labels[len(labels)-1], labels[len(labels)-2]
	s, err := c.services.Services(namespace).Get(service)
	if err != nil {
		return nil, "", false
	}
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return nil, dns.Fqdn(s.Spec.ExternalName), len(labels) == 2
	case s.Spec.ClusterIP == corev1.ClusterIPNone:
		host := ""
		if len(labels) == 3 {
			host = labels[0]
		}
		ips = c.headless(s, host)
		return ips, "", len(labels) == 2 || len(ips) > 0 && len(labels) == 3
	case len(labels) == 2:
		return []net.IP{net.ParseIP(s.Spec.ClusterIP)}, "", true
	}
	return nil, "", false
}

// headless returns the addresses behind a headless Service, all of them or
// those of the pod with a host name.
func (c cluster) headless(s *corev1.Service, host string) []net.IP {
	slices, err := c.slices.EndpointSlices(s.Namespace).List(labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: s.Name}))
	if err != nil {
		return nil // a lister over an index does not fail
	}
	var ips []net.IP
	for _, slice := range slices {
		for _, e := range slice.Endpoints {
			if host != "" && (e.Hostname == nil || *e.Hostname != host) || e.Conditions.Ready != nil && !*e.Conditions.Ready {
				continue
			}
			for _, a := range e.Addresses {
				ips = append(ips, net.ParseIP(a))
			}
		}
	}
	return ips
}
