package trace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// TestNamesOfLoadBalancers: a load balancer with a name in place of an
// address, and public names that stand for others.
func TestNamesOfLoadBalancers(t *testing.T) {
	t.Parallel()
	const lb = "front-1.lb.example.net"
	named := func(w *world) {
		for _, o := range w.snap.Objects {
			if o.Kind() == "Service" && o.Name() == "istio-ingressgateway" {
				o["status"] = map[string]any{"loadBalancer": map[string]any{"ingress": []any{map[string]any{"hostname": lb}}}}
			}
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(*world)
		marks   string
		words   string // of dns
		culprit any
	}{
		{"the host has the addresses of its name", func(w *world) {
			named(w)
			w.snap.Zone = map[string][]string{host: {"198.51.100.7"}, lb: {"198.51.100.7", "198.51.100.8"}}
		}, "hhhhhh", "198.51.100.7", nil},
		{"the host stands for its name", func(w *world) {
			named(w)
			w.snap.Zone = map[string][]string{host: {lb}, lb: {"198.51.100.7"}}
		}, "hhhhhh", "198.51.100.7", nil},
		{"what its name resolves to was not seen", func(w *world) {
			named(w)
			w.snap.Zone, w.snap.World = map[string][]string{host: {"198.51.100.7"}}, true
		}, "uhhhhh", lb, nil},
		{"the same for a gateway that is named", func(w *world) {
			named(w)
			w.request.Gateway = "istio-system/istio-ingressgateway"
			w.snap.Zone = map[string][]string{host: {"198.51.100.7"}}
		}, "uhhhhh", lb, nil},
		{"the host leads elsewhere than its name", func(w *world) {
			named(w)
			w.snap.Zone = map[string][]string{host: {"192.0.2.1"}, lb: {"198.51.100.7"}}
			w.answer(labs.Answer{Error: "timeout"}, nil)
		}, "b-----", "leads to no gateway", "ConfigMap drill-internet/public-dns"},
		{"the host stands for a Service's own name", func(w *world) {
			w.snap.Zone = map[string][]string{host: {"istio-ingressgateway.istio-system.svc.cluster.local"}}
			w.answer(labs.Answer{Error: "dns"}, nil)
		}, "b-----", "only the cluster knows", "ConfigMap drill-internet/public-dns"},
	} {
		w := newWorld(t)
		tt.change(w)
		p := trace.Trace(w.request, w.snapshot())
		dns := p.Layer(labs.LayerDNS)
		if marks(p) != tt.marks || !strings.Contains(dns.Summary, tt.words) || dns.Facts["culprit"] != tt.culprit {
			t.Errorf("%s: %s, %q, culprit %v; want %s, %q, %v", tt.name, marks(p), dns.Summary, dns.Facts["culprit"], tt.marks, tt.words, tt.culprit)
			describe(t, p)
		}
	}
}

// TestAliasIntoTheCluster: a workload's resolver goes on from a public name to
// a Service's own.
func TestAliasIntoTheCluster(t *testing.T) {
	t.Parallel()
	e := newEgress(t)
	e.request = labs.Request{Name: "main", From: "mesh/client", URL: "http://front.example.com/"}
	e.snap.Zone = map[string][]string{"front.example.com": {"istio-egressgateway.istio-system.svc.cluster.local"}}
	dns := e.trace().Hops[0].Layers[0]
	if dns.Verdict != labs.Healthy || dns.Facts["address"] != "10.96.0.9" {
		t.Errorf("%s %s, address %v", dns.Verdict, dns.Summary, dns.Facts["address"])
	}
}

// Kinds of a cluster, by who brings them.
var istioKinds = []string{
	"Gateway.networking.istio.io", "VirtualService.networking.istio.io", "DestinationRule.networking.istio.io", "ServiceEntry.networking.istio.io",
	"Sidecar.networking.istio.io", "EnvoyFilter.networking.istio.io", "PeerAuthentication.security.istio.io",
	"AuthorizationPolicy.security.istio.io", "RequestAuthentication.security.istio.io",
}

var gatewayKinds = []string{
	"Gateway.gateway.networking.k8s.io", "GatewayClass.gateway.networking.k8s.io", "HTTPRoute.gateway.networking.k8s.io",
	"GRPCRoute.gateway.networking.k8s.io", "BackendTLSPolicy.gateway.networking.k8s.io",
}

var coreKinds = []string{"Service", "Pod", "Secret", "ConfigMap", "Namespace", "EndpointSlice.discovery.k8s.io", "Deployment.apps"}

// TestKindsThatAreNotThere: not installed, no objects and not looked at are
// three things; none of them is healthy by default.
func TestKindsThatAreNotThere(t *testing.T) {
	t.Parallel()
	without := func(w *world, kinds []string) {
		w.snap.Objects = slices.DeleteFunc(w.snap.Objects, func(o snapshot.Object) bool {
			return slices.Contains(kinds, snapshot.GroupKind(o.Group(), o.Kind()))
		})
	}
	for _, tt := range []struct {
		name   string
		change func(*world)
		marks  string
		layer  labs.Layer
		words  string // of its summary, or evidence
	}{
		{"all is there", func(*world) {}, "hhhhhh", labs.LayerEntry, "Service"},
		{"no Gateway API, which nothing needs", func(w *world) { w.snap.Absent = gatewayKinds }, "hhhhhh", labs.LayerEntry, "Service"},
		{"no Gateway API, and Envoy has no such host", func(w *world) {
			w.snap.Absent = gatewayKinds
			w.gone()
		}, "hhhhb-", labs.LayerRoute, "the Gateway API is not installed"},
		{"no Istio at all", func(w *world) {
			w.snap.Absent = slices.Concat(istioKinds, gatewayKinds)
			without(w, istioKinds)
			w.envoy = nil
			for _, o := range w.snap.Objects {
				if o.Kind() == "Pod" {
					o["spec"] = map[string]any{"containers": []any{map[string]any{"name": "nginx"}}}
				}
			}
		}, "huuhuu", labs.LayerEntry, "Istio is not installed"},
		{"no Istio at all, and the answer is good", func(w *world) {
			w.snap.Absent = slices.Concat(istioKinds, gatewayKinds)
			without(w, istioKinds)
			w.envoy = nil
			w.request.URL = "http://" + host + "/"
			w.answer(labs.Answer{Code: 200}, nil)
		}, "huu-uu", labs.LayerListener, "Istio is not installed"},
		{"Istio's kinds may not be listed", func(w *world) {
			without(w, istioKinds)
			for _, k := range []string{"Gateway", "VirtualService", "DestinationRule", "PeerAuthentication"} {
				w.snap.Missing[k] = "forbidden"
			}
		}, "hhhhhu", labs.LayerDestination, "forbidden"},
		{"Istio's kinds were not looked at", func(w *world) {
			without(w, istioKinds)
			w.snap.Kinds = coreKinds
		}, "hhhhhu", labs.LayerDestination, "was not looked at"},
		{"Gateways may not be listed, and Envoy has no such host", func(w *world) {
			without(w, istioKinds)
			w.snap.Missing["Gateway"] = "forbidden"
			w.gone()
		}, "hhhhb-", labs.LayerRoute, "Gateway not observed: forbidden"},
		{"CRDs of an older Istio, v1beta1 only", func(w *world) {
			for _, o := range w.snap.Objects {
				if o.Group() == "networking.istio.io" {
					o["apiVersion"] = "networking.istio.io/v1beta1"
				}
			}
		}, "hhhhhh", labs.LayerRoute, "VirtualService shop/shop"},
	} {
		w := newWorld(t)
		w.snap.Kinds = slices.Concat(coreKinds, istioKinds, gatewayKinds)
		tt.change(w)
		p := trace.Trace(w.request, w.snapshot())
		l := p.Layer(tt.layer)
		if marks(p) != tt.marks || !strings.Contains(l.Summary+strings.Join(l.Evidence, "; "), tt.words) {
			t.Errorf("%s: %s, want %s; %s: %q", tt.name, marks(p), tt.marks, tt.layer, l.Summary)
			describe(t, p)
		}
	}
}
