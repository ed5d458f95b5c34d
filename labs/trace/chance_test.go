package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const canary = "outbound|80|v2|shop.shop.svc.cluster.local"

// TestWeightedDestinations: what is drawn for a part of the requests is judged
// whatever was drawn this time, and says for which part.
func TestWeightedDestinations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		change  func(*world)
		drawn   string
		verdict labs.Verdict
		words   string
	}{
		{"both can answer", func(*world) {}, shopHTTP, labs.Healthy, "drawn: " + shopHTTP + " 90 %, " + canary + " 10 %"},
		{"the rarer one has no endpoint, and the other was drawn", func(w *world) { w.envoy.Endpoints[canary] = nil }, shopHTTP, labs.Broken, "10 % of the requests: no healthy endpoint"},
		{"the frequent one has none, and the other was drawn", func(w *world) { w.envoy.Endpoints[shopHTTP] = nil }, canary, labs.Broken, "90 % of the requests: no healthy endpoint"},
		{"it has none, and yet it answered", func(w *world) { w.envoy.Endpoints[canary] = nil }, canary, labs.Unknown, "yet the answer is 200"},
	} {
		w := newWorld(t)
		w.envoy.Clusters = append(w.envoy.Clusters, envoy.Cluster{Name: canary, Type: "EDS", Sockets: byPeer()})
		w.envoy.Endpoints[canary] = []envoy.Endpoint{{Address: "10.244.0.5:8080", Health: "HEALTHY"}}
		for i := range w.envoy.Routes {
			route := &w.envoy.Routes[i].Hosts[0].Routes[0]
			route.Clusters = []string{shopHTTP, canary}
			route.Weighted = []envoy.Weighted{{Cluster: shopHTTP, Weight: 90}, {Cluster: canary, Weight: 10}}
		}
		tt.change(w)
		w.answer(labs.Answer{Code: 200, Upstream: true, Details: "via_upstream", Logs: []labs.ProxyLog{{
			Proxy: labs.Object{Kind: "Pod", Namespace: "istio-system", Name: "istio-ingressgateway-1"}, Code: 200, Details: "via_upstream", Cluster: tt.drawn,
		}}}, w.chain)
		p := trace.Trace(w.request, w.snapshot())
		if d := p.Layer(labs.LayerDestination); d.Verdict != tt.verdict || !strings.Contains(d.Summary, tt.words) {
			t.Errorf("%s: %s %q, want %s %q", tt.name, d.Verdict, d.Summary, tt.verdict, tt.words)
		}
	}
}

// TestPriorities: endpoints of a priority that takes no requests are not
// judged, and requests that go to a lower one are told.
func TestPriorities(t *testing.T) {
	t.Parallel()
	stray := envoy.Endpoint{Address: "10.244.0.99:8080", Health: "HEALTHY", Priority: 1, Locality: "south"}
	own := envoy.Endpoint{Address: "10.244.0.5:8080", Health: "HEALTHY", Locality: "north"}
	ill := own
	ill.Failed = []string{"failed_outlier_check"}
	next := own
	next.Priority = 1
	for _, tt := range []struct {
		name      string
		endpoints []envoy.Endpoint
		verdict   labs.Verdict
		words     string
	}{
		{"nobody stands behind what takes no requests", []envoy.Endpoint{own, stray}, labs.Healthy, "2 healthy endpoints"},
		{"nobody stands behind what takes all", []envoy.Endpoint{ill, stray}, labs.Broken, "no pod stands behind 10.244.0.99"},
		{"the lower priority takes all", []envoy.Endpoint{ill, next}, labs.Healthy, "failover: 100 % go to a lower priority"},
	} {
		w := newWorld(t)
		w.envoy.Endpoints[shopHTTP] = tt.endpoints
		p := trace.Trace(w.request, w.snapshot())
		d := p.Layer(labs.LayerDestination)
		if d.Verdict != tt.verdict || !strings.Contains(d.Summary, tt.words) {
			t.Errorf("%s: %s %q, want %s %q", tt.name, d.Verdict, d.Summary, tt.verdict, tt.words)
		}
		if !strings.Contains(strings.Join(d.Evidence, "; "), "priority 1 takes") {
			t.Errorf("%s: evidence %q", tt.name, d.Evidence)
		}
	}
}
