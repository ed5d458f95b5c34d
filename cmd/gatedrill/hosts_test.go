package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/explain"
	"github.com/gatedrill/gatedrill/labs/hosts"
)

func TestPrintHosts(t *testing.T) {
	t.Parallel()
	gateway := labs.Object{Group: "networking.istio.io", Kind: "Gateway", Namespace: "shop", Name: "public"}
	shop := labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "shop"}
	host := func(name, tls string, routes ...labs.Object) hosts.Host {
		return hosts.Host{Host: name, Port: 443, Protocol: "HTTPS", TLS: tls, Gateway: gateway, Routes: routes, Outside: true}
	}
	table := hostTable{Hosts: []judged{
		{Host: host("*.example.com", "SIMPLE"), Why: "it stands for many hosts"},
		{Host: host("api.example.com", "", shop), Verdict: labs.Healthy},
		{Host: host("bank.example.com", "PASSTHROUGH", shop, gateway), Verdict: labs.Broken, Layer: labs.LayerTLS, Culprit: &shop, Why: "x"},
		{Host: host("till.example.com", "MUTUAL"), Verdict: labs.Unknown, Layer: labs.LayerDestination, Why: "no answer\x1b"},
	}, Unseen: []lacked{{"Secret", "forbidden"}}}
	const want = `HOST              PORT  TLS          GATEWAY      ROUTE                        VERDICT
*.example.com     443   SIMPLE       shop/public  none                         – it stands for many hosts
api.example.com   443   –            shop/public  VirtualService shop/shop     ✓ healthy
bank.example.com  443   PASSTHROUGH  shop/public  VirtualService shop/shop +1  ✗ tls: VirtualService shop/shop
till.example.com  443   MUTUAL       shop/public  none                         ? destination: no answer·
not seen  Secret: forbidden
`
	var out bytes.Buffer
	if err := newPage(&out).hosts(table); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostsAreNotHealthyByDefault: what could not be seen makes none of them
// broken, and does not let the table pass for good.
func TestHostsAreNotHealthyByDefault(t *testing.T) {
	t.Parallel()
	for want, table := range map[labs.Verdict][]hostTable{
		labs.Healthy: {{}, {Unseen: []lacked{{"dns", "x"}}}, {Hosts: []judged{{Verdict: labs.Healthy}, {Why: "a wildcard"}}}},
		labs.Unknown: {{Unseen: []lacked{{"VirtualService", "x"}}}, {Hosts: []judged{{Verdict: labs.Unknown}, {Verdict: labs.Healthy}}}},
		labs.Broken:  {{Hosts: []judged{{Verdict: labs.Unknown}, {Verdict: labs.Broken}}, Unseen: []lacked{{"Gateway", "x"}}}},
	} {
		for _, x := range table {
			if got := x.verdict(); got != want {
				t.Errorf("%+v: %s, want %s", x, got, want)
			}
		}
	}
}

func TestPublishableRequest(t *testing.T) {
	t.Parallel()
	in := labs.Request{URL: "http://a/", Headers: map[string]string{"authorization": "Bearer a.b.c", "Cookie": "id=1", "X-User": "jo", "Proxy-Authorization": "Basic c2VjcmV0"}}
	want := map[string]string{"authorization": "Bearer a.b.cut", "Cookie": "cut", "X-User": "jo", "Proxy-Authorization": "Basic cut"}
	if diff := cmp.Diff(want, publishable(in).Headers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if in.Headers["Cookie"] != "id=1" {
		t.Error("the request that is asked was changed")
	}
}

// TestPrintSeveralProxies: a map, and each proxy under its name.
func TestPrintSeveralProxies(t *testing.T) {
	t.Parallel()
	p := labs.Path{
		Request: labs.Request{From: "mesh/client", URL: "https://api.example.org/"},
		Hops: []labs.Hop{
			{Name: "sidecar", Role: labs.RoleSidecar, Proxy: labs.Object{Kind: "Pod", Namespace: "mesh", Name: "client-1"}, Layers: []labs.LayerReport{
				{Layer: labs.LayerRoute, Verdict: labs.Healthy, Summary: "to the egress gateway", Objects: []labs.Object{{Kind: "VirtualService", Namespace: "mesh", Name: "out"}}},
			}},
			{Name: "egress", Role: labs.RoleEgress, Layers: []labs.LayerReport{{Layer: labs.LayerTLS, Verdict: labs.Broken, Summary: "no SNI", Want: "one"}}},
			{Name: "server", Role: labs.RoleServer, Proxy: labs.Object{Kind: "Host", Name: "api.example.org"}},
		},
		Answer: labs.Answer{Error: "no way"},
	}
	const want = `mesh/client ── sidecar ✓ ── egress ✗ ── server

sidecar   Pod mesh/client-1
route        ✓ to the egress gateway   VirtualService mesh/out

egress
tls          ✗ no SNI
               want  one

server   Host api.example.org
answer         none: no way
not seen       Secret: forbidden  (unknown for it: tls)

One sentence.
  $ kubectl get x
`
	var out bytes.Buffer
	if err := newPage(&out).traced(traced{
		Path: p, Sentence: "One sentence.", Commands: []string{"kubectl get x"},
		Unseen: []explain.Unseen{{What: "Secret", Why: "forbidden", Layers: []labs.Layer{labs.LayerTLS}}},
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
