package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// TestRefusedByEnvoy: what Envoy did not take is told in its words, at the
// layer where it bites, with the object that made it so.
func TestRefusedByEnvoy(t *testing.T) {
	t.Parallel()
	const (
		filter = `{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: NAME, namespace: istio-system},
 spec: {workloadSelector: {labels: {istio: ingressgateway}}, configPatches: [{applyTo: KIND}]}}`
		why = "script load error: ')' expected"
	)
	patch := func(w *world, name, kind string) {
		w.add(strings.NewReplacer("NAME", name, "KIND", kind).Replace(filter))
	}
	refuse := func(kind, name string) []envoy.Refusal {
		return []envoy.Refusal{{Kind: kind, Name: name, Details: why}}
	}
	for _, tt := range []struct {
		name    string
		change  func(*world) []envoy.Refusal // that its log tells of
		marks   string
		culprit string
		words   string
	}{
		{"a listener that never came up", func(w *world) []envoy.Refusal {
			patch(w, "lua", "HTTP_FILTER")
			w.envoy.Listeners = w.envoy.Listeners[:1]
			w.envoy.Refused = refuse("listener", "0.0.0.0_8443")
			w.answer(refused, nil)
			return nil
		}, "hhb---", "EnvoyFilter istio-system/lua", why},
		{"a listener's newer version, whose chain is asked for", func(w *world) []envoy.Refusal {
			w.envoy.Listeners[1].Chains[0].Match.Names = []string{"api.example.com"}
			w.envoy.Refused = refuse("listener", "0.0.0.0_8443")
			w.answer(tlsReset, nil)
			return nil
		}, "hhb---", "Gateway shop/public", why},
		{"a listener's newer version, and the older serves", func(w *world) []envoy.Refusal {
			w.envoy.Listeners[1].Refused = why
			return nil
		}, "hhhhhh", "", ""},
		{"the listener of another port", func(w *world) []envoy.Refusal {
			patch(w, "lua", "HTTP_FILTER")
			w.envoy.Listeners = w.envoy.Listeners[:1]
			w.envoy.Refused = refuse("listener", "0.0.0.0_8080")
			w.answer(refused, nil)
			return nil
		}, "hhb---", "Gateway shop/public", "asks for it"},
		{"a route table whose older version lacks the host", func(w *world) []envoy.Refusal {
			patch(w, "hash", "HTTP_ROUTE")
			w.gone()
			return refuse("route", mainTLS)
		}, "hhhhb-", "EnvoyFilter istio-system/hash", why},
		{"a route table that never came", func(w *world) []envoy.Refusal {
			w.gone()
			w.envoy.Routes = nil
			return refuse("route", mainTLS)
		}, "hhhhb-", "VirtualService shop/shop", why},
		{"a cluster that never came", func(w *world) []envoy.Refusal {
			patch(w, "eds", "CLUSTER")
			w.envoy.Clusters = nil
			w.answer(answer(503, "NC", "cluster_not_found"), w.chain)
			return refuse("cluster", shopHTTP)
		}, "hhhhhb", "EnvoyFilter istio-system/eds", why},
		{"a cluster that never came, in words that were not seen", func(w *world) []envoy.Refusal {
			patch(w, "eds", "CLUSTER")
			w.envoy.Clusters = nil
			w.answer(answer(503, "NC", "cluster_not_found"), w.chain)
			return nil
		}, "hhhhhb", "EnvoyFilter istio-system/eds", "may have refused"},
		{"a cluster without an EnvoyFilter", func(w *world) []envoy.Refusal {
			w.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: shop}, spec: {host: shop.shop.svc.cluster.local}}`)
			w.envoy.Clusters = nil
			w.answer(answer(503, "NC", "cluster_not_found"), w.chain)
			return refuse("cluster", shopHTTP)
		}, "hhhhhb", "DestinationRule shop/shop", why},
	} {
		w := newWorld(t)
		list := tt.change(w)
		s := w.snapshot()
		s.Proxies = []snapshot.Proxy{{Namespace: "istio-system", Pod: "istio-ingressgateway-1", Config: w.envoy, Refused: list}}
		p := trace.Trace(w.request, s)
		culprit, got := "", ""
		if r, ok := p.Broken(); ok {
			culprit, _ = r.Facts["culprit"].(string)
			got = r.Got
		}
		if marks(p) != tt.marks || culprit != tt.culprit || !strings.Contains(got, tt.words) {
			t.Errorf("%s: %s, culprit %q, got %q; want %s, %q, %q", tt.name, marks(p), culprit, got, tt.marks, tt.culprit, tt.words)
			describe(t, p)
		}
		if l := p.Layer(labs.LayerListener); tt.marks == "hhhhhh" && !strings.Contains(l.Summary, "refused a newer version") {
			t.Errorf("%s: not told: %s", tt.name, l.Summary)
		}
	}
}
