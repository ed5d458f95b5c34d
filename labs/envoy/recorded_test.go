package envoy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorded reads a dump of a live Envoy 1.40 under Istio 1.31, cut down to
// what the tests look at.
func recorded(t testing.TB, name string) *Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func listener(t *testing.T, c *Config, name string) Listener {
	t.Helper()
	for _, l := range c.Listeners {
		if l.Name == name {
			return l
		}
	}
	t.Fatalf("no listener %s", name)
	return Listener{}
}

func routeAt(t *testing.T, c *Config, table, host string, i int) Route {
	t.Helper()
	rc, ok := c.RouteConfig(table)
	if !ok {
		t.Fatalf("no route table %s", table)
	}
	for _, h := range rc.Hosts {
		if h.Name == host {
			return h.Routes[i]
		}
	}
	t.Fatalf("no virtual host %s", host)
	return Route{}
}

const (
	shopObject = "/apis/networking.istio.io/v1/namespaces/m/virtual-service/shop"
	orders     = "orders.m.svc.cluster.local"
	retries    = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
)

func TestRecordedRoutes(t *testing.T) {
	t.Parallel()
	gw, managed := recorded(t, "gateway"), recorded(t, "managed")
	const table, host = "https.443.https.public.m", "shop.example.com:443"
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"every kind of match, and a redirect", routeAt(t, gw, table, host, 0), Route{
			Name: "one", Config: shopObject, Path: PathMatch{Kind: "prefix", Value: "/a", IgnoreCase: true},
			Headers: []HeaderMatch{
				{Name: "x-a", Kind: "exact", Value: "b"},
				{Name: "x-abs", Kind: "present", Invert: true},
				{Name: "x-no", Kind: "exact", Value: "z", Invert: true, Empty: true},
				{Name: "x-p", Kind: "present"},
				{Name: ":method", Kind: "exact", Value: "GET"},
			},
			Query:    []HeaderMatch{{Name: "q", Kind: "exact", Value: "1"}, {Name: "r", Kind: "regex", Value: "a.*"}},
			Redirect: &Redirect{Scheme: "https", Host: "new.example.com", Port: 8443, Path: "/new", Code: 308},
		}},
		{"weights, faults, rewrites, a mirror and CORS", routeAt(t, gw, table, host, 2), Route{
			Name: "two", Config: shopObject, Path: PathMatch{Kind: "path", Value: "/fault"},
			Clusters: []string{"outbound|443|v1|" + orders, "outbound|443|v2|" + orders},
			Weighted: []Weighted{{"outbound|443|v1|" + orders, 90}, {"outbound|443|v2|" + orders, 10}},
			Rewrite:  &Rewrite{Prefix: "/x", Host: "other"}, Timeout: 2 * time.Second, Retries: 3, RetryOn: "5xx",
			Mirrors: []Mirror{{"outbound|80||" + orders, 10}},
			Abort:   503, AbortPercent: 12.5, Delay: 3 * time.Second, DelayPercent: 50,
			CORS:    &CORS{Origins: []StringMatch{{Kind: "exact", Value: "https://a"}}, Methods: "GET"},
			Filters: []string{"envoy.filters.http.cors", "envoy.filters.http.fault"},
		}},
		{"an answer of its own", routeAt(t, gw, table, host, 3), Route{
			Name: "three", Config: shopObject, Path: PathMatch{Kind: "path", Value: "/direct"}, Direct: 418, Body: "teapot",
		}},
		{"a rewrite by expression", routeAt(t, gw, table, host, 4), Route{
			Name: "four", Config: shopObject, Path: PathMatch{Kind: "prefix", Value: "/r2"},
			Clusters: []string{"outbound|80||" + orders}, Weighted: []Weighted{{"outbound|80||" + orders, 100}},
			Rewrite: &Rewrite{Regex: "^/r2/(.*)", Substitution: `/\1`}, Retries: 2, RetryOn: retries,
		}},
		{"claims of a token", routeAt(t, gw, "https.443.san.public.m", "san.example.com:443", 0).Claims,
			[]Claim{{Path: []string{"group"}, Text: StringMatch{Kind: "exact", Value: "admin"}}}},
		{"a rule of the Gateway API", routeAt(t, managed, "http.80", "a.gw.example.com:80", 5).Weighted,
			[]Weighted{{"outbound|80||" + orders, 3}, {"outbound|9000||" + orders, 1}, {"outbound|80||gone.m.svc.cluster.local", 2}}},
		{"its redirect of a prefix", routeAt(t, managed, "http.80", "a.gw.example.com:80", 3).Redirect,
			&Redirect{Host: "x.example.com", Port: 99, Prefix: "/zz", Code: 302}},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	rc, _ := managed.RouteConfig("http.80")
	if h := rc.Hosts[0]; h.RequireTLS != "" {
		t.Errorf("%s asks for TLS", h.Name)
	}
}

func TestRecordedListeners(t *testing.T) {
	t.Parallel()
	gw, side, bad := recorded(t, "gateway"), recorded(t, "sidecar"), recorded(t, "refused")
	https := listener(t, gw, "0.0.0.0_8443")
	in := listener(t, side, "virtualInbound")
	refused := "Provider 'origins-0' in jwt_authn config has invalid local jwks: Jwks doesn't have any valid public key"
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"client names", https.Chains[3].TLS, &TLS{
			Secrets: []string{"kubernetes://shop-cert"}, CA: "kubernetes://shop-cert-cacert", RequireClient: true,
			SANs: []StringMatch{{Kind: "exact", Value: "client.example.com"}}, MinVersion: "TLSv1_2", ALPN: []string{"h2", "http/1.1"},
		}},
		{"certificate files", https.Chains[1].TLS.Secrets, []string{"file-cert:/etc/hostname~/etc/hostname"}},
		{"shares of a passthrough", https.Chains[4].Weighted, []Weighted{{"outbound|80||" + orders, 30}, {"outbound|9000||" + orders, 70}}},
		{"policies on requests", https.Chains[0].RBAC, []RBAC{{
			Action: "DENY", Policies: []string{"ns[istio-system]-policy[deny]-rule[0]", "ns[istio-system]-policy[deny]-rule[1]"},
		}}},
		{"tokens", https.Chains[0].JWT, []string{"x"}},
		{"policies on connections, one of them dry", in.Chains[2].RBAC, []RBAC{
			{Network: true, Shadow: true, Action: "DENY", Policies: []string{"ns[m]-policy[audit]-rule[0]"}},
			{Network: true, Action: "ALLOW", Policies: []string{"ns[m]-policy[allow]-rule[0]"}},
		}},
		{"the address that was meant", in.OriginalDst, true},
		{"ports that are not read", in.NotInspected, []PortRange{{15006, 15006}}},
		{"opens no port", listener(t, side, "0.0.0.0_80").Unbound, true},
		{"tells HTTP from other bytes", listener(t, side, "0.0.0.0_80").Sniffs, true},
		{"what no chain takes", listener(t, side, "0.0.0.0_443").Default.Clusters, []string{"PassthroughCluster"}},
		{"refused, each once", bad.Refused, []Refusal{
			{"listener", "0.0.0.0_8080", refused}, {"listener", "0.0.0.0_8443", refused},
		}},
		{"the one before a refused one serves", listener(t, bad, "0.0.0.0_8443").Refused, refused},
		{"why", bad.Refusal("listener", "0.0.0.0_8080"), refused},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestRecordedClusters(t *testing.T) {
	t.Parallel()
	side := recorded(t, "sidecar")
	get := func(name string) Cluster {
		c, ok := side.Cluster(name)
		if !ok {
			t.Fatalf("no cluster %s", name)
		}
		return c
	}
	identity := &UpstreamTLS{
		SNI: "outbound_.80_._." + orders, Secrets: []string{"default"}, CA: "ROOTCA",
		SANs: []StringMatch{{Kind: "exact", Value: "spiffe://cluster.local/ns/m/sa/default"}}, ALPN: []string{"istio"},
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"endpoints told apart", get("outbound|80||" + orders).Sockets, []Socket{
			{Name: "tlsMode-istio", Labels: map[string]string{"tlsMode": "istio"}, TLS: identity},
		}},
		{"origination by file", get("outbound|80|v2|" + orders).TLS, &UpstreamTLS{
			SNI: "up.example.com", CA: "file-root:/etc/ca.pem", SANs: []StringMatch{{Kind: "exact", Value: "up.example.com"}},
		}},
		{"names from the request", get("outbound|80||ext.example.org").TLS, &UpstreamTLS{CA: "file-root:system", AutoSNI: true, AutoSAN: true}},
		{"where the client meant to go", get("outbound|443||*.example.net").OwnAddress, true},
		{"outside the mesh", get("outbound|443||*.example.net").External, true},
		{"an endpoint", side.Endpoints["outbound|80||"+orders], []Endpoint{{
			Address: "10.244.0.4:8080", Health: "HEALTHY", Labels: map[string]string{"tlsMode": "istio"}, Weight: 1, Workload: "orders;m;orders;v1;Kubernetes",
		}}},
	} {
		if d := cmp.Diff(tt.want, tt.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}
