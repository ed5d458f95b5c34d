package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const (
	partner    = "partner.example.org"
	partnerSE  = "outbound|80||partner.example.org"
	toEgress   = "outbound|80||istio-egressgateway.istio-system.svc.cluster.local"
	egressPath = "/apis/networking.istio.io/v1/namespaces/mesh/virtual-service/partner"
)

const egressObjects = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: client, namespace: mesh}, spec: {selector: {matchLabels: {app: client}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: client-1, namespace: mesh, labels: {app: client}},
 spec: {containers: [{name: app}], initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running, podIP: 10.244.0.20}}
---
{apiVersion: v1, kind: Service, metadata: {name: istio-egressgateway, namespace: istio-system},
 spec: {clusterIP: 10.96.0.9, selector: {istio: egressgateway}, ports: [{name: http, port: 80, targetPort: 8080}]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: egress-1, namespace: istio-system, labels: {kubernetes.io/service-name: istio-egressgateway}},
 ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.244.0.30], conditions: {ready: true}}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: egress-1, namespace: istio-system, labels: {istio: egressgateway}},
 spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.244.0.30}}
---
{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: partner, namespace: mesh},
 spec: {hosts: [partner.example.org], resolution: DNS, location: MESH_EXTERNAL, ports: [{number: 80, name: http, protocol: HTTP}]}}
---
{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: egress, namespace: mesh},
 spec: {selector: {istio: egressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [partner.example.org]}]}}
---
{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: partner, namespace: mesh},
 spec: {hosts: [partner.example.org], gateways: [mesh, egress], http: [
  {match: [{gateways: [mesh]}], route: [{destination: {host: istio-egressgateway.istio-system.svc.cluster.local, port: {number: 80}}}]},
  {match: [{gateways: [egress]}], route: [{destination: {host: partner.example.org, port: {number: 80}}}]}]}}`

// egress is a workload whose requests to a partner pass the egress gateway.
type egress struct {
	*world
	sidecar, gateway *envoy.Config
}

func newEgress(t *testing.T) *egress {
	t.Helper()
	w := newWorld(t)
	w.add(egressObjects)
	w.request = labs.Request{Name: "main", From: "mesh/client", URL: "http://" + partner + "/v1", Via: "istio-system/istio-egressgateway"}
	w.snap.Zone[partner] = []string{"203.0.113.7"}
	e := &egress{world: w}
	e.sidecar = &envoy.Config{
		Listeners: []envoy.Listener{
			{Name: "0.0.0.0_80", Address: "0.0.0.0", Port: 80, Chains: []envoy.Chain{{HTTP: true, Route: "80"}}},
			{Name: "virtualOutbound", Address: "0.0.0.0", Port: 15001, Chains: []envoy.Chain{
				{Name: "virtualOutbound-catchall-tcp", Clusters: []string{"PassthroughCluster"}},
			}},
		},
		Routes: []envoy.RouteConfig{{Name: "80", Hosts: []envoy.VirtualHost{
			{Name: partner + ":80", Domains: []string{partner}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{toEgress}, Config: egressPath}}},
			{Name: "allow_any", Domains: []string{"*"}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{"PassthroughCluster"}}}},
		}}},
		Clusters:  []envoy.Cluster{{Name: toEgress, Type: "EDS", Sockets: byPeer()}, {Name: "PassthroughCluster", Type: "ORIGINAL_DST"}},
		Endpoints: map[string][]envoy.Endpoint{toEgress: {{Address: "10.244.0.30:8080", Health: "HEALTHY"}}},
	}
	e.gateway = &envoy.Config{
		Listeners: []envoy.Listener{{Name: "0.0.0.0_8080", Address: "0.0.0.0", Port: 8080, Chains: []envoy.Chain{{HTTP: true, Route: "http.8080"}}}},
		Routes: []envoy.RouteConfig{{Name: "http.8080", IgnorePort: true, Hosts: []envoy.VirtualHost{
			{Name: partner + ":80", Domains: []string{partner}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{partnerSE}, Config: egressPath}}},
		}}},
		Clusters:  []envoy.Cluster{{Name: partnerSE, Type: "STRICT_DNS"}},
		Endpoints: map[string][]envoy.Endpoint{partnerSE: {{Address: "203.0.113.7:80", Health: "HEALTHY"}}},
	}
	e.logged(labs.Answer{Code: 200, Upstream: true}, "- via_upstream", "- via_upstream")
	return e
}

// logged is an answer with what sidecar and egress gateway logged of it, as
// "flag details"; "" is no line.
func (e *egress) logged(a labs.Answer, sidecar, gateway string) {
	for pod, text := range map[string]string{"mesh/client-1": sidecar, "istio-system/egress-1": gateway} {
		if text == "" {
			continue
		}
		ns, name, _ := strings.Cut(pod, "/")
		flag, details, _ := strings.Cut(text, " ")
		l := labs.ProxyLog{Proxy: labs.Object{Kind: "Pod", Namespace: ns, Name: name}, Code: a.Code, Flag: strings.Trim(flag, "-"), Details: details, Line: text}
		a.Logs = append(a.Logs, l)
	}
	flag, details, _ := strings.Cut(sidecar, " ")
	a.Flag, a.Details = strings.Trim(flag, "-"), details
	e.answer(a, nil)
}

// lacksClientCertificate: a rule names a Secret for TLS to the partner, and the
// egress gateway waits for it in vain.
func (e *egress) lacksClientCertificate() {
	e.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: partner, namespace: mesh},
 spec: {host: partner.example.org, trafficPolicy: {tls: {mode: MUTUAL, credentialName: partner-client}}}}`)
	e.gateway.Clusters[0].Config = "/apis/networking.istio.io/v1/namespaces/mesh/destination-rule/partner"
	e.gateway.Clusters[0].TLS = &envoy.UpstreamTLS{Secrets: []string{"kubernetes://partner-client"}, CA: "kubernetes://partner-client-cacert"}
	e.gateway.Secrets = []envoy.Secret{{Name: "kubernetes://partner-client", Warming: true}}
	e.logged(labs.Answer{Code: 503, Upstream: true}, "- via_upstream",
		"URX,UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:_Secret_is_not_supplied_by_SDS}")
}

func (e *egress) trace() labs.Path {
	s := e.snapshot()
	s.Proxies = append(s.Proxies,
		snapshot.Proxy{Namespace: "mesh", Pod: "client-1", Config: e.sidecar},
		snapshot.Proxy{Namespace: "istio-system", Pod: "egress-1", Config: e.gateway})
	return trace.Trace(e.request, s)
}

// TestEgress breaks each hop of the way out.
func TestEgress(t *testing.T) {
	t.Parallel()
	for _, tt := range []egressCase{
		{"healthy by the egress gateway", func(*egress) {}, "sidecar egress", "", ""},
		{"X6 the VirtualService lacks mesh: a 200 past the gateway", func(e *egress) {
			e.spec("VirtualService", "mesh", "partner")["gateways"] = []any{"egress"}
			e.sidecar.Routes[0].Hosts[0].Routes[0] = envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{partnerSE}}
			e.sidecar.Clusters = append(e.sidecar.Clusters, envoy.Cluster{Name: partnerSE, Type: "STRICT_DNS"})
			e.sidecar.Endpoints[partnerSE] = []envoy.Endpoint{{Address: "203.0.113.7:80", Health: "HEALTHY"}}
			e.logged(labs.Answer{Code: 200, Upstream: true}, "- via_upstream", "")
		}, "sidecar", "sidecar.route", "VirtualService mesh/partner"},
		{"a workload without sidecar walks past everything", func(e *egress) {
			delete(e.spec("Pod", "mesh", "client-1"), "initContainers")
			e.answer(labs.Answer{Code: 200}, nil)
		}, "sidecar", "sidecar.entry", "Deployment mesh/client"},
		{"X7 no rule for the egress gateway: it has no listener", func(e *egress) {
			e.gateway.Listeners = nil
			e.drop("Gateway", "mesh", "egress")
			e.logged(labs.Answer{Code: 503}, "UF,URX upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}", "")
		}, "sidecar egress", "egress.listener", "VirtualService mesh/partner"},
		{"X8 the second hop's host is misspelt", func(e *egress) {
			e.gateway.Routes[0].Hosts = []envoy.VirtualHost{{Name: "blackhole:80", Domains: []string{"*"}}}
			e.spec("Gateway", "mesh", "egress")["servers"].([]any)[0].(map[string]any)["hosts"] = []any{"partner.exmaple.org"}
			e.logged(labs.Answer{Code: 404, Upstream: true}, "- via_upstream", "NR route_not_found")
		}, "sidecar egress", "egress.route", "Gateway mesh/egress"},
		{"case 16: the egress gateway may not see the ServiceEntry", func(e *egress) {
			e.spec("ServiceEntry", "mesh", "partner")["exportTo"] = []any{"."}
			e.gateway.Clusters, e.gateway.Endpoints = nil, nil
			e.logged(labs.Answer{Code: 503, Upstream: true}, "- via_upstream", "NC cluster_not_found")
		}, "sidecar egress", "egress.destination", "ServiceEntry mesh/partner"},
		{"X1 REGISTRY_ONLY and no entry", func(e *egress) {
			e.request.Via = ""
			e.drop("ServiceEntry", "mesh", "partner")
			e.drop("VirtualService", "mesh", "partner")
			e.sidecar.Routes[0].Hosts = []envoy.VirtualHost{{Name: "block_all", Domains: []string{"*"}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Direct: 502}}}}
			e.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: default, namespace: mesh}, spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}`)
			e.logged(labs.Answer{Code: 502}, "- direct_response", "")
		}, "sidecar", "sidecar.route", "Sidecar mesh/default"},
		{"X15 a Sidecar hides the entry", func(e *egress) {
			e.request.Via = ""
			e.sidecar.Routes[0].Hosts = []envoy.VirtualHost{{Name: "block_all", Domains: []string{"*"}, Routes: []envoy.Route{{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Direct: 502}}}}
			e.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: default, namespace: mesh}, spec: {egress: [{hosts: ["other/*"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}`)
			e.logged(labs.Answer{Code: 502}, "- direct_response", "")
		}, "sidecar egress", "sidecar.route", "Sidecar mesh/default"},
		{"N3 the upstream's name has no address", func(e *egress) {
			e.gateway.Endpoints[partnerSE] = nil
			e.logged(labs.Answer{Code: 503, Upstream: true}, "- via_upstream", "UH no_healthy_upstream")
		}, "sidecar egress", "egress.destination", "ServiceEntry mesh/partner"},
		{"X13 an address of a ServiceEntry at which nobody listens", func(e *egress) {
			e.request.Via = ""
			e.sidecar.Routes[0].Hosts[0].Routes[0] = envoy.Route{Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{partnerSE}}
			e.sidecar.Clusters = append(e.sidecar.Clusters, envoy.Cluster{Name: partnerSE, Type: "STATIC"})
			e.sidecar.Endpoints[partnerSE] = []envoy.Endpoint{{Address: "203.0.113.99:80", Health: "HEALTHY"}}
			e.logged(labs.Answer{Error: "timeout"}, "DC downstream_remote_disconnect", "")
		}, "sidecar", "sidecar.destination", "ServiceEntry mesh/partner"},
		{"REGISTRY_ONLY in a Sidecar of other pods", func(e *egress) {
			e.request.Via, e.request.Refused = "", true
			e.sidecar.Routes[0].Hosts = e.sidecar.Routes[0].Hosts[1:]
			e.add(`{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: closed, namespace: mesh},
 spec: {workloadSelector: {labels: {app: clients}}, outboundTrafficPolicy: {mode: REGISTRY_ONLY}}}`)
			e.logged(labs.Answer{Code: 200, Upstream: true}, "- via_upstream", "")
		}, "sidecar", "sidecar.route", "Sidecar mesh/closed"},
		{"the sidecar speaks plain HTTP, the egress gateway wants TLS", func(e *egress) {
			e.gateway.Listeners[0].Chains[0] = envoy.Chain{HTTP: true, Route: "x", Match: envoy.Match{Names: []string{partner}}, TLS: &envoy.TLS{Secrets: []string{"default"}}}
			server := e.spec("Gateway", "mesh", "egress")["servers"].([]any)[0].(map[string]any)
			server["port"], server["tls"] = map[string]any{"number": 80, "name": "https", "protocol": "HTTPS"}, map[string]any{"mode": "ISTIO_MUTUAL"}
			e.logged(labs.Answer{Code: 503}, "UC "+ended, "NR filter_chain_not_found")
		}, "sidecar egress", "sidecar.destination", "VirtualService mesh/partner"},
		{"the sidecar's line has not come yet: the egress gateway's words are not its own", func(e *egress) {
			e.lacksClientCertificate()
			e.logged(labs.Answer{Code: 503, Upstream: true}, "",
				"URX,UF upstream_reset_before_response_started{remote_connection_failure|TLS_error:_Secret_is_not_supplied_by_SDS}")
			a := e.snap.Answers["main"]
			a.Flag, a.Details, a.LogLine = a.Logs[0].Flag, a.Logs[0].Details, a.Logs[0].Line
			e.answer(a, nil)
		}, "sidecar egress", "egress.destination", "Secret istio-system/partner-client"},
		{"O6 no Secret of the name that the rule gives", func(e *egress) { e.lacksClientCertificate() }, "sidecar egress", "egress.destination", "Secret istio-system/partner-client"},
		{"O6 the Secret that the rule names lies beside the workload", func(e *egress) {
			e.lacksClientCertificate()
			e.add(`{apiVersion: v1, kind: Secret, metadata: {name: partner-client, namespace: mesh}}`)
		}, "sidecar egress", "egress.destination", "DestinationRule mesh/partner"},
		{"a request that ought to be refused is answered", func(e *egress) {
			e.request.Via, e.request.Refused = "", true
		}, "sidecar egress", "egress.destination", "ServiceEntry mesh/partner"},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t) })
	}
}
