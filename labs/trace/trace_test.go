package trace_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// marks writes a path's verdicts as one letter a layer: h b u -.
func marks(p labs.Path) string {
	letters := map[labs.Verdict]string{labs.Healthy: "h", labs.Broken: "b", labs.Unknown: "u", labs.OffPath: "-"}
	var out strings.Builder
	for _, l := range p.Layers() {
		out.WriteString(letters[l.Verdict])
	}
	return out.String()
}

func describe(t *testing.T, p labs.Path) {
	t.Helper()
	for _, l := range p.Layers() {
		t.Logf("%-11s %-9s %s\n   want %s\n   got  %s\n   facts %v", l.Layer, l.Verdict, l.Summary, l.Want, l.Got, l.Facts)
	}
}

var (
	tlsReset = labs.Answer{Error: "reset"}
	refused  = labs.Answer{Error: "refused"}
)

func answer(code int, flag, details string) labs.Answer {
	return labs.Answer{Code: code, Flag: flag, Details: details}
}

// TestTrace breaks the healthy world in the ways of the fault catalogue,
// whose ids the names begin with.
func TestTrace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*world)
		marks   string // dns entry listener tls route destination
		culprit string // of the first broken layer
	}{
		{"healthy", func(*world) {}, "hhhhhh", ""},
		{"healthy http", func(w *world) {
			w.request.URL = "http://" + host + "/"
			w.answer(labs.Answer{Code: 200, Upstream: true}, nil)
		}, "hhh-hh", ""},
		{"an application's own 404 is neither six green layers nor the gateway's fault", func(w *world) {
			w.answer(labs.Answer{Code: 404, Upstream: true, Details: "via_upstream"}, w.chain)
		}, "hhhhhu", ""},

		{"the request names its gateway", func(w *world) {
			w.snap.Zone = nil
			w.snap.Missing["dns"] = "there is none"
			w.request.Gateway = "istio-system/istio-ingressgateway"
		}, "-hhhhh", ""},
		{"the request names its gateway, and the name leads to another", func(w *world) {
			w.snap.Zone[host] = []string{"172.18.255.99"}
			w.request.Gateway = "istio-system/istio-ingressgateway"
		}, "-hhhhh", ""},
		{"the request names an address of the gateway, and the name leads nowhere", func(w *world) {
			w.snap.Zone[host] = []string{"172.18.255.99"}
			w.request.Connect = "172.18.255.200"
		}, "-hhhhh", ""},
		{"an address that nobody has is a way to the gateway of the name", func(w *world) {
			w.request.Connect = "127.0.0.1:8443"
		}, "hhhhhh", ""},
		{"an address that nobody has, and a name that leads nowhere", func(w *world) {
			w.snap.Zone = nil
			w.request.Connect = "127.0.0.1:8443"
		}, "-hhhhh", ""},
		{"the name leads to an address that its gateway's Service has lost", func(w *world) {
			w.drop("Service", "istio-system", "istio-ingressgateway")
			w.add(`{apiVersion: v1, kind: Service, metadata: {name: istio-ingressgateway, namespace: istio-system},
   spec: {type: ClusterIP, selector: {istio: ingressgateway}, ports: [{name: https, port: 443, targetPort: 8443}]}}`)
			w.answer(labs.Answer{Error: "timeout"}, nil)
		}, "hb----", "Service istio-system/istio-ingressgateway"},
		{"a Service in front of no gateway", func(w *world) {
			w.spec("Service", "shop", "shop")["externalIPs"] = []any{"172.18.255.201"}
			w.spec("Service", "shop", "shop")["ports"] = []any{map[string]any{"name": "http", "port": 443, "targetPort": 8080}}
			w.snap.Zone[host] = []string{"172.18.255.201"}
			w.answer(labs.Answer{Error: "tls: not TLS"}, nil)
		}, "hb----", "Service shop/shop"},
		{"N1 no record", func(w *world) {
			w.snap.Zone = map[string][]string{"api.example.com": {"172.18.255.200"}}
			w.answer(labs.Answer{Error: "dns"}, nil)
		}, "b-----", "ConfigMap drill-internet/public-dns"},
		{"N2 stale record", func(w *world) {
			w.snap.Zone[host] = []string{"172.18.255.99"}
			w.answer(labs.Answer{Error: "timeout"}, nil)
		}, "b-----", "ConfigMap drill-internet/public-dns"},

		{"B1 service selects nothing", func(w *world) {
			w.spec("Service", "istio-system", "istio-ingressgateway")["selector"] = map[string]any{"istio": "ingress-gateway"}
			w.drop("EndpointSlice", "istio-system", "gw-1")
			w.envoy.Listeners = nil // a consequence: istiod lost the port's translation
			w.answer(refused, nil)
		}, "hb----", "Service istio-system/istio-ingressgateway"},
		{"L3 port missing on service", func(w *world) {
			ports := w.spec("Service", "istio-system", "istio-ingressgateway")
			ports["ports"] = ports["ports"].([]any)[:1]
			w.answer(refused, nil)
		}, "hb----", "Service istio-system/istio-ingressgateway"},

		{"L1 gateway selects other pods", func(w *world) {
			w.spec("Gateway", "shop", "public")["selector"] = map[string]any{"istio": "ingress-gw"}
			w.envoy.Listeners = nil
			w.answer(refused, nil)
		}, "hhb---", "Gateway shop/public"},
		{"L6 older stray http server on 443", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: archive, namespace: archive, creationTimestamp: "2026-11-23T09:00:00Z"},
 spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: https, protocol: HTTP}, hosts: [archive.example.com]}]}}`)
			w.envoy.Listeners[1] = envoy.Listener{Name: "0.0.0.0_8443", Port: 8443, Chains: []envoy.Chain{{HTTP: true, Route: "http.8443"}}}
			a := answer(0, "DPE", "http1.codec_error")
			a.Error = "tls: not TLS"
			w.answer(a, nil)
		}, "hhb---", "Gateway archive/archive"},
		{"H3 no server for the SNI", func(w *world) {
			w.request.SNI = "www.example.com"
			a := tlsReset
			a.Flag, a.Details = "NR", "filter_chain_not_found"
			w.answer(a, nil)
		}, "hhb---", "Gateway shop/public"},
		{"L8 plain http to the https port", func(w *world) {
			w.request.URL = "http://" + host + ":443/"
			w.envoy.Listeners[1].Chains[0].Match = envoy.Match{}
			w.answer(tlsReset, nil)
		}, "hhb---", "Gateway shop/public"},

		{"S7 key of another certificate, new pod", func(w *world) {
			pair := w.issue(host)
			w.secret("istio-system", "shop-cert", pair.Leaf, pair.OtherKey)
			w.answer(tlsReset, nil)
		}, "hhhb--", "Secret istio-system/shop-cert"},
		{"S7 on a running gateway: the old one serves", func(w *world) {
			pair := w.issue(host)
			w.secret("istio-system", "shop-cert", pair.Leaf, pair.OtherKey)
		}, "hhhuhh", ""},
		{"S2 secret beside the app, new pod", func(w *world) {
			w.drop("Secret", "istio-system", "shop-cert")
			pair := w.issue(host)
			w.secret("shop", "shop-cert", pair.Leaf, pair.Key)
			w.envoy.Secrets[0].Warming = true
			w.answer(tlsReset, nil)
		}, "hhhb--", "Secret istio-system/shop-cert"},
		{"S8 leaf only", func(w *world) {
			leaf := w.issue(host).Leaf
			w.answer(labs.Answer{Error: "tls: unknown authority"}, leaf)
		}, "hhhb--", "Secret istio-system/shop-cert"},
		{"S10 certificate for another name", func(w *world) {
			pair := w.issue("www.example.com")
			w.secret("istio-system", "shop-cert", pair.Leaf, pair.Key)
			w.answer(labs.Answer{Error: "tls: name mismatch"}, append(pair.Leaf, w.ca.Issuer()...))
		}, "hhhb--", "Secret istio-system/shop-cert"},
		{"M1 no client certificate", func(w *world) {
			w.envoy.Listeners[1].Chains[0].TLS.RequireClient = true
			s := w.spec("Gateway", "shop", "public")["servers"].([]any)[1].(map[string]any)
			s["tls"].(map[string]any)["mode"] = "MUTUAL"
			w.add(`{apiVersion: v1, kind: Secret, metadata: {name: shop-cert-cacert, namespace: istio-system}, sealed: {keys: [cacert], ca: x}}`)
			w.answer(labs.Answer{Error: "tls: alert certificate required"}, w.chain)
		}, "hhhb--", "Gateway shop/public"},

		{"H1 misspelt host", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["hosts"] = []any{"shop.exmaple.com"}
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"H1 host of nobody", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["hosts"] = []any{"www.example.com"}
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"R1 gateway in another namespace", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"nowhere/public"}
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"R2 no gateways field", func(w *world) {
			delete(w.spec("VirtualService", "shop", "shop"), "gateways")
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"R3 hosts of another namespace", func(w *world) {
			w.spec("Gateway", "shop", "public")["servers"].([]any)[1].(map[string]any)["hosts"] = []any{"prod/" + host}
			w.spec("Gateway", "shop", "public")["servers"].([]any)[0].(map[string]any)["hosts"] = []any{"prod/" + host}
			w.gone()
		}, "hhhhb-", "Gateway shop/public"},
		{"R4 exportTo hides it", func(w *world) {
			w.spec("VirtualService", "shop", "shop")["exportTo"] = []any{"."}
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"H10 match on the pod's port", func(w *world) {
			rule := w.spec("VirtualService", "shop", "shop")["http"].([]any)[0].(map[string]any)
			rule["match"] = []any{map[string]any{"port": 8443}}
			w.gone()
		}, "hhhhb-", "VirtualService shop/shop"},
		{"D2 attached to the Gateway that lost the host", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: second, namespace: shop},
 spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: shop-cert}}]}}`)
			w.spec("VirtualService", "shop", "shop")["gateways"] = []any{"second"}
			w.gone()
		}, "hhhhb-", "Gateway shop/public"},
		{"H8 no route for the path", func(w *world) {
			for i := range w.envoy.Routes {
				w.envoy.Routes[i].Hosts[0].Routes[0].Path.Value = "/only"
			}
			w.answer(answer(404, "NR", "route_not_found"), w.chain)
		}, "hhhhb-", "VirtualService shop/shop"},

		{"A1 subset without rule", func(w *world) {
			for i := range w.envoy.Routes {
				w.envoy.Routes[i].Hosts[0].Routes[0].Clusters = []string{"outbound|80|v1|shop.shop.svc.cluster.local"}
			}
			w.answer(answer(503, "NC", "cluster_not_found"), w.chain)
		}, "hhhhhb", "VirtualService shop/shop"},
		{"B6 backend selects nothing", func(w *world) {
			w.spec("Service", "shop", "shop")["selector"] = map[string]any{"app": "shopp"}
			w.drop("EndpointSlice", "shop", "shop-1")
			w.envoy.Endpoints[shopHTTP] = nil
			w.answer(answer(503, "UH", "no_healthy_upstream"), w.chain)
		}, "hhhhhb", "Service shop/shop"},
		{"B6 no replicas", func(w *world) {
			w.spec("Deployment", "shop", "shop")["replicas"] = 0
			w.drop("EndpointSlice", "shop", "shop-1")
			w.drop("Pod", "shop", "shop-1")
			w.envoy.Endpoints[shopHTTP] = nil
			w.answer(answer(503, "UH", "no_healthy_upstream"), w.chain)
		}, "hhhhhb", "Deployment shop/shop"},
		{"B7 wrong target port", func(w *world) {
			w.envoy.Endpoints[shopHTTP][0].Address = "10.244.0.5:9999"
			w.answer(answer(503, "URX,UF", "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}"), w.chain)
		}, "hhhhhb", "Service shop/shop"},
		{"A3 plain text against STRICT", func(w *world) {
			plainToStrict(w)
			w.answer(answer(503, "UC", "upstream_reset_before_response_started{connection_termination}"), w.chain)
		}, "hhhhhb", "DestinationRule shop/shop"},
		{"A5 no ALLOW policy matches", func(w *world) {
			w.add(`{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: allow, namespace: istio-system},
 spec: {selector: {matchLabels: {istio: ingressgateway}}, rules: [{to: [{operation: {hosts: [www.example.com]}}]}]}}`)
			w.answer(answer(403, "", "rbac_access_denied_matched_policy[none]"), w.chain)
		}, "hhhhhb", "AuthorizationPolicy istio-system/allow"},
		{"A6 a DENY policy matches", func(w *world) {
			w.answer(answer(403, "", "rbac_access_denied_matched_policy[ns[istio-system]-policy[deny-admin]-rule[0]]"), w.chain)
		}, "hhhhhb", "AuthorizationPolicy istio-system/deny-admin"},
		{"O1 TLS to plain text", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: shop},
 spec: {host: shop.shop.svc.cluster.local, trafficPolicy: {tls: {mode: SIMPLE}}}}`)
			w.envoy.Clusters[0] = envoy.Cluster{Name: shopHTTP, Type: "EDS", TLS: &envoy.UpstreamTLS{}}
			w.answer(answer(503, "URX,UF", "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}"), w.chain)
		}, "hhhhhb", "DestinationRule shop/shop"},

		{"no proxy was read: only the handshake is known", func(w *world) { w.envoy = nil }, "hhuhuu", ""},
		{"secrets may not be listed", func(w *world) { w.snap.Missing["Secret"] = "forbidden" }, "hhhuhh", ""},
		{"nothing was asked yet", func(w *world) { w.snap.Answers, w.snap.Peers = nil, nil }, "hhhuhu", ""},
		{"a 503 UC of a proxy, that nothing explains", func(w *world) {
			w.spec("Pod", "shop", "shop-1")["initContainers"] = []any{map[string]any{"name": "istio-proxy", "args": []any{"proxy", "sidecar"}}}
			w.answer(answer(503, "UC", "upstream_reset_before_response_started{connection_termination}"), w.chain)
		}, "hhhhhu", ""},
		{"a timeout that nothing explains", func(w *world) { w.answer(labs.Answer{Error: "timeout"}, nil) }, "huhuhh", ""},
		{"Envoy killed, and nobody has noticed yet", func(w *world) { w.answer(refused, nil) }, "huhuhh", ""},
		{"broken by the objects, yet answered", func(w *world) { plainToStrict(w) }, "hhhhhu", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.change(w)
			p := trace.Trace(w.request, w.snapshot())
			checkVocabulary(t, p)
			if got := marks(p); got != tt.marks {
				t.Errorf("verdicts %s, want %s", got, tt.marks)
			}
			if at := p.BrokenAt(); at != "" {
				if got := p.Layer(at).Facts["culprit"]; got != tt.culprit {
					t.Errorf("culprit %v, want %q", got, tt.culprit)
				}
			}
			if t.Failed() {
				describe(t, p)
			}
		})
	}
}

func plainToStrict(w *world) {
	w.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: shop},
 spec: {host: shop.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}}
---
{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: shop}, spec: {mtls: {mode: STRICT}}}`)
	pod := w.spec("Pod", "shop", "shop-1")
	pod["initContainers"] = []any{map[string]any{"name": "istio-proxy", "args": []any{"proxy", "sidecar"}}}
	w.envoy.Clusters[0] = envoy.Cluster{Name: shopHTTP, Type: "EDS", Config: "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/shop"}
}
