package trace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const neighbour = `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: NAME, namespace: shop},
 spec: {hosts: [HOST], gateways: [public], http: [{route: [{destination: {host: shop, port: {number: 80}}}]}]}}`

func virtualService(name, host string) string {
	return strings.NewReplacer("NAME", name, "HOST", host).Replace(neighbour)
}

// TestCandidates: which object was meant to serve a host that Envoy has no
// virtual host for.
func TestCandidates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		change  func(*world)
		culprit any
		got     string // part of what is said
	}{
		{"the nearest host, not the first near one", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["hosts"] = []any{"shop.example.com.test"}
			w.add(virtualService("a", "shops.exmaple.com"))
			w.add(virtualService("b", "shop.exmaple.com"))
		}, "VirtualService shop/b", "hosts [shop.exmaple.com]"},
		{"a name before a near one", func(w *world) {
			delete(w.spec("VirtualService", "shop", "shop"), "gateways")
			w.add(virtualService("a", "shop.exmaple.com"))
		}, "VirtualService shop/shop", "no gateways field"},
		{"the only one on the Gateway, whatever its host", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["hosts"] = []any{"elsewhere.example.org"}
		}, "VirtualService shop/shop", "elsewhere.example.org"},
		{"rules for a Gateway that is not there before rules for another port", func(w *world) {
			w.add(strings.ReplaceAll(virtualService("app", "shop.example.com"), "gateways: [public]", "gateways: [pubic]"))
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: plain, namespace: shop}, spec: {selector: {istio: ingressgateway}, servers: [
 {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]}}`)
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"plain"}
		}, "VirtualService shop/app", "there is no Gateway shop/pubic"},
		{"rules for a Gateway of another port, beside one of this port", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: plain, namespace: shop}, spec: {selector: {istio: ingressgateway}, servers: [
 {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]}}`)
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"plain"}
		}, "VirtualService shop/shop", "shop/public does, which gateways leave out"},
		{"a claim of a token that nobody reads", func(w *world) {
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["match"] = []any{map[string]any{"headers": map[string]any{"@request.auth.claims.group": map[string]any{"exact": "a"}}}}
		}, "VirtualService shop/shop", "no RequestAuthentication is in force"},
		{"query parameters count", func(w *world) {
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["match"] = []any{map[string]any{"queryParams": map[string]any{"beta": map[string]any{"exact": "1"}}}}
		}, "VirtualService shop/shop", "query parameter beta is absent"},
		{"headers that must be absent count", func(w *world) {
			w.request.Headers = map[string]string{"x-robot": "yes"}
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["match"] = []any{map[string]any{"withoutHeaders": map[string]any{"x-robot": map[string]any{}}}}
		}, "VirtualService shop/shop", "header x-robot is there"},
	} {
		w := newWorld(t)
		tt.change(w)
		w.gone()
		p := trace.Trace(w.request, w.snapshot())
		route := p.Layer(labs.LayerRoute)
		if route.Verdict != labs.Broken || route.Facts["culprit"] != tt.culprit || !strings.Contains(route.Got, tt.got) {
			t.Errorf("%s: %s, culprit %v, got %q", tt.name, route.Verdict, route.Facts["culprit"], route.Got)
		}
	}
}

// TestUnknownRoute: a route that asks for what was not seen makes the layer
// unknown; the one behind it is not taken for the match.
func TestUnknownRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range w.envoy.Routes {
		h := &w.envoy.Routes[i].Hosts[0]
		first := h.Routes[0]
		first.Unknown = []string{"dynamic_metadata envoy.filters.http.jwt_authn.payload.group"}
		h.Routes = slices.Insert(slices.Clone(h.Routes), 0, first)
	}
	p := trace.Trace(w.request, w.snapshot())
	route := p.Layer(labs.LayerRoute)
	if route.Verdict != labs.Unknown || !strings.Contains(route.Summary, "dynamic_metadata") {
		t.Errorf("%s %q, want unknown by the claim", route.Verdict, route.Summary)
	}
}
