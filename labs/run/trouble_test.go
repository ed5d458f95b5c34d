package run

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func TestTroubleNamesAnAPIThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	const why = "watch: dial unix /x/api.sock: connect: connection refused"
	s := snapshot.Snapshot{Missing: map[string]string{"Deployment": why, "Service": why, "Pod": why}}
	got, _ := trouble(needs{}, index(s))
	if !strings.Contains(got, "API does not answer (connection refused)") || !strings.Contains(got, "gatedrill cluster up") {
		t.Errorf("%q", got)
	}
	delete(s.Missing, "Service")
	if got, _ := trouble(needs{}, index(s)); got != "" {
		t.Errorf("one kind alone is no trouble of the API: %q", got)
	}
}

func TestTroubleNamesNamespacesThatAreGone(t *testing.T) {
	t.Parallel()
	object := func(kind, ns, name string) labs.Manifest {
		return labs.Manifest{Object: map[string]any{"kind": kind, "metadata": map[string]any{"namespace": ns, "name": name}}}
	}
	world := labs.World{Change: labs.Change{Objects: []labs.Manifest{object("Namespace", "", "shop"), object("ConfigMap", "internet", "zone")}}}
	lab := &labs.Lab{
		Base:  labs.Change{Objects: []labs.Manifest{object("Service", "orders", "orders"), object("Namespace", "", "spare")}},
		Fault: labs.Change{Ops: []labs.Op{{Delete: &labs.Object{Kind: "Namespace", Name: "spare"}}}},
	}
	n := needsOf(world, lab)
	s := snapshot.Snapshot{Objects: []snapshot.Object{object("Namespace", "", "shop").Object, object("Namespace", "", "internet").Object, object("Namespace", "", "orders").Object}}
	if got, _ := trouble(n, index(s)); got != "" {
		t.Errorf("all are there: %q", got)
	}
	s.Objects[1]["metadata"].(map[string]any)["deletionTimestamp"] = "2026-11-25T12:00:00Z"
	s.Objects = s.Objects[1:]
	if got, _ := trouble(n, index(s)); !strings.Contains(got, "Namespace internet, shop is gone") || !strings.Contains(got, "gatedrill lab reset") {
		t.Errorf("two are gone: %q", got)
	}
	s.Missing = map[string]string{"Namespace": "forbidden"}
	if got, _ := trouble(n, index(s)); got != "" {
		t.Errorf("what cannot be seen is not gone: %q", got)
	}
}

// A lab's world: a shop of one route behind the ingress gateway, and a gateway
// of its own.
func shopWorld() (lab *labs.Lab, all []snapshot.Object) {
	const istio, k8s = "networking.istio.io/v1", "gateway.networking.k8s.io/v1"
	lab = &labs.Lab{
		Requests:     map[string]labs.Request{"main": {From: "outside"}, "other": {From: "shop/till", Via: "istio-system/istio-egressgateway"}},
		Certificates: []labs.Certificate{{Secret: "istio-system/shop-cert"}, {Client: "till"}},
		Base: labs.Change{Objects: []labs.Manifest{
			manifest("VirtualService", istio, "shop", "shop", nil),
			manifest("Service", "v1", "shop", "shop", nil),
			manifest("Deployment", "apps/v1", "shop", "shop", nil),
			manifest("Deployment", "apps/v1", "shop", "spare", map[string]any{"replicas": 0}),
			manifest("Gateway", k8s, "shop", "front", map[string]any{"gatewayClassName": "istio"}),
			manifest("Gateway", k8s, "shop", "usher", map[string]any{"gatewayClassName": "istio-waypoint"}),
		}},
	}
	for _, m := range lab.Base.Objects {
		all = append(all, m.Object)
	}
	for _, ref := range [][2]string{{"istio-system", "istiod"}, {"istio-system", "istio-ingressgateway"}, {"istio-system", "istio-egressgateway"},
		{"shop", "front-istio"}, {"shop", "usher"}} {
		all = append(all, manifest("Deployment", "apps/v1", ref[0], ref[1], nil).Object, manifest("Service", "v1", ref[0], ref[1], nil).Object)
	}
	all = append(all, manifest("Secret", "v1", "istio-system", "shop-cert", nil).Object)
	for _, o := range all {
		if o.Kind() == "Deployment" && o.Name() != "spare" {
			o["status"] = map[string]any{"availableReplicas": int64(1)}
		}
	}
	return lab, all
}

func shopSeen(all []snapshot.Object) snapshot.Snapshot {
	return snapshot.Snapshot{Objects: all, Kinds: []string{"Deployment.apps", "Secret", "Service", "VirtualService.networking.istio.io",
		"Gateway.gateway.networking.k8s.io", "Gateway.networking.istio.io"}}
}

// without leaves out an object, by its kind, namespace and name.
func without(all []snapshot.Object, name string) []snapshot.Object {
	var out []snapshot.Object
	for _, o := range all {
		if o.Ref().String() != name {
			out = append(out, o)
		}
	}
	return out
}

func TestTroubleNamesWhatIsGone(t *testing.T) {
	t.Parallel()
	lab, all := shopWorld()
	n := needsOf(labs.World{}, lab)
	if got, _ := trouble(n, index(shopSeen(all))); got != "" {
		t.Fatalf("all are there: %q", got)
	}
	for _, name := range []string{"VirtualService shop/shop", "Service shop/shop", "Deployment shop/shop", "Gateway shop/front", "Secret istio-system/shop-cert",
		"Deployment istio-system/istiod", "Deployment istio-system/istio-ingressgateway", "Service istio-system/istio-ingressgateway",
		"Deployment istio-system/istio-egressgateway", "Deployment shop/front-istio", "Service shop/front-istio", "Deployment shop/usher"} {
		left := without(all, name)
		if got, _ := trouble(n, index(shopSeen(left))); !strings.HasPrefix(got, name+" is gone") || !strings.Contains(got, "gatedrill lab reset") {
			t.Errorf("%s: %q", name, got)
		}
		s := shopSeen(left)
		s.Missing = map[string]string{strings.Fields(name)[0]: "forbidden"}
		if got, _ := trouble(n, index(s)); got != "" {
			t.Errorf("%s cannot be seen, which is not gone: %q", name, got)
		}
		if s = shopSeen(left); len(s.Kinds) > 0 {
			s.Kinds = nil
		}
		if got, _ := trouble(n, index(s)); got != "" {
			t.Errorf("%s was not looked for, which is not gone: %q", name, got)
		}
	}
	if got, _ := trouble(n, index(shopSeen(nil))); !strings.Contains(got, "more are gone") {
		t.Errorf("much is gone: %q", got)
	}
}

// A revision of istiod bears another name.
func TestTroubleKnowsRevisions(t *testing.T) {
	t.Parallel()
	lab, all := shopWorld()
	for _, kind := range []string{"Deployment", "Service"} {
		all = without(all, kind+" istio-system/istiod")
		o := snapshot.Object(manifest(kind, map[string]string{"Deployment": "apps/v1", "Service": "v1"}[kind], "istio-system", "istiod-1-31", nil).Object)
		o["metadata"].(map[string]any)["labels"] = map[string]any{"app": "istiod"}
		o["status"] = map[string]any{"availableReplicas": int64(1)}
		all = append(all, o)
	}
	if got, _ := trouble(needsOf(labs.World{}, lab), index(shopSeen(all))); got != "" {
		t.Errorf("%q", got)
	}
}

// What the fault takes away or spoils is for the learner to find, and to mend
// in more than one way.
func TestTroubleKeepsTheSecret(t *testing.T) {
	t.Parallel()
	deletion := func(kind, ns, name string) labs.Change {
		return labs.Change{Ops: []labs.Op{{Delete: &labs.Object{Kind: kind, Namespace: ns, Name: name}}}}
	}
	patch := func(kind, ns, name string) labs.Change {
		return labs.Change{Ops: []labs.Op{{Patch: &labs.Patch{Object: labs.Object{Kind: kind, Namespace: ns, Name: name}}}}}
	}
	restart := labs.Change{Ops: []labs.Op{{Restart: &labs.Object{Kind: "Deployment", Namespace: "istio-system", Name: "istio-ingressgateway"}}}}
	route := func(kind, version, name string) snapshot.Object {
		return manifest(kind, version, "shop", name, nil).Object
	}
	const gateway = "Deployment istio-system/istio-ingressgateway"
	for _, c := range []struct {
		name  string
		fault labs.Change
		gone  string // of the cluster
		still string // Deployment without a ready pod
		more  []snapshot.Object
		want  string
		may   bool // be well all the same
	}{
		{name: "the fault deletes it", fault: deletion("Secret", "istio-system", "shop-cert"), gone: "Secret istio-system/shop-cert"},
		{name: "the learner deletes it beside another fault", fault: deletion("VirtualService", "shop", "shop"), gone: "Secret istio-system/shop-cert", want: "Secret istio-system/shop-cert is gone"},
		{name: "the learner deletes what the fault spoils", fault: patch("VirtualService", "shop", "shop"), gone: "VirtualService shop/shop", want: "VirtualService shop/shop is gone", may: true},
		{name: "the learner deletes what was not spoiled", fault: patch("Service", "shop", "shop"), gone: "VirtualService shop/shop", want: "VirtualService shop/shop is gone"},
		{name: "another route does its work", gone: "VirtualService shop/shop", more: []snapshot.Object{route("HTTPRoute", "gateway.networking.k8s.io/v1", "mine")}, want: "VirtualService shop/shop is gone", may: true},
		{name: "the fault's own route is nobody's repair", fault: patch("HTTPRoute", "shop", "stray"), gone: "VirtualService shop/shop", more: []snapshot.Object{route("HTTPRoute", "gateway.networking.k8s.io/v1", "stray")}, want: "VirtualService shop/shop is gone"},
		{name: "no Service stands in for one", gone: "Service shop/shop", more: []snapshot.Object{route("Service", "v1", "mine")}, want: "Service shop/shop is gone"},
		{name: "the gateway fell over", still: gateway, want: "istio-ingressgateway has no ready pod"},
		{name: "the gateway fell over after a restart that belongs to the fault", fault: restart, still: gateway, want: "istio-ingressgateway has no ready pod"},
		{name: "the fault changes the gateway's Deployment", fault: patch("Deployment", "istio-system", "istio-ingressgateway"), still: gateway},
		{name: "the fault keeps pods from starting", fault: patch("ResourceQuota", "istio-system", "few"), still: gateway},
		{name: "in another namespace", fault: patch("ResourceQuota", "shop", "few"), still: gateway, want: "istio-ingressgateway has no ready pod"},
		{name: "by a Secret that pods do not mount", fault: patch("Secret", "istio-system", "shop-cert"), still: gateway, want: "istio-ingressgateway has no ready pod"},
		{name: "the fault deletes istiod", fault: deletion("Deployment", "istio-system", "istiod"), gone: "Deployment istio-system/istiod"},
	} {
		lab, all := shopWorld()
		lab.Fault = c.fault
		all = append(without(all, c.gone), c.more...)
		for _, o := range all {
			if o.Ref().String() == c.still {
				o["status"] = map[string]any{}
			}
		}
		got, may := trouble(needsOf(labs.World{}, lab), index(shopSeen(all)))
		if c.want == "" && got != "" || !strings.Contains(got, c.want) || may != c.may {
			t.Errorf("%s: %q and %v, want %q and %v", c.name, got, may, c.want, c.may)
		}
	}
}

func TestTroubleTellsScaledFromFallen(t *testing.T) {
	t.Parallel()
	lab, all := shopWorld()
	usher := labs.Object{Kind: "Deployment", Namespace: "shop", Name: "usher"}
	lab.Fault = labs.Change{Ops: []labs.Op{{Patch: &labs.Patch{Object: usher, Merge: map[string]any{"spec": map[string]any{"paused": true}}}}}}
	for _, o := range all {
		if o.Ref().String() == "Deployment shop/usher" {
			o["spec"], o["status"] = map[string]any{"replicas": int64(0)}, map[string]any{}
		}
	}
	got, _ := trouble(needsOf(labs.World{}, lab), index(shopSeen(all)))
	if !strings.Contains(got, "Deployment shop/usher is scaled to 0: nothing passes the waypoint") || !strings.Contains(got, "kubectl scale -n shop deployment/usher --replicas=1") {
		t.Errorf("%q", got)
	}
	for _, patch := range []labs.Patch{
		{Object: usher, Merge: map[string]any{"spec": map[string]any{"replicas": 0}}},
		{Object: usher, JSON: []any{map[string]any{"op": "replace", "path": "/spec/replicas", "value": 0}}},
	} {
		lab.Fault = labs.Change{Ops: []labs.Op{{Patch: &patch}}}
		if got, _ := trouble(needsOf(labs.World{}, lab), index(shopSeen(all))); got != "" {
			t.Errorf("the fault scales it: %q", got)
		}
	}
}

// Envoy goes on with what it had: all holds, until its next start.
func TestTroubleTellsWhatEnvoyRefuses(t *testing.T) {
	t.Parallel()
	lab, all := shopWorld()
	s := shopSeen(all)
	old := &envoy.Config{Clusters: []envoy.Cluster{{Name: "outbound|80||shop"}}}
	s.Proxies = []snapshot.Proxy{{Namespace: "istio-system", Pod: "gw-1", Config: old, Refused: []envoy.Refusal{
		{Kind: "secret", Name: "x"}, {Kind: "cluster", Name: "never taken, and sent no more"}, {Kind: "cluster", Name: "outbound|80||shop", Details: "no such field."}}}}
	n := needsOf(labs.World{}, lab)
	if got, _ := trouble(n, index(s)); got != "" {
		t.Errorf("the change was taken back, which the log does not tell: %q", got)
	}
	s.Objects = append(s.Objects, manifest("EnvoyFilter", "networking.istio.io/v1alpha3", "istio-system", "mine", nil).Object)
	got, _ := trouble(n, index(s))
	if !strings.Contains(got, "Envoy of pod istio-system/gw-1 refuses its latest cluster outbound|80||shop") || !strings.Contains(got, "no such field. Take back EnvoyFilter istio-system/mine, or reset") {
		t.Errorf("%q", got)
	}
	lab.Fault = labs.Change{Ops: []labs.Op{{Patch: &labs.Patch{Object: labs.Object{Kind: "EnvoyFilter", Namespace: "istio-system", Name: "own"}}}}}
	if got, _ := trouble(needsOf(labs.World{}, lab), index(s)); got != "" {
		t.Errorf("that is the fault: %q", got)
	}
	lab.Fault, s.Objects = labs.Change{}, s.Objects[:len(s.Objects)-1]
	old.Refused = []envoy.Refusal{{Kind: "listener", Name: "0.0.0.0_8443", Details: "no lua"}}
	if got, _ := trouble(needsOf(labs.World{}, lab), index(s)); !strings.Contains(got, "refuses its latest listener 0.0.0.0_8443") {
		t.Errorf("a listener's refusal is exact: %q", got)
	}
}

func index(s snapshot.Snapshot) seen { return seen{s, snapshot.IndexOf(s.Objects)} }
