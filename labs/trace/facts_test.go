package trace_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// Labs ask about layers that the broken request never reaches: where would
// it have gone?
func TestFactsBehindTheBreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec("Service", "istio-system", "istio-ingressgateway")["selector"] = map[string]any{"istio": "ingress-gateway"}
	w.drop("EndpointSlice", "istio-system", "gw-1")
	w.envoy.Listeners = nil
	w.answer(refused, nil)
	p := trace.Trace(w.request, w.snapshot())

	want := map[labs.Layer]map[string]any{
		labs.LayerEntry: {
			"service": "Service istio-system/istio-ingressgateway", "endpoints": []string{}, "port": 443, "targetPort": 8443,
			"selector": "istio=ingress-gateway", "pods": []string{"Pod istio-system/istio-ingressgateway-1"},
		},
		labs.LayerListener:    {"gateway": "Gateway shop/public", "mode": "SIMPLE", "chains": []string{}},
		labs.LayerTLS:         {"secret": "Secret istio-system/shop-cert", "keyFits": true, "chainLength": 2, "days": 90},
		labs.LayerRoute:       {"object": "VirtualService shop/shop", "cluster": shopHTTP},
		labs.LayerDestination: {"endpointsHealthy": true, "tls": "AUTO", "endpoints": []string{"10.244.0.5:8080"}},
	}
	for layer, facts := range want {
		for name, value := range facts {
			if d := cmp.Diff(value, p.Layer(layer).Facts[name]); d != "" {
				t.Errorf("%s.%s (-want +got):\n%s", layer, name, d)
			}
		}
	}
	for _, l := range p.Layers()[2:] {
		if l.Verdict != labs.OffPath || l.Summary != "not reached" {
			t.Errorf("%s: %s %q, want not reached", l.Layer, l.Verdict, l.Summary)
		}
		if _, has := l.Facts["culprit"]; has {
			t.Errorf("%s names a culprit although nothing is wrong with it", l.Layer)
		}
	}
}

// A name without a record leads nowhere; of several gateways the one that
// serves it is where it should lead.
func TestFactsBehindAMissingRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(`{apiVersion: v1, kind: Service, metadata: {name: other, namespace: buses},
 spec: {type: LoadBalancer, externalIPs: [172.18.255.222], selector: {app: other}, ports: [{name: https, port: 443, targetPort: 8443}]}}`)
	w.snap.Zone = map[string][]string{"api.example.com": {"172.18.255.200"}}
	w.answer(labs.Answer{Error: "dns"}, nil)
	p := trace.Trace(w.request, w.snapshot())
	if got := p.Layer(labs.LayerListener).Facts["gateway"]; got != "Gateway shop/public" {
		t.Errorf("listener.gateway %v, want Gateway shop/public", got)
	}
}

func TestFactsOfMisspeltHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.spec("VirtualService", "shop", "shop")["hosts"] = []any{"shop.exmaple.com"}
	w.gone()
	p := trace.Trace(w.request, w.snapshot())
	route := p.Layer(labs.LayerRoute)
	if route.Summary != `no virtual host for "shop.example.com"` {
		t.Errorf("summary %q", route.Summary)
	}
	if route.Want != "a VirtualService or HTTPRoute with this host, attached to Gateway shop/public" {
		t.Errorf("want %q", route.Want)
	}
	if len(route.Objects) == 0 || route.Objects[0].String() != "VirtualService shop/shop" {
		t.Errorf("objects %v, want the VirtualService first", route.Objects)
	}
	if got := p.Layer(labs.LayerDestination).Facts["endpointsHealthy"]; got != true {
		t.Errorf("destination.endpointsHealthy %v, want true: the shop itself is fine", got)
	}
}

// Every candidate says all that keeps it out.
func TestReasons(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*world){
		"VirtualService shop/shop: has no gateways field, which binds it to sidecars (mesh) only; has exportTo [.], which hides it from istio-system": func(w *world) {
			v := w.spec("VirtualService", "shop", "shop")
			delete(v, "gateways")
			v["exportTo"] = []any{"."}
		},
		"VirtualService shop/shop: gateways [nowhere/public]: there is no Gateway nowhere/public": func(w *world) {
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"nowhere/public"}
		},
		"VirtualService shop/shop: http rule 0: path is /cart, not prefix /api": func(w *world) {
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["match"] = []any{map[string]any{"uri": map[string]any{"prefix": "/api"}}}
		},
		"VirtualService shop/shop: http rule 0: delegates to VirtualService shop/gone, which does not exist": func(w *world) {
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["delegate"] = map[string]any{"name": "gone"}
		},
		"VirtualService shop/shop: attached to Gateway shop/second, but Gateway shop/public took the connection": func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: second, namespace: shop},
 spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop-cert}}]}}`)
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"second"}
		},
	} {
		w := newWorld(t)
		change(w)
		w.gone()
		route := trace.Trace(w.request, w.snapshot()).Layer(labs.LayerRoute)
		if route.Got != want {
			t.Errorf("got\n  %s\nwant\n  %s", route.Got, want)
		}
	}
}

// Judging twice gives the same answer, and leaves the snapshot alone.
func TestTraceIsPure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.gone()
	s := w.snapshot()
	first := trace.Trace(w.request, s)
	if d := cmp.Diff(first, trace.Trace(w.request, s)); d != "" {
		t.Errorf("second walk differs (-first +second):\n%s", d)
	}
	slices.Reverse(s.Objects)
	if d := cmp.Diff(marks(first), marks(trace.Trace(w.request, s))); d != "" {
		t.Errorf("the order of objects changes the verdicts:\n%s", d)
	}
}

func TestUntraceable(t *testing.T) {
	t.Parallel()
	for _, r := range []labs.Request{
		{URL: "https://shop.example.com/", From: "client"},
		{URL: "shop.example.com"},
		{URL: "ftp://shop.example.com/"},
		{URL: "https://shop.example.com:many/"},
	} {
		p := trace.Trace(r, newWorld(t).snapshot())
		if got := marks(p); got != "uuuuuu" {
			t.Errorf("%+v: verdicts %s, want all unknown", r, got)
		}
	}
}
