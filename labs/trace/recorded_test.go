package trace_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/record"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

func recorded(t *testing.T, name string) snapshot.Snapshot {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := record.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRoutesThatWereNotSeen: that a gateway does not serve a host can only be
// said by somebody who saw all that could make it serve.
func TestRoutesThatWereNotSeen(t *testing.T) {
	t.Parallel()
	for _, missing := range []string{"", "Gateway", "VirtualService", "HTTPRoute"} {
		s := recorded(t, "../../accuracy/cases/n2-record-of-another-gateway/snapshot")
		if missing != "" {
			s.Missing = map[string]string{missing: "forbidden"}
		}
		p := trace.Trace(labs.Request{Name: "main", From: "outside", URL: "http://canyon.example.com/"}, s)
		if got := p.Layer(labs.LayerDNS).Verdict; (got == labs.Broken) != (missing == "") {
			t.Errorf("without %q dns is %s", missing, got)
		}
	}
}

// TestRefusedFartherOn: a waypoint's refusal is not the gateway's, though it
// hands the same answer on; and where it ought to be refused, all is well.
func TestRefusedFartherOn(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		s := recorded(t, "../../accuracy/cases/w6-refused-by-the-waypoint/snapshot")
		p := trace.Trace(labs.Request{Name: "main", From: "outside", URL: "http://jetty.example.com/", Gateway: "drill-w6/edge-istio", Method: "POST", Refused: refused}, s)
		if r := p.LayerAt("gateway", labs.LayerDestination); r.Verdict != labs.Healthy {
			t.Errorf("at the gateway: %s %s", r.Verdict, r.Summary)
		}
		if r := p.LayerAt("waypoint", labs.LayerDestination); (r.Verdict == labs.Broken) == refused {
			t.Errorf("refused %v, at the waypoint: %s %s", refused, r.Verdict, r.Summary)
		}
	}
}

const (
	shopURL   = "https://shop.example.com/cart"
	ordersURL = "http://orders.example.com/"
)

// The snapshots were recorded with `gatedrill trace --record` from a live
// Istio 1.31 and Envoy 1.40, each with the fault of its name.
func TestRecorded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url, sni string
		marks, culprit string
		facts          map[labs.Layer]map[string]any
	}{
		{"healthy", shopURL, "", "hhhhhh", "", map[labs.Layer]map[string]any{
			labs.LayerEntry:       {"port": 443, "targetPort": 8443},
			labs.LayerListener:    {"name": "0.0.0.0_8443", "mode": "SIMPLE", "gateway": "Gateway shop/public", "route": "https.443.https.public.shop"},
			labs.LayerTLS:         {"secret": "Secret istio-system/shop-cert", "state": "active", "keyFits": true, "chainLength": 2},
			labs.LayerRoute:       {"object": "VirtualService shop/shop", "match": "prefix /"},
			labs.LayerDestination: {"endpointsHealthy": true, "service": "Service shop/shop", "sidecar": false},
		}},
		{"B1", shopURL, "", "hb----", "Service istio-system/istio-ingressgateway", map[labs.Layer]map[string]any{
			labs.LayerEntry:       {"endpoints": []string{}},
			labs.LayerListener:    {"gateway": "Gateway shop/public", "mode": "SIMPLE"},
			labs.LayerTLS:         {"secret": "Secret istio-system/shop-cert"},
			labs.LayerRoute:       {"object": "VirtualService shop/shop"},
			labs.LayerDestination: {"endpointsHealthy": true},
		}},
		{"L2", "http://shop.example.com/", "", "hhb---", "Gateway shop/public", nil},
		{"L6", shopURL, "", "hhb---", "Gateway archive/archive", map[labs.Layer]map[string]any{
			labs.LayerTLS:         {"keyFits": true},
			labs.LayerRoute:       {"object": "VirtualService shop/shop"},
			labs.LayerDestination: {"endpointsHealthy": true},
		}},
		{"H3", shopURL, "www.example.com", "hhb---", "Gateway shop/public", nil},
		{"P1", "https://pass.example.com/", "", "hhb---", "VirtualService shop/pass", nil},
		{"P4", "https://pass.example.com/", "", "hhh-hb", "Service shop/api", nil},
		{"N2", "https://shop.example.com/", "", "b-----", "ConfigMap drill-internet/public-dns", nil},
		{"S2", shopURL, "", "hhhb--", "Secret istio-system/shop-cert", map[labs.Layer]map[string]any{
			labs.LayerTLS: {"state": "missing"},
		}},
		{"S7", shopURL, "", "hhhb--", "Secret istio-system/shop-cert", map[labs.Layer]map[string]any{
			labs.LayerTLS:         {"keyFits": false},
			labs.LayerRoute:       {"object": "VirtualService shop/shop"},
			labs.LayerDestination: {"endpointsHealthy": true},
		}},
		{"S7-running", shopURL, "", "hhhuhh", "", nil},
		{"S12", "https://api.example.com/", "", "hhhb--", "Gateway mesh/orders", nil},
		{"H1", shopURL, "", "hhhhb-", "VirtualService shop/shop", map[labs.Layer]map[string]any{
			labs.LayerDestination: {"endpointsHealthy": true, "cluster": shopHTTP},
		}},
		{"R2", shopURL, "", "hhhhb-", "VirtualService shop/shop", nil},
		{"R9", ordersURL, "", "hhh-b-", "HTTPRoute mesh/orders", nil},
		{"R13", ordersURL, "", "hhh-hb", "HTTPRoute mesh/orders", nil},
		{"orders-healthy", ordersURL, "", "hhh-hh", "", map[labs.Layer]map[string]any{
			labs.LayerRoute:       {"object": "HTTPRoute mesh/orders"},
			labs.LayerDestination: {"sidecar": true, "peerTLS": "STRICT", "tls": "AUTO", "rule": "DestinationRule mesh/orders", "maxConnections": 100},
		}},
		{"A3", ordersURL, "", "hhh-hb", "DestinationRule mesh/orders", map[labs.Layer]map[string]any{
			labs.LayerDestination: {"tls": "DISABLE", "peerTLS": "STRICT"},
		}},
		{"A5", shopURL, "", "hhhhhb", "AuthorizationPolicy istio-system/allow-shop", nil},
		{"A6", "https://shop.example.com/account", "", "hhhhhb", "AuthorizationPolicy istio-system/deny-admin", nil},
		{"B6", shopURL, "", "hhhhhb", "Service shop/shop", map[labs.Layer]map[string]any{labs.LayerDestination: {"endpointsHealthy": false}}},
		{"B7", shopURL, "", "hhhhhb", "Service shop/shop", map[labs.Layer]map[string]any{labs.LayerDestination: {"targetPort": 9999}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := recorded(t, tt.name)
			p := trace.Trace(labs.Request{Name: "main", URL: tt.url, SNI: tt.sni}, s)
			checkVocabulary(t, p)
			if got := marks(p); got != tt.marks {
				t.Errorf("verdicts %s, want %s", got, tt.marks)
			}
			if at := p.BrokenAt(); at != "" && p.Layer(at).Facts["culprit"] != tt.culprit {
				t.Errorf("culprit %v, want %q", p.Layer(at).Facts["culprit"], tt.culprit)
			}
			for layer, facts := range tt.facts {
				for name, want := range facts {
					if d := cmp.Diff(want, p.Layer(layer).Facts[name]); d != "" {
						t.Errorf("%s.%s (-want +got):\n%s", layer, name, d)
					}
				}
			}
			if t.Failed() {
				describe(t, p)
			}
		})
	}
}
