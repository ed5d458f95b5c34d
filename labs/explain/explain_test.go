package explain

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
)

const shop = "https://shop.example.com/cart"

var (
	pod     = labs.Object{Kind: "Pod", Namespace: "istio-system", Name: "gw-1"}
	egress  = labs.Object{Kind: "Pod", Namespace: "istio-egress", Name: "out-1"}
	sidecar = labs.Object{Kind: "Pod", Namespace: "mesh", Name: "client-1"}
	zone    = labs.Object{Kind: "ConfigMap", Namespace: "drill-internet", Name: "public-dns"}
	service = labs.Object{Kind: "Service", Namespace: "istio-system", Name: "istio-ingressgateway"}
)

func object(group, kind, name string) labs.Object {
	return labs.Object{Group: group, Kind: kind, Namespace: "shop", Name: name}
}

// at is the path of a request that gets its answer at one report of a hop;
// what comes before is healthy.
func at(role labs.Role, proxy labs.Object, r labs.LayerReport) labs.Path {
	h := labs.Hop{Name: string(role), Role: role, Proxy: proxy}
	for _, l := range labs.Layers() {
		x := labs.LayerReport{Layer: l, Hop: h.Name, Verdict: labs.Healthy, Summary: "fine"}
		switch l {
		case r.Layer:
			r.Hop = h.Name
			if r.Facts == nil {
				r.Facts = map[string]any{}
			}
			x = r
		case labs.LayerEntry:
			x.Facts = map[string]any{"service": service.String(), "pods": []string{pod.String()}, "targetPort": 8443}
		}
		h.Layers = append(h.Layers, x)
	}
	hops := []labs.Hop{h}
	if role == labs.RoleEgress || role == labs.RoleWaypoint {
		hops = append([]labs.Hop{{Name: "sidecar", Role: labs.RoleSidecar, Proxy: sidecar, Layers: []labs.LayerReport{{Layer: labs.LayerRoute, Hop: "sidecar", Verdict: labs.Healthy}}}}, hops...)
	}
	return labs.Path{Request: labs.Request{URL: shop}, Hops: append(hops, labs.Hop{Name: "server", Role: labs.RoleServer}), Answer: labs.Answer{Observed: true, Code: 404, Flag: "NR", Details: "route_not_found"}}
}

func broken(l labs.Layer, o labs.Object, facts map[string]any) labs.LayerReport {
	return labs.LayerReport{Layer: l, Verdict: labs.Broken, Summary: "it is not so", Want: "this", Got: "that", Objects: []labs.Object{o}, Facts: facts}
}

// TestEveryLayerIsExplained: for each layer and hop a sentence and two
// commands.
func TestEveryLayerIsExplained(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		path     labs.Path
		sentence string
		commands []string
	}{
		{
			"dns of a zone in the cluster", at(labs.RoleGateway, pod, broken(labs.LayerDNS, zone, nil)),
			shop + " answers 404 (NR route_not_found) because of ConfigMap drill-internet/public-dns (dns): it is not so; wanted: this; found: that.",
			[]string{"kubectl get configmap public-dns -n drill-internet -o yaml", "kubectl get service istio-ingressgateway -n istio-system -o wide"},
		},
		{
			"dns of the world", at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerDNS, Verdict: labs.Broken, Summary: "no address"}),
			shop + " answers 404 (NR route_not_found) because of dns: no address.",
			[]string{"getent hosts shop.example.com", "kubectl get service istio-ingressgateway -n istio-system -o wide"},
		},
		{
			"entry", at(labs.RoleGateway, pod, broken(labs.LayerEntry, service, map[string]any{"service": service.String()})),
			shop + " answers 404 (NR route_not_found) because of Service istio-system/istio-ingressgateway (entry): it is not so; wanted: this; found: that.",
			[]string{"kubectl get endpointslices -n istio-system -l kubernetes.io/service-name=istio-ingressgateway", "kubectl get service istio-ingressgateway -n istio-system -o yaml"},
		},
		{
			"listener of a classic Gateway", at(labs.RoleGateway, pod, broken(labs.LayerListener, object("networking.istio.io", "Gateway", "public"), nil)),
			shop + " answers 404 (NR route_not_found) because of Gateway shop/public (listener): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config listeners gw-1 -n istio-system --port 8443", "kubectl get gateway.networking.istio.io public -n shop -o yaml"},
		},
		{
			"listener of the Gateway API, its own port first", at(labs.RoleGateway, pod, broken(labs.LayerListener, object("gateway.networking.k8s.io", "Gateway", "public"), map[string]any{"port": 443.0})),
			shop + " answers 404 (NR route_not_found) because of Gateway shop/public (listener): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config listeners gw-1 -n istio-system --port 443", "kubectl get gateway.gateway.networking.k8s.io public -n shop -o yaml"},
		},
		{
			"tls: no command prints a key", at(labs.RoleGateway, pod, broken(labs.LayerTLS, object("", "Secret", "shop-cert"), nil)),
			shop + " answers 404 (NR route_not_found) because of Secret shop/shop-cert (tls): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config secret gw-1 -n istio-system", "kubectl describe secret shop-cert -n shop"},
		},
		{
			"route, the hop's pod known by a fact alone", at(labs.RoleGateway, labs.Object{}, broken(labs.LayerRoute, object("networking.istio.io", "VirtualService", "shop"), map[string]any{"name": "https.443.https.public.shop"})),
			shop + " answers 404 (NR route_not_found) because of VirtualService shop/shop (route): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config routes gw-1 -n istio-system --name https.443.https.public.shop", "kubectl get virtualservice.networking.istio.io shop -n shop -o yaml"},
		},
		{
			"destination at an egress gateway", at(labs.RoleEgress, egress, broken(labs.LayerDestination, object("networking.istio.io", "DestinationRule", "api"), map[string]any{"cluster": "outbound|443||api.example.org"})),
			shop + " answers 404 (NR route_not_found) because of DestinationRule shop/api (destination at the egress): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config endpoints out-1 -n istio-egress --cluster 'outbound|443||api.example.org'", "kubectl get destinationrule.networking.istio.io api -n shop -o yaml"},
		},
		{
			"a policy at a waypoint", at(labs.RoleWaypoint, pod, broken(labs.LayerDestination, object("security.istio.io", "AuthorizationPolicy", "deny"), nil)),
			shop + " answers 404 (NR route_not_found) because of AuthorizationPolicy shop/deny (destination at the waypoint): it is not so; wanted: this; found: that.",
			[]string{"istioctl experimental authz check gw-1 -n istio-system", "kubectl get authorizationpolicy.security.istio.io deny -n shop -o yaml"},
		},
		{
			"a host outside is no object of the cluster", at(labs.RoleEgress, egress, broken(labs.LayerDestination, labs.Object{Kind: "Host", Name: "api.example.org"}, nil)),
			shop + " answers 404 (NR route_not_found) because of Host api.example.org (destination at the egress): it is not so; wanted: this; found: that.",
			[]string{"istioctl proxy-config endpoints out-1 -n istio-egress", "kubectl get destinationrules,serviceentries,authorizationpolicies,peerauthentications -A"},
		},
		{
			"past the mesh there are no endpoints to look at", at(labs.RoleSidecar, sidecar, labs.LayerReport{Layer: labs.LayerDestination, Verdict: labs.Unknown, Summary: "goes straight to it", Facts: map[string]any{"cluster": "PassthroughCluster"}}),
			shop + " answers 404 (NR route_not_found); whether destination is healthy is not known: goes straight to it.",
			[]string{"istioctl proxy-config listeners client-1 -n mesh --port 8443", "kubectl get sidecars.networking.istio.io,serviceentries -A"},
		},
		{
			"unknown", at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerTLS, Verdict: labs.Unknown, Summary: "Secret not observed: forbidden."}),
			shop + " answers 404 (NR route_not_found); whether tls is healthy is not known: Secret not observed: forbidden.",
			[]string{"istioctl proxy-config secret gw-1 -n istio-system", "kubectl get gateways.networking.istio.io,gateways.gateway.networking.k8s.io -A -o yaml"},
		},
		{
			"nothing was walked", labs.Path{Request: labs.Request{URL: shop, Method: "POST", From: "mesh/client"}},
			"POST " + shop + " from mesh/client was not looked at.",
			[]string{"istioctl proxy-status", "kubectl get services -A"},
		},
	} {
		if diff := cmp.Diff(tt.sentence, Sentence(tt.path)); diff != "" {
			t.Errorf("%s: sentence (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.commands, Commands(tt.path, Tools{})); diff != "" {
			t.Errorf("%s: commands (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestSentenceOfAnswers(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]labs.Answer{
		"answers 200, and":                    {Observed: true, Code: 200, Details: "via_upstream"},
		"answers 503 (UF), and":               {Observed: true, Code: 503, Flag: "UF"},
		"is not resolved, and":                {Observed: true, Error: "dns"},
		"is refused a connection, and":        {Observed: true, Error: "refused"},
		"is cut off (connection reset), and":  {Observed: true, Error: "reset"},
		"gets no answer in time, and":         {Observed: true, Error: "timeout"},
		"reaches nobody (host unreachable)":   {Observed: true, Error: "unreachable"},
		"fails in the TLS handshake (x), and": {Observed: true, Error: "tls: x"},
		"fails (odd), and":                    {Observed: true, Error: "odd"},
		"is answered, and":                    {Observed: true},
		"was not asked for, and":              {Error: "no way in"},
	} {
		p := at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerRoute, Verdict: labs.Healthy})
		p.Answer = a
		got := Sentence(p)
		if len(got) < len(shop)+len(want)+1 || got[len(shop)+1:len(shop)+1+len(want)] != want {
			t.Errorf("%+v: %q, want %q", a, got, want)
		}
	}
}

// TestSentenceOfAGoodAnswerThatIsWrong: a 200 is not there because of a fault.
func TestSentenceOfAGoodAnswerThatIsWrong(t *testing.T) {
	t.Parallel()
	p := at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerRoute, Verdict: labs.Broken, Summary: "another server answered"})
	p.Answer = labs.Answer{Observed: true, Code: 200}
	if diff := cmp.Diff(shop+" answers 200, not as it should, because of route: another server answered.", Sentence(p)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHealthyPathShowsItsEnd: there is evidence for what is well, too, in the
// words of where it is run.
func TestHealthyPathShowsItsEnd(t *testing.T) {
	t.Parallel()
	p := at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerDestination, Verdict: labs.Healthy, Objects: []labs.Object{object("", "Service", "cart")}, Facts: map[string]any{"cluster": "outbound|80||cart"}})
	want := []string{"istioctl --context dev proxy-config endpoints gw-1 -n istio-system --cluster 'outbound|80||cart'", "kubectl --context dev get service cart -n shop -o yaml"}
	if diff := cmp.Diff(want, Commands(p, Tools{Kubectl: "kubectl --context dev", Istioctl: "istioctl --context dev"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a-b.c/d": "a-b.c/d", "": "''", "a|b": "'a|b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "*.a": "'*.a'"} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestTogether: what lacks for one reason is one line; a refusal is the same
// reason for every kind, and another one for every right.
func TestTogether(t *testing.T) {
	t.Parallel()
	const no = ` is forbidden: User "jo" cannot `
	route, tls := []labs.Layer{labs.LayerRoute}, []labs.Layer{labs.LayerTLS}
	got := Together([]Unseen{
		{What: "Secret", Why: "list secrets: secrets" + no + `list resource "secrets" in API group "" at the cluster scope`, Layers: tls},
		{What: "VirtualService", Why: "list virtualservices: virtualservices" + no + `list resource "virtualservices" in API group "x" at the cluster scope`, Layers: route},
		{What: "Pod", Why: "only those in a, b were seen: list pods: pods" + no + `list resource "pods" in API group "" at the cluster scope`, Layers: route},
		{What: "dns", Why: "slow"},
		{What: "proxy a/b", Why: "read Envoy of a/b: pods \"b\"" + no + `create resource "pods/portforward" in API group "" in the namespace "a"`, Layers: route},
		{What: "proxy a/c", Why: "read Envoy of a/c: pods \"c\"" + no + `create resource "pods/portforward" in API group "" in the namespace "a"`, Layers: route},
	})
	want := []Unseen{
		{What: "Secret, VirtualService", Why: `User "jo" may not list them`, Layers: []labs.Layer{labs.LayerTLS, labs.LayerRoute}},
		{What: "Pod", Why: `only those in a, b were seen: User "jo" may not list the others`, Layers: route},
		{What: "dns", Why: "slow"},
		{What: "proxy a/b, a/c", Why: `User "jo" may not create pods/portforward`, Layers: route},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMissingNamesTheUnknownLayers(t *testing.T) {
	t.Parallel()
	p := at(labs.RoleGateway, pod, labs.LayerReport{Layer: labs.LayerTLS, Verdict: labs.Unknown})
	got := Missing(p, map[string]string{"Secret": "forbidden", "proxy a/b": "away", "VirtualService": "slow"})
	want := []Unseen{
		{What: "Secret", Why: "forbidden", Layers: []labs.Layer{labs.LayerTLS}},
		{What: "VirtualService", Why: "slow", Layers: []labs.Layer{}},
		{What: "proxy a/b", Why: "away", Layers: []labs.Layer{labs.LayerTLS}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := Missing(p, nil); got == nil || len(got) != 0 {
		t.Errorf("nothing is missing: %#v", got)
	}
}
