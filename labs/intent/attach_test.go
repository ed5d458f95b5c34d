package intent

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const parents = `{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {team: red}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g, namespace: b}, spec: {listeners: [
 {name: same, port: 80, protocol: HTTP},
 {name: all, port: 81, protocol: HTTP, hostname: "*.example.com", allowedRoutes: {namespaces: {from: All}}},
 {name: red, port: 82, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: team, operator: In, values: [red]}]}}}},
 {name: grpc, port: 83, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}], namespaces: {from: All}}},
 {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All}}}]}}`

func TestAttach(t *testing.T) {
	t.Parallel()
	const g = "Gateway b/g"
	for _, tt := range []struct {
		name, kind, namespace, hosts, ref string
		listeners                         []string
		why, blame                        string
	}{
		{"all that admit it", "HTTPRoute", "a", "[x.example.com]", "{name: g, namespace: b}", []string{"all", "red"}, "", ""},
		{"its own namespace", "HTTPRoute", "b", "[]", "{name: g}", []string{"same", "all"}, "", ""},
		{"one section", "HTTPRoute", "a", "[x.example.com]", "{name: g, namespace: b, sectionName: all}", []string{"all"}, "", ""},
		{"one port", "HTTPRoute", "a", "[]", "{name: g, namespace: b, port: 82}", []string{"red"}, "", ""},
		{"no such section", "HTTPRoute", "a", "[]", "{name: g, namespace: b, sectionName: x}", nil,
			`sectionName "x" is no listener of ` + g + ", which has [same:80 all:81 red:82 grpc:83 tls:443]", ""},
		{"no such port", "HTTPRoute", "a", "[]", "{name: g, namespace: b, port: 9}", nil,
			"port 9 is no listener of " + g + ", which has [same:80 all:81 red:82 grpc:83 tls:443]", ""},
		{"another namespace", "HTTPRoute", "a", "[]", "{name: g, namespace: b, sectionName: same}", nil,
			`listener "same" of ` + g + " admits routes of its own namespace only, not of a", g},
		{"no label", "HTTPRoute", "b", "[]", "{name: g, sectionName: red}", nil,
			`listener "red" of ` + g + " admits namespaces by their labels, and b has not those", "Namespace b"},
		{"another kind, as the listener says", "HTTPRoute", "a", "[]", "{name: g, namespace: b, sectionName: grpc}", nil,
			`listener "grpc" of ` + g + " admits [GRPCRoute] only", g},
		{"another kind, by the protocol", "HTTPRoute", "a", "[]", "{name: g, namespace: b, sectionName: tls}", nil,
			`listener "tls" of ` + g + " admits [TLSRoute] only", ""},
		{"another host", "HTTPRoute", "a", "[x.example.org]", "{name: g, namespace: b, sectionName: all}", nil,
			`listener "all" of ` + g + " serves hostname *.example.com, none of [x.example.org]", ""},
	} {
		ix := objects(t, parents+"\n---\n{apiVersion: gateway.networking.k8s.io/v1, kind: "+tt.kind+", metadata: {name: r, namespace: "+tt.namespace+
			"}, spec: {hostnames: "+tt.hosts+", parentRefs: ["+tt.ref+"]}}")
		route, parent := ix.Get(gatewayAPI, tt.kind, tt.namespace, "r"), ix.Get(gatewayAPI, "Gateway", "b", "g")
		ref := route.Items("spec", "parentRefs")[0]
		if !Means(route, ref, parent) {
			t.Errorf("%s: %s does not mean %s", tt.name, tt.ref, parent.Ref())
		}
		got := Attach(ix, route, ref, parent)
		refusal, _ := got.Refused()
		blame := ""
		if refusal.Blame.Name != "" {
			blame = refusal.Blame.String()
		}
		if d := cmp.Diff(tt.listeners, got.Listeners); d != "" || refusal.Why != tt.why || blame != tt.blame {
			t.Errorf("%s: %q blames %q\nwant %q, %q\n%s", tt.name, refusal.Why, blame, tt.why, tt.blame, d)
		}
	}
}

func TestRefusedAt(t *testing.T) {
	t.Parallel()
	ix := objects(t, parents+"\n---\n{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: b}, spec: {hostnames: [x.example.org], parentRefs: [{name: g}]}}")
	route := ix.Get(gatewayAPI, "HTTPRoute", "b", "r")
	got := Attach(ix, route, route.Items("spec", "parentRefs")[0], ix.Get(gatewayAPI, "Gateway", "b", "g"))
	for port, want := range map[int]string{
		80: "", // takes it
		81: "", // has no host of it
		82: `listener "red" of Gateway b/g admits namespaces by their labels, and b has not those`,
		83: `listener "grpc" of Gateway b/g admits [GRPCRoute] only`,
		90: "",
	} {
		if refusal, refused := got.RefusedAt(port); refused != (want != "") || refusal.Why != want {
			t.Errorf("port %d: %q, want %q", port, refusal.Why, want)
		}
	}
}

func TestAttachToSet(t *testing.T) {
	t.Parallel()
	const set = `{apiVersion: gateway.networking.k8s.io/v1, kind: ListenerSet, metadata: {name: s, namespace: a}, spec: {parentRef: {name: g, namespace: b}, listeners: [{name: own, port: 80, protocol: HTTP}]}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: a}, spec: {parentRefs: [{name: s, kind: ListenerSet}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: a}}
---
`
	for allowed, want := range map[string]string{
		"{}": "Gateway b/g admits no ListenerSets: allowedListeners is left out or None",
		"{allowedListeners: {namespaces: {from: None}}}":                                      "Gateway b/g admits no ListenerSets: allowedListeners is left out or None",
		"{allowedListeners: {namespaces: {from: Same}}}":                                      "Gateway b/g admits ListenerSets of its own namespace only, not of a",
		"{allowedListeners: {namespaces: {from: All}}}":                                       "",
		"{allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {x: y}}}}}": "Namespace a has not the labels by which Gateway b/g admits ListenerSets",
	} {
		ix := objects(t, set+"{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g, namespace: b}, spec: "+allowed+"}")
		route := ix.Get(gatewayAPI, "HTTPRoute", "a", "r")
		got := Attach(ix, route, route.Items("spec", "parentRefs")[0], ix.Get(gatewayAPI, "ListenerSet", "a", "s"))
		if refusal, _ := got.Refused(); refusal.Why != want || (want == "") != slices.Equal(got.Listeners, []string{"own"}) {
			t.Errorf("%s: %+v, want %q", allowed, got, want)
		}
	}
}

func TestMeans(t *testing.T) {
	t.Parallel()
	ix := objects(t, parents+"\n---\n{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: b}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: g, namespace: b}}")
	route := object{"metadata": map[string]any{"namespace": "b"}}
	for _, tt := range []struct {
		ref                       object
		managed, classic, service bool
	}{
		{object{"name": "g"}, true, false, false},
		{object{"name": "g", "namespace": "a"}, false, false, false},
		{object{"name": "g", "group": istioNetworking}, false, true, false},
		{object{"name": "g", "group": "", "kind": "Service"}, false, false, true},
		{object{"name": "g", "kind": "Service"}, false, false, false},
	} {
		got := []bool{
			Means(route, tt.ref, ix.Get(gatewayAPI, "Gateway", "b", "g")),
			Means(route, tt.ref, ix.Get(istioNetworking, "Gateway", "b", "g")),
			Means(route, tt.ref, ix.Get("", "Service", "b", "g")),
		}
		if d := cmp.Diff([]bool{tt.managed, tt.classic, tt.service}, got); d != "" {
			t.Errorf("%v (-want +got):\n%s", tt.ref, d)
		}
	}
}
