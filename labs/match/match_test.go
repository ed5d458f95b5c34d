package match

import (
	"net"
	"strconv"
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
		c    Connection
		want string
	}{
		{Connection{TLS: true, SNI: "a.example.com", Dest: "10.0.0.1"}, "exact"},
		{Connection{TLS: true, SNI: "a.example.com"}, ""}, // by an address that is not known,
		{Connection{TLS: true, SNI: "x.example.com"}, "suffix"},
		{Connection{TLS: true, SNI: "x.y.example.com"}, "suffix"},
		{Connection{TLS: true, SNI: "x.b.example.com"}, "longer suffix"},
		{Connection{TLS: true, SNI: "example.com"}, "all"},
		{Connection{TLS: true}, "all"},
		{Connection{}, "plain"},
		// No way back: the name picks the chain, then the protocol rules it out.
		{Connection{TLS: true, SNI: "alpn.example.com", ALPN: []string{"http/1.1"}}, ""},
		{Connection{TLS: true, SNI: "alpn.example.com", ALPN: []string{"h2"}}, "h2"},
		{Connection{TLS: true, SNI: "a.example.com", Dest: "192.0.2.7"}, "other address"},
		{Connection{Port: 9, TLS: true}, "other port"},
	} {
		got := ""
		if c, _ := Chain(l, tt.c); c != nil {
			got = c.Name
		}
		if got != tt.want {
			t.Errorf("%+v: chain %q, want %q", tt.c, got, tt.want)
		}
	}
	l.Inspects = false
	if c, _ := Chain(l, Connection{TLS: true, SNI: "a.example.com"}); c == nil || c.Name != "plain" {
		t.Error("without an inspector Envoy knows no name, and takes TLS for bytes")
	}
	l.Default = &envoy.Chain{Name: "default"}
	l.Chains = l.Chains[1:2]
	if c, _ := Chain(l, Connection{}); c == nil || c.Name != "default" {
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
		if h, _ := Host(rc, authority); h == nil || h.Name != want {
			t.Errorf("%s: %+v, want %s", authority, h, want)
		}
	}
	rc.IgnorePort = false
	if h, _ := Host(rc, "shop.example.com:8443"); h.Name != "prefix" {
		t.Errorf("with ports that count: %s", h.Name)
	}
	if h, _ := Host(envoy.RouteConfig{Hosts: rc.Hosts[4:]}, "other"); h != nil {
		t.Errorf("nobody's host was given to %s", h.Name)
	}
}

func TestRouteFits(t *testing.T) {
	t.Parallel()
	request := Request{Method: "GET", Path: "/api/v1?debug=1&x=", Headers: map[string]string{"user": "Jo"}}
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
		{"a regex that is not understood is none that matches", envoy.Route{Path: envoy.PathMatch{Kind: "regex", Value: "*"}}, false},
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
		if got := RouteFits(tt.route, request).OK(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestMeet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"*", "shop.example.com", true}, {"*", "*", true}, {"*.example.com", "shop.example.com", true},
		{"shop.example.com", "*.example.com", true}, {"*.example.com", "*.b.example.com", true},
		{"*.example.com", "example.com", false}, {"a.example.com", "b.example.com", false}, {"*.example.com", "*.example.org", false},
	} {
		if got := Meet(tt.a, tt.b); got != tt.want {
			t.Errorf("Meet(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}

// TestUnknown: what cannot be told is neither a match nor none.
func TestUnknown(t *testing.T) {
	t.Parallel()
	claims := envoy.Route{Name: "claims", Path: envoy.PathMatch{Kind: "prefix", Value: "/api"}, Unknown: []string{"dynamic_metadata f.group"}}
	all := envoy.Route{Name: "all"}
	for _, tt := range []struct {
		name   string
		routes []envoy.Route
		path   string
		want   Outcome
		route  string
	}{
		{"an earlier route cannot be told", []envoy.Route{claims, all}, "/api/x", Unknown, ""},
		{"an earlier route is ruled out by its path", []envoy.Route{claims, all}, "/", Fits, "all"},
		{"a later one does not count", []envoy.Route{all, claims}, "/api/x", Fits, "all"},
		{"a path of another kind", []envoy.Route{{Path: envoy.PathMatch{Kind: envoy.Unknown, Value: "new"}}, all}, "/", Unknown, ""},
		{"a header of another kind", []envoy.Route{{Headers: []envoy.HeaderMatch{{Name: "a", Kind: envoy.Unknown, Value: "new"}}}, all}, "/", Unknown, ""},
		{"a regex of another kind", []envoy.Route{{Path: envoy.PathMatch{Kind: "regex", Value: "*"}}, all}, "/", Unknown, ""},
		{"none", []envoy.Route{claims}, "/", FitsNot, ""},
	} {
		route, res := Route(&envoy.VirtualHost{Name: "v", Routes: tt.routes}, Request{Method: "GET", Path: tt.path})
		name := ""
		if route != nil {
			name = route.Name
		}
		if res.Outcome != tt.want || name != tt.route || (res.Why == "") != (res.Outcome == Fits) {
			t.Errorf("%s: route %q, %+v; want %q, %v", tt.name, name, res, tt.route, tt.want)
		}
	}
	if _, res := Host(envoy.RouteConfig{Unknown: "vhds"}, "a"); res.Outcome != Unknown {
		t.Errorf("hosts that come later: %+v", res)
	}
	l := envoy.Listener{Chains: []envoy.Chain{{Match: envoy.Match{Unknown: []string{"source_type"}}}}}
	if _, res := Chain(l, Connection{}); res.Outcome != Unknown {
		t.Errorf("a chain of unknown criteria: %+v", res)
	}
}

func TestRequireTLS(t *testing.T) {
	t.Parallel()
	h := &envoy.VirtualHost{RequireTLS: "ALL", Routes: []envoy.Route{{Name: "all"}}}
	if r, res := Route(h, Request{Scheme: "http", Path: "/"}); !res.OK() || r.Redirect == nil || r.Redirect.Scheme != "https" {
		t.Errorf("plain HTTP: %+v %+v", r, res)
	}
	if r, res := Route(h, Request{Scheme: "https", Path: "/"}); !res.OK() || r.Name != "all" {
		t.Errorf("https: %+v %+v", r, res)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		m     envoy.HeaderMatch
		value string
		want  bool
	}{
		{envoy.HeaderMatch{Kind: "range", Value: "1-10"}, "1", true},
		{envoy.HeaderMatch{Kind: "range", Value: "1-10"}, "10", false},
		{envoy.HeaderMatch{Kind: "range", Value: "-5--1"}, "-3", true},
		{envoy.HeaderMatch{Kind: "range", Value: "1-10"}, "x", false},
		{envoy.HeaderMatch{Kind: "regex", Value: "a.*", Invert: true}, "abc", false},
		{envoy.HeaderMatch{Kind: "suffix", Value: "C", IgnoreCase: true}, "abc", true},
		{envoy.HeaderMatch{Kind: "contains", Value: "b", Invert: true}, "xyz", true},
	} {
		if got := valueFits("header", tt.m, tt.value, true); got.OK() != tt.want {
			t.Errorf("%+v of %q: %+v", tt.m, tt.value, got)
		}
	}
}

// TestTree has the shape of a waypoint's inner listener.
func TestTree(t *testing.T) {
	t.Parallel()
	sniff := &envoy.Matcher{Input: "ApplicationProtocol", Exact: map[string]*envoy.Matcher{"'http/1.1'": {Chain: "http"}}, Otherwise: &envoy.Matcher{Chain: "tcp"}}
	l := envoy.Listener{
		Sniffs: true, Chains: []envoy.Chain{{Name: "vip"}, {Name: "http"}, {Name: "tcp"}},
		Matcher: &envoy.Matcher{Input: "DestinationIP", Ranges: []envoy.IPRange{
			{CIDRs: []string{"10.96.0.7/32"}, Then: &envoy.Matcher{Input: "DestinationPort", Exact: map[string]*envoy.Matcher{"80": {Chain: "vip"}, "81": {Unknown: "on_match"}}}},
			{CIDRs: []string{"10.244.0.0/16"}, Then: sniff},
		}},
	}
	for _, tt := range []struct {
		name string
		c    Connection
		want string
		res  Outcome
	}{
		{"a Service's address and port", Connection{Dest: "10.96.0.7", Port: 80}, "vip", Fits},
		{"a port it has not", Connection{Dest: "10.96.0.7", Port: 90}, "", FitsNot},
		{"a branch that is not read", Connection{Dest: "10.96.0.7", Port: 81}, "", Unknown},
		{"an address that is not known", Connection{Port: 80}, "", Unknown},
		{"a pod, HTTP", Connection{Dest: "10.244.0.4", Port: 80, HTTP: "http/1.1"}, "http", Fits},
		{"a pod, other bytes", Connection{Dest: "10.244.0.4", Port: 80}, "tcp", Fits},
	} {
		ch, res := Chain(l, tt.c)
		name := ""
		if ch != nil {
			name = ch.Name
		}
		if name != tt.want || res.Outcome != tt.res {
			t.Errorf("%s: chain %q, %+v", tt.name, name, res)
		}
	}
}

func TestListener(t *testing.T) {
	t.Parallel()
	c := &envoy.Config{Listeners: []envoy.Listener{
		{Name: "static", Address: "10.0.0.1", Port: 80, Static: true},
		{Name: "any", Address: "0.0.0.0", Port: 80},
		{Name: "own", Address: "10.0.0.1", Port: 80},
		{Name: "in", Address: "0.0.0.0", Port: 8080, Direction: "INBOUND"},
		{Name: "rest", Address: "0.0.0.0", Port: 15001, OriginalDst: true},
	}}
	for address, want := range map[string]string{"10.0.0.1:80": "own", "10.0.0.2:80": "any", "10.0.0.2:81": "rest", "10.0.0.2:8080": "rest"} {
		host, port, _ := net.SplitHostPort(address)
		n, _ := strconv.Atoi(port)
		if l, res := Listener(c, 15001, host, n); !res.OK() || l.Name != want {
			t.Errorf("%s: %+v %+v, want %s", address, l, res, want)
		}
	}
	if _, res := Listener(&envoy.Config{}, 15001, "10.0.0.1", 80); res.OK() || res.Why == "" {
		t.Errorf("an Envoy that listens nowhere: %+v", res)
	}
}

func TestBoth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ a, b, want string }{
		{"*", "a.b", "a.b"}, {"*.b", "a.b", "a.b"}, {"a.b", "*.b", "a.b"}, {"*.b", "*.a.b", "*.a.b"}, {"*.b", "b", ""}, {"*.b", "ab", ""},
		{"a.b", "c.b", ""}, {"*.b", "*.b", "*.b"}, {"*.b", "*.c", ""},
	} {
		if got, _ := Both(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %q, want %q", tt.a, tt.b, got, tt.want)
		}
	}
}
