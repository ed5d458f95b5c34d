package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/hosts"
	"github.com/gatedrill/gatedrill/tui/layout"
)

// pagePath is a path with something of everything that a page prints.
func pagePath() traced {
	rule := labs.Object{Kind: "DestinationRule", Namespace: "mesh-of-everybody", Name: "orders"}
	return traced{
		Path: labs.Path{
			Request: labs.Request{From: "mesh-of-everybody/client"},
			Hops: []labs.Hop{
				{Name: "sidecar", Role: labs.RoleSidecar, Proxy: labs.Object{Kind: "Pod", Namespace: "mesh-of-everybody", Name: "client-6fdcf86f7b-gc5ss"}, Layers: []labs.LayerReport{
					{Layer: labs.LayerDNS, Verdict: labs.Healthy, Summary: "orders → 10.96.1.2", Objects: []labs.Object{{Kind: "ConfigMap", Namespace: "a", Name: "zone"}}},
					{Layer: labs.LayerRoute, Verdict: labs.Healthy, Summary: "orders prefix / → outbound|80||orders.mesh-of-everybody.svc.cluster.local   VirtualService mesh-of-everybody/orders"},
					{Layer: labs.LayerDestination, Verdict: labs.Broken, Summary: "no healthy endpoint", Want: "ready pods with the labels of subset v2, in any of the zones", Got: "none", Objects: []labs.Object{rule}},
				}},
				{Name: "server", Role: labs.RoleServer},
			},
		},
		Sentence: "http://orders/ from mesh-of-everybody/client answers 503 (UH no_healthy_upstream) because of it.",
		Commands: []string{"istioctl proxy-config endpoints client-6fdcf86f7b-gc5ss -n mesh-of-everybody --cluster 'outbound|80|| orders'"},
	}
}

// TestPageFitsItsTerminal: lines break between words and hang; only a word of
// a command, which has to be pasted whole, may be wider than the terminal.
func TestPageFitsItsTerminal(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		80: `mesh-of-everybody/client ── sidecar ✗ ── server

sidecar   Pod mesh-of-everybody/client-6fdcf86f7b-gc5ss
dns          ✓ orders → 10.96.1.2   ConfigMap a/zone
route        ✓ orders prefix / →
               outbound|80||orders.mesh-of-everybody.svc.cluster.local
               VirtualService mesh-of-everybody/orders
destination  ✗ no healthy endpoint
               want  ready pods with the labels of subset v2, in any of the
                     zones
               got   none
               look  DestinationRule mesh-of-everybody/orders

server
answer         none was seen

http://orders/ from mesh-of-everybody/client answers 503 (UH
no_healthy_upstream) because of it.
  $ istioctl proxy-config endpoints client-6fdcf86f7b-gc5ss \
    -n mesh-of-everybody --cluster 'outbound|80|| orders'
`,
		40: `mesh-of-everybody/client ── sidecar ✗ ──
server

sidecar Pod
  mesh-of-everybody/
  client-6fdcf86f7b-gc5ss
dns ✓ orders → 10.96.1.2
  ConfigMap a/zone
route ✓ orders prefix / →
  outbound|
  80||orders.mesh-of-everybody.svc.clust
  er.local
  VirtualService
  mesh-of-everybody/orders
destination ✗ no healthy endpoint
  want ready pods with the labels of
    subset v2, in any of the zones
  got none
  look DestinationRule
    mesh-of-everybody/orders

server
answer none was seen

http://orders/ from
mesh-of-everybody/client answers 503 (UH
no_healthy_upstream) because of it.
  $ istioctl proxy-config endpoints \
    client-6fdcf86f7b-gc5ss \
    -n mesh-of-everybody \
    --cluster 'outbound|80|| orders'
`,
	} {
		var out bytes.Buffer
		if err := (&page{printer{w: &out}, width}).traced(pagePath()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
	}
}

// TestHostsWithoutRoomForColumns: each host has lines of its own.
func TestHostsWithoutRoomForColumns(t *testing.T) {
	t.Parallel()
	table := hostTable{Hosts: []judged{
		{Host: hosts.Host{Host: "shop.example.com", Port: 443, TLS: "SIMPLE", Gateway: labs.Object{Kind: "Gateway", Namespace: "shop", Name: "public"}}, Verdict: labs.Unknown, Layer: labs.LayerTLS, Why: "which CAs the client trusts is not known: unknown authority"},
		{Host: hosts.Host{Host: "till.example.com", Port: 80, Protocol: "HTTP", Gateway: labs.Object{Kind: "Gateway", Namespace: "shop", Name: "till"}}, Verdict: labs.Healthy},
	}}
	const lines = `shop.example.com:443  SIMPLE
  Gateway shop/public, route none
  ? tls: which CAs the client trusts is not known: unknown
  authority
till.example.com:80  HTTP
  Gateway shop/till, route none
  ✓ healthy
`
	const columns = `HOST              PORT  TLS     GATEWAY      ROUTE  VERDICT
shop.example.com  443   SIMPLE  shop/public  none   ? tls: which CAs the client
                                                    trusts is not known: unknown
                                                    authority
till.example.com  80    –       shop/till    none   ✓ healthy
`
	for width, want := range map[int]string{60: lines, 82: columns} {
		var out bytes.Buffer
		if err := (&page{printer{w: &out}, width}).hosts(table); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%d columns (-want +got):\n%s", width, diff)
		}
	}
}

// TestPageNeverLosesText: at any width all that is said is there.
func TestPageNeverLosesText(t *testing.T) {
	t.Parallel()
	words := func(width int) string {
		var out bytes.Buffer
		if err := (&page{printer{w: &out}, width}).traced(pagePath()); err != nil {
			t.Fatal(err)
		}
		if width >= narrowBelow {
			for line := range bytes.Lines(out.Bytes()) {
				if got := layout.Width(string(bytes.TrimRight(line, "\n"))); got > width {
					t.Errorf("%d columns: a line of %d: %s", width, got, line)
				}
			}
		}
		text := bytes.Join(bytes.Fields(bytes.ReplaceAll(out.Bytes(), []byte("\\\n"), nil)), nil)
		return string(text)
	}
	whole := words(0)
	for width := 20; width < 200; width += 7 {
		if diff := cmp.Diff(whole, words(width)); diff != "" {
			t.Errorf("%d columns (-whole +got):\n%s", width, diff)
		}
	}
}
