package trace

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

func TestPickChain(t *testing.T) {
	t.Parallel()
	l := envoy.Listener{Inspects: true, Chains: []envoy.Chain{
		{Name: "all"},
		{Name: "exact", Match: envoy.Match{Names: []string{"a.example.com"}}},
		{Name: "suffix", Match: envoy.Match{Names: []string{"*.example.com"}}},
		{Name: "longer suffix", Match: envoy.Match{Names: []string{"*.b.example.com"}}},
		{Name: "plain", Match: envoy.Match{Transport: "raw_buffer"}},
		{Name: "h2", Match: envoy.Match{Names: []string{"alpn.example.com"}, ALPN: []string{"h2"}}},
		{Name: "other address", Match: envoy.Match{Names: []string{"a.example.com"}, Prefixes: []string{"192.0.2.0/24"}}},
		{Name: "other port", Match: envoy.Match{Port: 9}},
	}}
	for _, tt := range []struct {
		c    connection
		want string
	}{
		{connection{tls: true, sni: "a.example.com"}, "exact"},
		{connection{tls: true, sni: "x.example.com"}, "suffix"},
		{connection{tls: true, sni: "x.y.example.com"}, "suffix"},
		{connection{tls: true, sni: "x.b.example.com"}, "longer suffix"},
		{connection{tls: true, sni: "example.com"}, "all"},
		{connection{tls: true}, "all"},
		{connection{}, "plain"},
		// No way back: the name picks the chain, then the protocol rules it out.
		{connection{tls: true, sni: "alpn.example.com", alpn: []string{"http/1.1"}}, ""},
		{connection{tls: true, sni: "alpn.example.com", alpn: []string{"h2"}}, "h2"},
		{connection{tls: true, sni: "a.example.com", dest: "192.0.2.7"}, "other address"},
		{connection{port: 9, tls: true}, "other port"},
	} {
		got := ""
		if c := pickChain(l, tt.c); c != nil {
			got = c.Name
		}
		if got != tt.want {
			t.Errorf("%+v: chain %q, want %q", tt.c, got, tt.want)
		}
	}
	l.Inspects = false
	if c := pickChain(l, connection{tls: true, sni: "a.example.com"}); c == nil || c.Name != "plain" {
		t.Error("without an inspector Envoy knows no name, and takes TLS for bytes")
	}
	l.Default = &envoy.Chain{Name: "default"}
	l.Chains = l.Chains[1:2]
	if c := pickChain(l, connection{}); c == nil || c.Name != "default" {
		t.Error("what no chain takes is the default's")
	}
}

func TestPickHost(t *testing.T) {
	t.Parallel()
	rc := envoy.RouteConfig{IgnorePort: true, Hosts: []envoy.VirtualHost{
		{Name: "star", Domains: []string{"*"}},
		{Name: "prefix", Domains: []string{"shop.*"}},
		{Name: "suffix", Domains: []string{"*.example.com"}},
		{Name: "longer", Domains: []string{"*.b.example.com"}},
		{Name: "exact", Domains: []string{"shop.example.com"}},
	}}
	for authority, want := range map[string]string{
		"shop.example.com": "exact", "shop.example.com:8443": "exact", "x.example.com": "suffix",
		"x.b.example.com": "longer", "shop.test": "prefix", "example.com": "star",
	} {
		if h := pickHost(rc, authority); h == nil || h.Name != want {
			t.Errorf("%s: %+v, want %s", authority, h, want)
		}
	}
	rc.IgnorePort = false
	if h := pickHost(rc, "shop.example.com:8443"); h.Name != "prefix" {
		t.Errorf("with ports that count: %s", h.Name)
	}
	if h := pickHost(envoy.RouteConfig{Hosts: rc.Hosts[4:]}, "other"); h != nil {
		t.Errorf("nobody's host was given to %s", h.Name)
	}
}

func TestRouteFits(t *testing.T) {
	t.Parallel()
	request := target{path: "/api/v1?debug=1&x=", headers: map[string]string{":method": "GET", "user": "Jo"}}
	for _, tt := range []struct {
		name  string
		route envoy.Route
		want  bool
	}{
		{"every path", envoy.Route{}, true},
		{"prefix", envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/ap"}}, true},
		{"prefix, case counts", envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/AP"}}, false},
		{"prefix, case ignored", envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/AP", IgnoreCase: true}}, true},
		{"path without the query", envoy.Route{Path: envoy.PathMatch{Kind: "path", Value: "/api/v1"}}, true},
		{"path is not a prefix", envoy.Route{Path: envoy.PathMatch{Kind: "path", Value: "/api"}}, false},
		{"separated", envoy.Route{Path: envoy.PathMatch{Kind: "separated", Value: "/api"}}, true},
		{"separated, inside a word", envoy.Route{Path: envoy.PathMatch{Kind: "separated", Value: "/ap"}}, false},
		{"regex matches the whole path", envoy.Route{Path: envoy.PathMatch{Kind: "regex", Value: "/api"}}, false},
		{"regex", envoy.Route{Path: envoy.PathMatch{Kind: "regex", Value: "/api/v[0-9]"}}, true},
		{"a broken regex matches nothing", envoy.Route{Path: envoy.PathMatch{Kind: "regex", Value: "*"}}, false},
		{"template", envoy.Route{Path: envoy.PathMatch{Kind: "template", Value: "/api/{version}"}}, true},
		{"template of one part", envoy.Route{Path: envoy.PathMatch{Kind: "template", Value: "/*"}}, false},
		{"method", envoy.Route{Headers: []envoy.HeaderMatch{{Name: ":method", Kind: "exact", Value: "POST"}}}, false},
		{"method inverted", envoy.Route{Headers: []envoy.HeaderMatch{{Name: ":method", Kind: "exact", Value: "POST", Invert: true}}}, true},
		{"header by another case", envoy.Route{Headers: []envoy.HeaderMatch{{Name: "User", Kind: "prefix", Value: "J"}}}, true},
		{"absent header fits no inverted value", envoy.Route{Headers: []envoy.HeaderMatch{{Name: "none", Kind: "exact", Value: "x", Invert: true}}}, false},
		{"Istio's withoutHeaders", envoy.Route{Headers: []envoy.HeaderMatch{{Name: "none", Kind: "exact", Value: "x", Invert: true, Empty: true}}}, true},
		{"present", envoy.Route{Headers: []envoy.HeaderMatch{{Name: "user", Kind: "present"}}}, true},
		{"absent", envoy.Route{Headers: []envoy.HeaderMatch{{Name: "user", Kind: "present", Absent: true}}}, false},
		{"query", envoy.Route{Query: []envoy.HeaderMatch{{Name: "debug", Kind: "exact", Value: "1"}}}, true},
		{"query missing", envoy.Route{Query: []envoy.HeaderMatch{{Name: "trace", Kind: "present"}}}, false},
	} {
		if got := routeFits(tt.route, request) == ""; got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		d    int
		near bool
	}{
		{"shop.example.com", "shop.exmaple.com", 1, true},
		{"shop.example.com", "shop.example.com", 0, true},
		{"shop.example.com", "shops.example.com", 1, true},
		{"app.example.com", "www.example.com", 3, true},
		{"shop.example.com", "partner.test", 14, false},
		{"", "ab", 2, true},
	} {
		d, close := near(tt.a, tt.b)
		if close != tt.near || tt.near && d != tt.d {
			t.Errorf("near(%q, %q) = %d, %v; want %d, %v", tt.a, tt.b, d, close, tt.d, tt.near)
		}
	}
}

func TestHostsMeet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"*", "shop.example.com", true}, {"*", "*", true}, {"*.example.com", "shop.example.com", true},
		{"shop.example.com", "*.example.com", true}, {"*.example.com", "*.b.example.com", true},
		{"*.example.com", "example.com", false}, {"a.example.com", "b.example.com", false}, {"*.example.com", "*.example.org", false},
	} {
		if got := hostsMeet(tt.a, tt.b); got != tt.want {
			t.Errorf("hostsMeet(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
