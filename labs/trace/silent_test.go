package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const ended = "upstream_reset_before_response_started{connection_termination}"

// TestServerThatDoesNotAnswer: the proxy did all it should, and what is behind
// it gave no answer, or another one than the rule for it was meant to get.
func TestServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	wantsTLS := func(w *world) {
		w.spec("Service", "shop", "shop")["ports"] = []any{map[string]any{"name": "https", "port": 80, "targetPort": 8080}}
		w.answer(labs.Answer{Code: 400, Upstream: true, Details: "via_upstream", Body: "Client sent an HTTP request to an HTTPS server.\n"}, w.chain)
	}
	const rule = `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: shop},
 spec: {host: HOST, trafficPolicy: {tls: {mode: SIMPLE}}}}`
	for _, tt := range []struct {
		name    string
		change  func(*world)
		marks   string
		culprit string
	}{
		{"it ends every connection", func(w *world) { w.answer(answer(503, "UC", ended), w.chain) }, "hhhhhb", "Deployment shop/shop"},
		{"it resets every stream", func(w *world) {
			w.answer(answer(503, "UR", "upstream_reset_before_response_started{remote_reset}"), w.chain)
		}, "hhhhhb", "Deployment shop/shop"},
		{"it ends plain connections to a port declared as TLS", func(w *world) {
			wantsTLS(w)
			w.answer(answer(503, "UC", ended), w.chain)
		}, "hhhhhb", "Service shop/shop"},
		{"the client gives up waiting for it", func(w *world) {
			w.answer(labs.Answer{Error: "timeout", Flag: "DC", Details: "downstream_remote_disconnect"}, w.chain)
		}, "hhhhhb", "Deployment shop/shop"},
		{"it wants TLS, and no rule is near", wantsTLS, "hhhhhb", "Service shop/shop"},
		{"it wants TLS, and the rule's host is a letter off", func(w *world) {
			wantsTLS(w)
			w.add(strings.ReplaceAll(rule, "HOST", "shpo.shop.svc.cluster.local"))
		}, "hhhhhb", "DestinationRule shop/shop"},
		{"it wants TLS, and the rule a letter off is for another Service", func(w *world) {
			wantsTLS(w)
			w.add(strings.ReplaceAll(rule, "HOST", "shops.shop.svc.cluster.local"))
			w.add(`{apiVersion: v1, kind: Service, metadata: {name: shops, namespace: shop}, spec: {ports: [{port: 80}]}}`)
		}, "hhhhhb", "Service shop/shop"},
	} {
		w := newWorld(t)
		tt.change(w)
		p := trace.Trace(w.request, w.snapshot())
		if got := marks(p); got != tt.marks || p.Layer(labs.LayerDestination).Facts["culprit"] != tt.culprit {
			t.Errorf("%s: %s, culprit %v; want %s, %s", tt.name, got, p.Layer(labs.LayerDestination).Facts["culprit"], tt.marks, tt.culprit)
			describe(t, p)
		}
	}
}

// TestSidecarOfAServer: its ingress listener hands requests on to another port
// than the app listens on.
func TestSidecarOfAServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, to, logged, culprit string }{
		{"to a port that the pod does not have", "127.0.0.1:9999", "127.0.0.1:9999", "Sidecar shop/shop"},
		{"to the app, which is not there", "127.0.0.1:8080", "127.0.0.1:8080", "Deployment shop/shop"},
		{"nobody says where", "", "10.244.0.5:8080", "Deployment shop/shop"},
	} {
		w := newWorld(t)
		w.spec("Pod", "shop", "shop-1")["initContainers"] = []any{map[string]any{"name": "istio-proxy", "args": []any{"proxy", "sidecar"}}}
		w.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: shop, namespace: shop},
 spec: {workloadSelector: {labels: {app: shop}}, ingress: [{port: {number: 8080, protocol: HTTP, name: http}, defaultEndpoint: "` + tt.to + `"}]}}`)
		gateway := labs.ProxyLog{Proxy: labs.Object{Kind: "Pod", Namespace: "istio-system", Name: "istio-ingressgateway-1"}, Code: 503, Details: "via_upstream"}
		server := labs.ProxyLog{
			Proxy: labs.Object{Kind: "Pod", Namespace: "shop", Name: "shop-1"}, Inbound: true, Code: 503, Flag: "UF", Upstream: tt.logged,
			Details: "upstream_reset_before_response_started{remote_connection_failure}", Cluster: "inbound|8080||",
		}
		w.answer(labs.Answer{Code: 503, Upstream: true, Details: "via_upstream", Logs: []labs.ProxyLog{gateway, server}}, w.chain)
		p := trace.Trace(w.request, w.snapshot())
		if got := p.Layer(labs.LayerDestination).Facts["culprit"]; got != tt.culprit {
			t.Errorf("%s: culprit %v, want %s", tt.name, got, tt.culprit)
			describe(t, p)
		}
	}
}

// TestClaimRoute: a route by what a token says.
func TestClaimRoute(t *testing.T) {
	t.Parallel()
	// {"iss":"me","group":"staff"} and {"iss":"other","group":"staff"}, unsigned.
	const (
		staff   = "Bearer e30.eyJpc3MiOiJtZSIsImdyb3VwIjoic3RhZmYifQ.c2ln"
		foreign = "Bearer e30.eyJpc3MiOiJvdGhlciIsImdyb3VwIjoic3RhZmYifQ.c2ln"
	)
	for _, tt := range []struct {
		name    string
		issuers []string
		token   string
		marks   string
	}{
		{"nobody reads tokens", nil, staff, "hhhhb-"},
		{"no token", []string{"me"}, "", "hhhhb-"},
		{"a token that says so", []string{"me"}, staff, "hhhhhh"},
		{"a token of somebody else", []string{"me"}, foreign, "hhhhuh"},
		{"no token at all, by its looks", []string{"me"}, "Bearer x", "hhhhuh"},
	} {
		w := newWorld(t)
		w.request.Headers = map[string]string{"authorization": tt.token}
		claim := envoy.Claim{Path: []string{"group"}, Text: envoy.StringMatch{Kind: "exact", Value: "staff"}}
		for i := range w.envoy.Routes {
			w.envoy.Routes[i].Hosts[0].Routes[0].Claims = []envoy.Claim{claim}
		}
		w.envoy.Listeners[1].Chains[0].JWT = tt.issuers
		if tt.marks == "hhhhb-" {
			w.answer(answer(404, "NR", "route_not_found"), w.chain)
		}
		p := trace.Trace(w.request, w.snapshot())
		if got := marks(p); got != tt.marks {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.marks)
			describe(t, p)
		}
		if r, ok := p.Broken(); ok && r.Facts["culprit"] != "VirtualService shop/shop" {
			t.Errorf("%s: culprit %v", tt.name, r.Facts["culprit"])
		}
	}
}
