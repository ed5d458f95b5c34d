package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const (
	limits = `{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: NAME, namespace: istio-system},
 spec: {workloadSelector: {labels: {istio: SELECTED}}, configPatches: [{applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE,
  value: {typed_config: {type_url: type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit}}}}]}}`
	asks = `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: ask, namespace: istio-system},
 spec: {selector: {matchLabels: {istio: ingressgateway}}, action: CUSTOM, provider: {name: door}, rules: [{to: [{operation: {hosts: [shop.example.com]}}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: door, namespace: shop}, spec: {selector: {app: door}, ports: [{name: http, port: 80}]}}`
	door    = "outbound|80||door.shop.svc.cluster.local"
	machine = `{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: vm, namespace: shop}, spec: {address: 192.0.2.9, labels: {app: shop}}}`
	backend = `{apiVersion: gateway.networking.k8s.io/v1, kind: BackendTLSPolicy, metadata: {name: shop, namespace: NAMESPACE},
 spec: {targetRefs: [{group: "", kind: Service, name: shop, sectionName: web}]}}`
	rootRule = `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: istio-system},
 spec: {host: shop, trafficPolicy: {tls: {mode: SIMPLE}}}}`
	noDelete = `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: no-delete, namespace: shop},
 spec: {action: DENY, selector: {matchLabels: {app: shpo}}, rules: [{to: [{operation: {methods: [GET]}}]}]}}`
	another = `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a-first, namespace: shop},
 spec: {action: DENY, selector: {matchLabels: {app: other}}, rules: [{to: [{operation: {methods: [PUT]}}]}]}}`
)

// TestWhatAppliesAndWhatDoesNot: the object to blame is not the one in force,
// but the one that answers in the server's place, cannot be asked, or would
// have helped had it been for this request. Others stand beside it.
func TestWhatAppliesAndWhatDoesNot(t *testing.T) {
	t.Parallel()
	wantsTLS := func(w *world) {
		w.answer(labs.Answer{Code: 400, Upstream: true, Details: "via_upstream", Body: "Client sent an HTTP request to an HTTPS server.\n"}, w.chain)
	}
	toMachine := func(w *world) {
		w.add(machine)
		w.envoy.Endpoints[shopHTTP] = []envoy.Endpoint{{Address: "192.0.2.9:8080", Health: "HEALTHY"}}
	}
	preflight := func(w *world, allowed string) {
		w.request.Method = "OPTIONS"
		w.request.Headers = map[string]string{"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT"}
		for i := range w.envoy.Routes {
			w.envoy.Routes[i].Hosts[0].Routes[0].CORS = &envoy.CORS{Origins: []envoy.StringMatch{{Kind: "exact", Value: allowed}}}
		}
		w.answer(labs.Answer{Code: 405, Upstream: true, Details: "via_upstream"}, w.chain)
	}
	for _, tt := range []struct {
		name    string
		change  func(*world)
		marks   string
		culprit string
	}{
		{"a filter that an EnvoyFilter adds answers", func(w *world) {
			w.add(filled(limits, "NAME", "a-first", "SELECTED", "egressgateway"))
			w.add(filled(limits, "NAME", "limit", "SELECTED", "ingressgateway"))
			w.answer(answer(429, "RL", "local_rate_limited"), w.chain)
		}, "hhhhhb", "EnvoyFilter istio-system/limit"},
		{"a filter answers that no EnvoyFilter adds", func(w *world) {
			w.answer(answer(429, "RL", "local_rate_limited"), w.chain)
		}, "hhhhhu", ""},
		{"an authorizer says no", func(w *world) {
			w.add(asks)
			w.answer(answer(403, "UAEX", "ext_authz_denied"), w.chain)
		}, "hhhhhb", "AuthorizationPolicy istio-system/ask"},
		{"an authorizer is not there", func(w *world) {
			w.add(asks)
			w.envoy.Listeners[1].Chains[0].ExtAuthz = []string{door}
			w.envoy.Clusters = append(w.envoy.Clusters, envoy.Cluster{Name: door, Type: "EDS"})
			w.answer(answer(403, "UAEX", "ext_authz_error"), w.chain)
		}, "hhhhhb", "Service shop/door"},
		{"a preflight of an origin that is not allowed", func(w *world) { preflight(w, "https://app.example.com/") }, "hhhhb-", "VirtualService shop/shop"},
		{"a preflight of an origin that is allowed", func(w *world) { preflight(w, "https://app.example.com") }, "hhhhhu", ""},
		{"a BackendTLSPolicy of another port", func(w *world) {
			wantsTLS(w)
			w.add(filled(backend, "NAMESPACE", "shop"))
		}, "hhhhhb", "BackendTLSPolicy shop/shop"},
		{"a BackendTLSPolicy of another namespace", func(w *world) {
			wantsTLS(w)
			w.add(filled(backend, "NAMESPACE", "istio-system"))
		}, "hhhhhb", "BackendTLSPolicy istio-system/shop"},
		{"a DestinationRule whose short host is read elsewhere", func(w *world) {
			wantsTLS(w)
			w.add(rootRule)
		}, "hhhhhb", "DestinationRule istio-system/shop"},
		{"a machine outside the cluster that answers", toMachine, "hhhhhh", ""},
		{"a machine outside the cluster that does not", func(w *world) {
			toMachine(w)
			w.answer(answer(503, "URX,UF", "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"), w.chain)
		}, "hhhhhb", "WorkloadEntry shop/vm"},
		{"a route that gives up on a server that has the request", func(w *world) {
			w.answer(answer(504, "UT", "response_timeout"), w.chain)
		}, "hhhhbh", "VirtualService shop/shop"},
		{"a server that answers 410", func(w *world) {
			w.answer(answer(410, "-", "via_upstream"), w.chain)
		}, "hhhhhu", ""},
		{"a server that answers 410, as it should", func(w *world) {
			w.request.Refused = true
			w.answer(answer(410, "-", "via_upstream"), w.chain)
		}, "hhhhhh", ""},
		{"a policy that would have refused, beside one that would not", func(w *world) {
			w.add(another + "\n---\n" + noDelete)
			w.request.Refused = true
		}, "hhhhhb", "AuthorizationPolicy shop/no-delete"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.change(w)
			p := trace.Trace(w.request, w.snapshot())
			checkVocabulary(t, p)
			culprit := ""
			if r, ok := p.Broken(); ok {
				culprit, _ = r.Facts["culprit"].(string)
			}
			if got := marks(p); got != tt.marks || culprit != tt.culprit {
				t.Errorf("%s, culprit %s; want %s, %s", got, culprit, tt.marks, tt.culprit)
				describe(t, p)
			}
		})
	}
}

// filled replaces words of a text, given in pairs.
func filled(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
