package trace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// A second pod behind the gateway's Service.
const secondGateway = `
{apiVersion: v1, kind: Pod, metadata: {name: canary-1, namespace: istio-system, labels: {istio: canary}},
 spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.244.0.2}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: gw-1, namespace: istio-system, labels: {kubernetes.io/service-name: istio-ingressgateway}},
 ports: [{name: http, port: 8080}, {name: https, port: 8443}], endpoints: [{addresses: [10.244.0.2], conditions: {ready: true}}, {addresses: [10.244.0.3], conditions: {ready: true}}]}
`

// TestOneOfTwoGatewayPods: a pod behind the Service that no Gateway is for
// fails its share of the connections, whichever pod took this one.
func TestOneOfTwoGatewayPods(t *testing.T) {
	t.Parallel()
	good := labs.Answer{Code: 200, Upstream: true, Details: "via_upstream"}
	for _, tt := range []struct {
		name   string
		change func(*world)
		answer labs.Answer
		marks  string
	}{
		{"the right one took it", func(*world) {}, good, "hhb---"},
		{"the other took it", func(*world) {}, refused, "hhb---"},
		{"another Gateway is for the other", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: public-next, namespace: shop, creationTimestamp: "2026-11-23T11:00:00Z"},
  spec: {selector: {istio: canary}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop-cert}}]}}`)
		}, good, "hhhhhh"},
		{"the Gateway is for all pods", func(w *world) { delete(w.spec("Gateway", "shop", "public"), "selector") }, good, "hhhhhh"},
	} {
		w := newWorld(t)
		w.add(secondGateway)
		slices.Reverse(w.snap.Objects) // the pod without listeners comes first
		tt.change(w)
		w.answer(tt.answer, w.chain)
		s := w.snapshot()
		s.Proxies = append([]snapshot.Proxy{{Namespace: "istio-system", Pod: "canary-1", Config: &envoy.Config{}}}, s.Proxies...)
		p := trace.Trace(w.request, s)
		if name := p.Layer(labs.LayerListener).Facts["name"]; name != "0.0.0.0_8443" {
			t.Errorf("%s: listener %v", tt.name, name)
		}
		if got := marks(p); got != tt.marks {
			describe(t, p)
			t.Errorf("%s: %s, want %s", tt.name, got, tt.marks)
		}
		l := p.Layer(labs.LayerListener)
		if l.Verdict == labs.Broken && (!strings.HasPrefix(l.Summary, "50 % of the connections: Pod istio-system/canary-1") || l.Want == "" || !strings.HasSuffix(l.Got, "has istio=canary")) {
			t.Errorf("%s: %q, want %q, got %q", tt.name, l.Summary, l.Want, l.Got)
		}
	}
}
