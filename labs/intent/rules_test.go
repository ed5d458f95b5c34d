package intent

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

const vs = `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: root, namespace: a}, spec: {hosts: [h], gateways: [g], `

// TestRules: what takes a request, and in which words the others refuse it.
func TestRules(t *testing.T) {
	t.Parallel()
	team := `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: team, namespace: b}, spec: `
	for _, tt := range []struct {
		name, objects string
		outcome       match.Outcome
		why           string
		dest          []string
		blame         string
	}{
		{"no match takes all", vs + `http: [{route: [{destination: {host: s}}]}]}}`, match.Fits, "", []string{"outbound|80||s.a.svc.cluster.local"}, ""},
		{"another port", vs + `http: [{match: [{port: 443}]}]}}`, match.FitsNot, "matches port 443, the server's is 80", nil, ""},
		{"this Gateway", vs + `http: [{match: [{gateways: [g]}], route: [{destination: {host: s.c.svc.cluster.local, port: {number: 8}, subset: x}}]}]}}`, match.Fits, "", []string{"outbound|8|x|s.c.svc.cluster.local"}, ""},
		{"another Gateway", vs + `http: [{match: [{gateways: [mesh, c/g]}]}]}}`, match.FitsNot, "matches gateways [mesh c/g] only", nil, ""},
		{"another client", vs + `http: [{match: [{sourceLabels: {app: x}}]}]}}`, match.FitsNot, "matches clients with label app=x only", nil, ""},
		{"another client's namespace", vs + `http: [{match: [{sourceNamespace: x}]}]}}`, match.FitsNot, "matches clients of namespace x only", nil, ""},
		{"the second match", vs + `http: [{match: [{uri: {exact: /x}}, {uri: {prefix: /api}}]}]}}`, match.Fits, "", nil, ""},
		{"each says why", vs + `http: [{match: [{uri: {exact: /x}}, {method: {exact: POST}}]}]}}`, match.FitsNot, `path is /api/v1, not path /x, header :method is "GET", not exact POST`, nil, ""},
		{"query", vs + `http: [{match: [{queryParams: {q: {exact: "2"}}}]}]}}`, match.FitsNot, `query parameter q is "1", not exact 2`, nil, ""},
		{"without a header that is there", vs + `http: [{match: [{withoutHeaders: {x: {}}}]}]}}`, match.FitsNot, "header x is there", nil, ""},
		{"authority", vs + `http: [{match: [{authority: {prefix: www}}]}]}}`, match.FitsNot, `header :authority is "h", not prefix www`, nil, ""},
		{"claims cannot be told", vs + `http: [{match: [{headers: {"@request.auth.claims.group": {exact: a}}}]}, {}]}}`, match.Unknown, "cannot tell: the route asks for claim group of a token that cannot be read here", nil, ""},
		{"weights", vs + `http: [{route: [{destination: {host: s}, weight: 100}, {destination: {host: t}, weight: 0}]}]}}`, match.Fits, "", []string{"outbound|80||s.a.svc.cluster.local"}, ""},

		{"delegate missing", vs + `http: [{delegate: {name: team, namespace: b}}]}}`, match.FitsNot, "delegates to VirtualService b/team, which does not exist", nil, ""},
		{"delegate", vs + `http: [{match: [{uri: {prefix: /api}}], delegate: {name: team, namespace: b}}]}}` + "\n---\n" + team + `{http: [{match: [{uri: {prefix: /api/v1}}], route: [{destination: {host: s}}]}]}}`,
			match.Fits, "", []string{"outbound|80||s.b.svc.cluster.local"}, ""},
		{"delegate under another prefix", vs + `http: [{match: [{uri: {prefix: /api}}], delegate: {name: team, namespace: b}}]}}` + "\n---\n" + team + `{http: [{match: [{uri: {prefix: /v1}}]}]}}`,
			match.FitsNot, "its match excludes the one that delegates to it, by uri", nil, "VirtualService b/team"},
		{"delegate that hides", vs + `http: [{delegate: {name: team, namespace: b}}]}}` + "\n---\n" + team + `{exportTo: ["."], http: [{}]}}`,
			match.FitsNot, "delegates to VirtualService b/team, which exportTo [.] hides from namespace a", nil, "VirtualService b/team"},
		{"delegate with hosts", vs + `http: [{delegate: {name: team, namespace: b}}]}}` + "\n---\n" + team + `{hosts: [h], http: [{}]}}`,
			match.FitsNot, "delegates to VirtualService b/team, which has hosts of its own and so takes no part of another's", nil, "VirtualService b/team"},
	} {
		ix := objects(t, tt.objects)
		v := View{Index: ix, Gateways: []string{"a/g"}, Namespace: "istio-system", Port: 80}
		rules := v.HTTP(ix.Get(istioNetworking, "VirtualService", "a", "root"))
		req := match.Request{Method: "GET", Scheme: "http", Authority: "h", Path: "/api/v1?q=1", Headers: map[string]string{"x": "1"}}
		rule, res := Pick(rules, req, match.Connection{})
		if tt.outcome == match.FitsNot {
			res.Why = rules[0].Takes(req, match.Connection{}).Why
		}
		if res.Outcome != tt.outcome || res.Why != tt.why {
			t.Errorf("%s: %+v, want %v %q", tt.name, res, tt.outcome, tt.why)
		}
		if rule != nil {
			if d := cmp.Diff(tt.dest, rule.Clusters); d != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, d)
			}
		}
		if got := rules[0].Blame; tt.blame != "" && got.String() != tt.blame || tt.blame == "" && got != (labs.Object{}) {
			t.Errorf("%s: blames %v, want %q", tt.name, got, tt.blame)
		}
	}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	ix := objects(t, vs+`tls: [{match: [{port: 443, sniHosts: [a.example.com, "*.b.example.com"]}], route: [{destination: {host: s}}]}],
 tcp: [{match: [{destinationSubnets: [10.0.0.1]}], route: [{destination: {host: t}}]}]}}`)
	v := View{Index: ix, Gateways: []string{"a/g"}, Port: 443}
	o := ix.Get(istioNetworking, "VirtualService", "a", "root")
	for _, tt := range []struct {
		name  string
		rules []Rule
		c     match.Connection
		why   string
		ok    match.Outcome
	}{
		{"exact", v.TLS(o), match.Connection{Port: 443, TLS: true, SNI: "a.example.com"}, "", match.Fits},
		{"wildcard", v.TLS(o), match.Connection{Port: 443, TLS: true, SNI: "x.b.example.com"}, "", match.Fits},
		{"another name", v.TLS(o), match.Connection{Port: 443, TLS: true, SNI: "c"}, `sniHosts [a.example.com *.b.example.com], the client's SNI is "c"`, match.FitsNot},
		{"address", v.TCP(o), match.Connection{Port: 443, Dest: "10.0.0.1"}, "", match.Fits},
		{"another address", v.TCP(o), match.Connection{Port: 443, Dest: "10.0.0.2"}, "no filter chain takes destination address 10.0.0.2", match.FitsNot},
		{"an address that is not known", v.TCP(o), match.Connection{Port: 443}, "cannot tell: the destination address of the connection, by which filter chains differ", match.Unknown},
	} {
		if got := tt.rules[0].Takes(match.Request{}, tt.c); got.Outcome != tt.ok || got.Why != tt.why {
			t.Errorf("%s: %+v, want %q", tt.name, got, tt.why)
		}
	}
}

func TestBackends(t *testing.T) {
	t.Parallel()
	ix := objects(t, `{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: a}, spec: {rules: [
 {backendRefs: [{name: s, port: 80}, {name: t, namespace: b, port: 80}, {name: u, namespace: c, port: 80}]},
 {backendRefs: [{name: s, port: 80, weight: 0}]},
 {backendRefs: [{group: networking.istio.io, kind: Hostname, name: x.example.org, port: 443}]},
 {backendRefs: [{group: example.org, kind: Bucket, name: y}]}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: ReferenceGrant, metadata: {name: g, namespace: b}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: [{group: "", kind: Service}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: ReferenceGrant, metadata: {name: g, namespace: c}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: a}], to: [{group: "", kind: Service, name: other}]}}`)
	rules := View{Index: ix}.Routes(ix.Get(gatewayAPI, "HTTPRoute", "a", "r"))
	want := [][]string{{"outbound|80||s.a.svc.cluster.local", "outbound|80||t.b.svc.cluster.local", "UnknownService"}, nil, {"outbound|443||x.example.org"}, {"UnknownService"}}
	var got [][]string
	for _, r := range rules {
		got = append(got, r.Clusters)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"no ReferenceGrant in namespace c lets HTTPRoute of namespace a lead to Service u"}, rules[0].Refused); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if rules[1].Routes[0].Direct != 500 {
		t.Error("a rule whose backends all have weight 0 answers 500")
	}
	if len(rules[3].Refused) != 1 {
		t.Error("a backend of a kind that is not routed to is refused by nobody")
	}
}
