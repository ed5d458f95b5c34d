package resolver

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
)

// resolver knows a few Services and a zone.
func resolver(t *testing.T) *Resolver {
	t.Helper()
	f := informers.NewSharedInformerFactory(nil, 0)
	services, slices := f.Core().V1().Services(), f.Discovery().V1().EndpointSlices()
	for name, spec := range map[string]corev1.ServiceSpec{
		"web":      {ClusterIP: "10.96.1.1"},
		"headless": {ClusterIP: corev1.ClusterIPNone},
		"partner":  {Type: corev1.ServiceTypeExternalName, ExternalName: "shop.example.com"},
		"friend":   {Type: corev1.ServiceTypeExternalName, ExternalName: "web.shop.svc.cluster.local"},
	} {
		s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Spec: spec}
		if err := services.Informer().GetStore().Add(s); err != nil {
			t.Fatal(err)
		}
	}
	host, no := "db-0", false
	e := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "h", Labels: map[string]string{discoveryv1.LabelServiceName: "headless"}}}
	e.Endpoints = []discoveryv1.Endpoint{
		{Addresses: []string{"10.244.0.2"}, Hostname: &host},
		{Addresses: []string{"10.244.0.3"}},
		{Addresses: []string{"10.244.0.4"}, Conditions: discoveryv1.EndpointConditions{Ready: &no}},
	}
	if err := slices.Informer().GetStore().Add(e); err != nil {
		t.Fatal(err)
	}
	r := &Resolver{cluster: cluster{services.Lister(), slices.Lister()}}
	r.read("shop.example.com. 60 IN A 172.18.255.200\nin.example.com. 60 IN CNAME web.shop.svc.cluster.local.\n")
	return r
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	r := resolver(t)
	for _, c := range []struct {
		name, want string
		qtype      uint16
	}{
		{"web.shop.svc.cluster.local.", "10.96.1.1", dns.TypeA},
		{"WEB.shop.svc.cluster.local.", "10.96.1.1", dns.TypeA},
		{"web.shop.svc.cluster.local.", "", dns.TypeAAAA},
		{"a.web.shop.svc.cluster.local.", "-", dns.TypeA},
		{"none.shop.svc.cluster.local.", "-", dns.TypeA},
		{"shop.svc.cluster.local.", "", dns.TypeA},
		{"nothing.cluster.local.", "-", dns.TypeA},
		{"headless.shop.svc.cluster.local.", "10.244.0.2 10.244.0.3", dns.TypeA},
		{"db-0.headless.shop.svc.cluster.local.", "10.244.0.2", dns.TypeA},
		{"db-9.headless.shop.svc.cluster.local.", "-", dns.TypeA},
		{"partner.shop.svc.cluster.local.", "shop.example.com. 172.18.255.200", dns.TypeA},
		{"friend.shop.svc.cluster.local.", "web.shop.svc.cluster.local. 10.96.1.1", dns.TypeA},
		{"shop.example.com.", "172.18.255.200", dns.TypeA},
		{"in.example.com.", "web.shop.svc.cluster.local. 10.96.1.1", dns.TypeA},
		{"example.invalid.", "-", dns.TypeA},
	} {
		rrs, exists := r.Answer(c.name, c.qtype)
		var got []string
		for _, rr := range rrs {
			f := strings.Fields(rr.String())
			got = append(got, f[len(f)-1])
		}
		text := strings.Join(got, " ")
		if !exists {
			text = "-"
		}
		if text != c.want {
			t.Errorf("%s %s: %q, want %q", dns.TypeToString[c.qtype], c.name, text, c.want)
		}
	}
}

func TestZoneIsReplaced(t *testing.T) {
	t.Parallel()
	r := resolver(t)
	r.read("other.example.com. 60 IN A 192.0.2.9")
	if _, ok := r.Answer("shop.example.com.", dns.TypeA); ok {
		t.Error("a name of the former zone is still there")
	}
	if rrs, _ := r.Answer("other.example.com.", dns.TypeA); len(rrs) != 1 {
		t.Errorf("new name: %v", rrs)
	}
}
