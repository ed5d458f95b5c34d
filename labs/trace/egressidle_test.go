package trace_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// egressCase is one way to break the way out.
type egressCase struct {
	name    string
	change  func(*egress)
	hops    string // of the path, the server left out
	at      string // "hop.layer" of the break
	culprit string
}

func (tt egressCase) run(t *testing.T) {
	t.Parallel()
	e := newEgress(t)
	tt.change(e)
	p := e.trace()
	var hops []string
	for _, h := range p.Proxies() {
		hops = append(hops, h.Name)
	}
	at, culprit := "", ""
	if r, ok := p.Broken(); ok {
		at = r.Hop + "." + string(r.Layer)
		culprit, _ = r.Facts["culprit"].(string)
	}
	got := []string{strings.Join(hops, " "), at, culprit}
	if d := cmp.Diff([]string{tt.hops, tt.at, tt.culprit}, got); d != "" {
		t.Errorf("hops, break and culprit (-want +got):\n%s", d)
	}
	if tt.at == "" && strings.Trim(marks(p), "h-") != "" {
		t.Errorf("verdicts %s", marks(p))
	}
	if t.Failed() {
		for _, h := range p.Proxies() {
			for _, l := range h.Layers {
				t.Logf("%s %-11s %-9s %s; want %s; got %s", h.Name, l.Layer, l.Verdict, l.Summary, l.Want, l.Got)
			}
		}
	}
}

// TestWayOutNotTaken: a rule or route would have led the request by the egress
// gateway, or to the right server, and is not for it.
func TestWayOutNotTaken(t *testing.T) {
	t.Parallel()
	for _, tt := range []egressCase{
		{"a Sidecar hides the rule that leads to the egress gateway", func(e *egress) {
			straightOut(e)
			e.spec("VirtualService", "mesh", "partner")["hosts"] = []any{partner}
			e.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: default, namespace: mesh}, spec: {egress: [{hosts: ["other/*"]}]}}`)
		}, "sidecar", "sidecar.route", "Sidecar mesh/default"},
		{"a rule of the host that leads elsewhere stands beside the one for the egress gateway", func(e *egress) {
			straightOut(e)
			e.spec("VirtualService", "mesh", "partner")["gateways"] = []any{"egress"}
			e.add(`{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a-timeout, namespace: mesh},
 spec: {hosts: [partner.example.org], http: [{timeout: 5s, route: [{destination: {host: partner.example.org}}]}]}}`)
		}, "sidecar", "sidecar.route", "VirtualService mesh/partner"},
		{"the route of the ServiceEntry is for another port", func(e *egress) {
			straightOut(e)
			e.drop("VirtualService", "mesh", "partner")
			e.add(`{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: to-egress, namespace: mesh},
 spec: {parentRefs: [{group: networking.istio.io, kind: ServiceEntry, name: partner, port: 8080}]}}`)
		}, "sidecar", "sidecar.route", "HTTPRoute mesh/to-egress"},
		{"X5 an entry of another host takes the whole port", func(e *egress) {
			e.request.Via, e.request.To = "", "outside/"+partner
			e.drop("ServiceEntry", "mesh", "partner")
			e.add(`{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: db, namespace: mesh},
 spec: {hosts: [db.example.org], resolution: DNS, ports: [{number: 80, name: tcp, protocol: TCP}]}}`)
			e.sidecar.Listeners[0].Chains[0] = envoy.Chain{Name: "db", Clusters: []string{"outbound|80||db.example.org"}}
			e.sidecar.Clusters = append(e.sidecar.Clusters, envoy.Cluster{Name: "outbound|80||db.example.org", Type: "STRICT_DNS"})
			e.sidecar.Endpoints["outbound|80||db.example.org"] = []envoy.Endpoint{{Address: "203.0.113.8:80", Health: "HEALTHY"}}
			e.logged(labs.Answer{Code: 200, Upstream: true}, "- via_upstream", "")
		}, "sidecar", "sidecar.route", "ServiceEntry mesh/db"},
		{"REGISTRY_ONLY, and an entry of the domain that is another host's", func(e *egress) {
			e.request.Via = ""
			e.drop("VirtualService", "mesh", "partner")
			e.spec("ServiceEntry", "mesh", "partner")["hosts"] = []any{"reports.example.org"}
			e.sidecar.Routes[0].Hosts = []envoy.VirtualHost{{Name: "block_all", Domains: []string{"*"}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Direct: 502}}}}
			e.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: all, namespace: istio-system}, spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}`)
			e.logged(labs.Answer{Code: 502}, "- direct_response", "")
		}, "sidecar", "sidecar.route", "Sidecar istio-system/all"},
		{"a rule of the client's namespace covers the one that has the subset", func(e *egress) {
			subset := "outbound|80|calm|istio-egressgateway.istio-system.svc.cluster.local"
			e.sidecar.Routes[0].Hosts[0].Routes[0].Clusters = []string{subset}
			e.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a-egress, namespace: istio-system},
 spec: {host: istio-egressgateway, subsets: [{name: calm}]}}`)
			e.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: pool, namespace: mesh},
 spec: {host: istio-egressgateway.istio-system.svc.cluster.local, trafficPolicy: {}}}`)
			e.logged(labs.Answer{Code: 503}, "NC cluster_not_found", "")
		}, "sidecar egress", "sidecar.destination", "DestinationRule mesh/pool"},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t) })
	}
}

// straightOut: the sidecar sends to the partner itself, past the egress gateway.
func straightOut(e *egress) {
	e.sidecar.Routes[0].Hosts[0].Routes[0] = envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{partnerSE}}
	e.sidecar.Clusters = append(e.sidecar.Clusters, envoy.Cluster{Name: partnerSE, Type: "STRICT_DNS"})
	e.sidecar.Endpoints[partnerSE] = []envoy.Endpoint{{Address: "203.0.113.7:80", Health: "HEALTHY"}}
	e.logged(labs.Answer{Code: 200, Upstream: true}, "- via_upstream", "")
}
