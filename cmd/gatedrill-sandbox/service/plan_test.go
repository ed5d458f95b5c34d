package service

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	node  = netip.MustParseAddr("172.18.0.2")
	dns   = netip.MustParseAddr("10.96.0.10")
	first = netip.MustParseAddr("172.18.255.200")
)

func svc(name, clusterIP string, kind corev1.ServiceType, lb string, ports ...corev1.ServicePort) *corev1.Service {
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}}
	s.Spec.ClusterIP, s.Spec.Type, s.Spec.Ports = clusterIP, kind, ports
	if lb != "" {
		s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: lb}}
	}
	return s
}

func slice(service, port string, number int32, ready bool, addresses ...string) *discoveryv1.EndpointSlice {
	s := &discoveryv1.EndpointSlice{AddressType: discoveryv1.AddressTypeIPv4}
	s.Namespace, s.Labels = "shop", map[string]string{discoveryv1.LabelServiceName: service}
	s.Ports = []discoveryv1.EndpointPort{{Name: &port, Port: &number}}
	for _, a := range addresses {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Addresses: []string{a}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}})
	}
	return s
}

func fronts(p Plan) []string {
	var out []string
	for _, f := range p.Fronts {
		out = append(out, fmt.Sprintf("%d %s -> %v", f.Proto, f.At, f.Backends))
	}
	return out
}

func TestPlan(t *testing.T) {
	t.Parallel()
	http := corev1.ServicePort{Name: "http", Port: 80, NodePort: 31080}
	p := NewPlan([]*corev1.Service{
		svc("web", "10.96.1.1", corev1.ServiceTypeLoadBalancer, "172.18.255.201", http),
		svc("none", "10.96.1.2", corev1.ServiceTypeClusterIP, "", corev1.ServicePort{Name: "http", Port: 80}),
		svc("udp", "10.96.1.3", corev1.ServiceTypeClusterIP, "", corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP}),
		svc("headless", "None", corev1.ServiceTypeClusterIP, "", http),
		svc("dns", dns.String(), corev1.ServiceTypeClusterIP, "", http),
	}, []*discoveryv1.EndpointSlice{
		slice("web", "http", 8080, true, "10.244.0.3", "10.244.0.2"),
		slice("web", "http", 8080, false, "10.244.0.9"),
		slice("web", "other", 9090, true, "10.244.0.2"),
		slice("udp", "dns", 5353, true, "10.244.0.4"),
		slice("dns", "http", 1, true, "10.244.0.5"),
	}, node, dns)
	want := []string{
		"17 10.96.1.3:53 -> [10.244.0.4:5353]",
		"6 10.96.1.1:80 -> [10.244.0.2:8080 10.244.0.3:8080]",
		"6 172.18.0.2:31080 -> [10.244.0.2:8080 10.244.0.3:8080]",
		"6 172.18.255.201:80 -> [10.244.0.2:8080 10.244.0.3:8080]",
	}
	got := fronts(p)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("fronts:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := fmt.Sprint(p.Addresses); got != "[10.96.1.1 10.96.1.2 10.96.1.3 172.18.255.201]" {
		t.Errorf("addresses that refuse what has no endpoint: %s", got)
	}
	if got := fmt.Sprint(p.Pods); got != "[10.244.0.2 10.244.0.3 10.244.0.4]" {
		t.Errorf("pods: %s", got)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	three := []Endpoint{netip.MustParseAddrPort("10.244.0.2:80"), netip.MustParseAddrPort("10.244.0.3:80"), netip.MustParseAddrPort("10.244.0.4:80")}
	c := Plan{
		Fronts:    []Front{{6, netip.MustParseAddrPort("10.96.1.1:80"), three}},
		Addresses: []netip.Addr{netip.MustParseAddr("10.96.1.1")},
		Pods:      []netip.Addr{three[0].Addr()},
	}.rules()
	if len(c.services) != 3 || len(c.refused) != 2 || len(c.hairpin) != 1 {
		t.Fatalf("%d service, %d refusing, %d hairpin rules; want 3, 2, 1", len(c.services), len(c.refused), len(c.hairpin))
	}
	// The last endpoint takes what the ones before it left: no chance in it.
	if with, last := len(c.services[1]), len(c.services[2]); last != with-2 {
		t.Errorf("rules of %d and %d expressions; the last must have no chance", with, last)
	}
}

func TestAssign(t *testing.T) {
	t.Parallel()
	lb := corev1.ServiceTypeLoadBalancer
	wanted := svc("wanted", "10.96.1.4", lb, "")
	wanted.Spec.LoadBalancerIP = "172.18.255.210"
	outside := svc("outside", "10.96.1.5", lb, "")
	outside.Spec.LoadBalancerIP = "192.0.2.1"
	ingress := svc("istio-ingressgateway", "10.96.1.6", lb, "")
	ingress.Namespace = "istio-system"
	got := map[string]string{}
	for s, a := range assign([]*corev1.Service{
		svc("kept", "10.96.1.1", lb, "172.18.255.201"), svc("new", "10.96.1.2", lb, ""), svc("plain", "10.96.1.3", corev1.ServiceTypeClusterIP, ""),
		wanted, outside, ingress,
	}, first) {
		got[s.Name] = a.String()
	}
	want := map[string]string{"new": "172.18.255.202", "wanted": "172.18.255.210", "outside": "172.18.255.203", "istio-ingressgateway": "172.18.255.200"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAssignRunsOut(t *testing.T) {
	t.Parallel()
	var all []*corev1.Service
	for i := range 60 {
		all = append(all, svc(fmt.Sprintf("s%02d", i), "10.96.2.1", corev1.ServiceTypeLoadBalancer, ""))
	}
	if n := len(assign(all, first)); n != 54 {
		t.Errorf("%d addresses were given, want the 54 from .201 to .254", n)
	}
}
