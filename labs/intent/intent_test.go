package intent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// objects reads YAML documents.
func objects(t *testing.T, text string) snapshot.Index {
	t.Helper()
	var out []object
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		out = append(out, o)
	}
	return snapshot.IndexOf(out)
}

func live(t *testing.T, name string) *envoy.Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "envoy", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := envoy.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// essence is a route without what Istio adds to every one.
func essence(r envoy.Route) envoy.Route {
	r.Config, r.Filters, r.CORS = "", nil, nil
	if r.RetryOn != "5xx" {
		r.Retries, r.RetryOn = 0, ""
	}
	if r.Path == (envoy.PathMatch{}) {
		r.Path = envoy.PathMatch{Kind: "prefix", Value: "/"}
	}
	if len(r.Clusters) == 1 {
		r.Weighted = nil
	}
	if r.Direct != 0 || r.Redirect != nil {
		r.NotFound, r.Timeout = 0, 0
	}
	byName := func(a, b envoy.HeaderMatch) int { return strings.Compare(a.Name, b.Name) }
	r.Headers, r.Query = slices.Clone(r.Headers), slices.Clone(r.Query)
	slices.SortFunc(r.Headers, byName)
	slices.SortFunc(r.Query, byName)
	return r
}

func routesOf(rules []Rule) []envoy.Route {
	var out []envoy.Route
	for _, r := range rules {
		for _, route := range r.Routes {
			out = append(out, essence(route))
		}
	}
	return out
}

// TestAsIstio compares what the objects are compiled to with what Istio
// really made of the same objects in a live Envoy.
func TestAsIstio(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/objects.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ix := objects(t, string(text))
	v := View{Index: ix, Gateways: []string{"m/public"}, Namespace: "istio-system", Port: 443, HTTPS: true}
	for _, tt := range []struct {
		name              string
		rules             []Rule
		dump, table, host string
		ordered           bool
	}{
		{"VirtualService", v.HTTP(ix.Get(istioNetworking, "VirtualService", "m", "shop")), "gateway", "https.443.https.public.m", "shop.example.com:443", true},
		{"HTTPRoute", v.Routes(ix.Get(gatewayAPI, "HTTPRoute", "m", "r")), "managed", "http.80", "a.gw.example.com:80", false},
		{"GRPCRoute", v.Routes(ix.Get(gatewayAPI, "GRPCRoute", "m", "g")), "managed", "http.80", "g.gw.example.com:80", false},
	} {
		rc, _ := live(t, tt.dump).RouteConfig(tt.table)
		var want []envoy.Route
		for _, h := range rc.Hosts {
			if h.Name == tt.host {
				for _, r := range h.Routes {
					want = append(want, essence(r))
				}
			}
		}
		got := routesOf(tt.rules)
		if !tt.ordered {
			byText := func(a, b envoy.Route) int { return strings.Compare(a.Path.Kind+a.Path.Value, b.Path.Kind+b.Path.Value) }
			slices.SortFunc(got, byText)
			slices.SortFunc(want, byText)
		}
		if d := cmp.Diff(want, got); d != "" || len(want) == 0 {
			t.Errorf("%s (-Istio +ours):\n%s", tt.name, d)
		}
	}
}

// TestPickAsEnvoy asks for requests both of what Envoy has and of what the
// objects mean: the same rule must take them.
func TestPickAsEnvoy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/objects.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ix := objects(t, string(text))
	v := View{Index: ix, Gateways: []string{"m/public"}, Namespace: "istio-system", Port: 443, HTTPS: true}
	shop, route := v.HTTP(ix.Get(istioNetworking, "VirtualService", "m", "shop")), v.Routes(ix.Get(gatewayAPI, "HTTPRoute", "m", "r"))
	for _, tt := range []struct {
		rules             []Rule
		dump, table, host string
		req               match.Request
	}{
		{shop, "gateway", "https.443.https.public.m", "shop.example.com", match.Request{Path: "/A?q=1&r=abc", Headers: map[string]string{"x-a": "b", "x-p": "1"}}},
		{shop, "gateway", "https.443.https.public.m", "shop.example.com", match.Request{Path: "/a?q=1&r=abc", Headers: map[string]string{"x-a": "b", "x-p": "1", "x-no": "z"}}},
		{shop, "gateway", "https.443.https.public.m", "shop.example.com", match.Request{Path: "/re/12"}},
		{shop, "gateway", "https.443.https.public.m", "shop.example.com", match.Request{Path: "/fault"}},
		{shop, "gateway", "https.443.https.public.m", "shop.example.com", match.Request{Path: "/nothing"}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/reddit"}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/redir/x"}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/e"}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/p/x?q=1", Method: "POST", Headers: map[string]string{"x": "yes", "z": "zz"}}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/p/x"}},
		{route, "managed", "http.80", "a.gw.example.com", match.Request{Path: "/ext/1"}},
	} {
		if tt.req.Method == "" {
			tt.req.Method = "GET"
		}
		tt.req.Scheme, tt.req.Authority = "https", tt.host
		rc, _ := live(t, tt.dump).RouteConfig(tt.table)
		h, res := match.Host(rc, tt.host)
		if !res.OK() {
			t.Fatalf("%s: %+v", tt.host, res)
		}
		there, want := match.Route(h, tt.req)
		rule, got := Pick(tt.rules, tt.req, match.Connection{})
		if got.Outcome != want.Outcome {
			t.Errorf("%s: the objects say %+v, Envoy %+v", tt.req.Path, got, want)
			continue
		}
		if there != nil && !slices.ContainsFunc(rule.Routes, func(r envoy.Route) bool { return cmp.Equal(essence(r), essence(*there)) }) {
			t.Errorf("%s: %s of the objects, %q in Envoy", tt.req.Path, rule.Name, there.Name)
		}
	}
}
