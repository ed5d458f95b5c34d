package trace_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

const headerLimits = `{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: limits, namespace: istio-system},
 spec: {workloadSelector: {labels: {istio: ingressgateway}}, configPatches: [{applyTo: NETWORK_FILTER, patch: {operation: MERGE, value: {typed_config: {max_request_headers_kb: 1}}}},
  {applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE, value: {name: envoy.filters.http.local_ratelimit}}}]}}`

// TestOwnWords is about answers that the walk finds nothing wrong with, and
// that the proxy, the Gateway or the server gives for a reason of its own.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*world)
		marks   string
		culprit string
	}{
		{"a rate limit of an EnvoyFilter", func(w *world) {
			w.add(headerLimits)
			w.answer(answer(429, "RL", "local_rate_limited"), w.chain)
		}, "hhhhhb", "EnvoyFilter istio-system/limits"},
		{"an EnvoyFilter for other pods limits nothing here", func(w *world) {
			w.add(strings.Replace(headerLimits, "istio: ingressgateway", "istio: egressgateway", 1))
			w.answer(answer(429, "RL", "local_rate_limited"), w.chain)
		}, "hhhhhu", ""},
		{"headers larger than an EnvoyFilter lets in", func(w *world) {
			w.add(headerLimits)
			w.answer(answer(431, "DPE", "http1.headers_too_large"), w.chain)
		}, "hhb---", "EnvoyFilter istio-system/limits"},
		{"headers larger than Envoy lets in", func(w *world) { w.answer(answer(431, "", ""), w.chain) }, "hhb---", "Gateway shop/public"},
		{"a route of an EnvoyFilter that answers by itself", func(w *world) {
			w.add(strings.Replace(headerLimits, "max_request_headers_kb: 1", "direct_response: {status: 503}", 1))
			for i := range w.envoy.Routes {
				w.envoy.Routes[i].Hosts[0].Routes[0].Direct = 503
			}
			w.answer(answer(503, "", "direct_response"), w.chain)
		}, "hhhhb-", "EnvoyFilter istio-system/limits"},
		{"a route that answers in the server's place", func(w *world) {
			w.request.To = "shop/shop"
			w.envoy.Routes[len(w.envoy.Routes)-1].Hosts[0].Routes[0].Direct = 200
			w.answer(answer(200, "", "direct_response"), w.chain)
		}, "hhhhb-", "VirtualService shop/shop"},
		{"a switch of protocols is an answer", func(w *world) {
			a := answer(101, "DC", "downstream_remote_disconnect")
			a.Upstream = true
			w.answer(a, w.chain)
		}, "hhhhhh", ""},
		{"a listener bound to the loopback address", func(w *world) {
			w.envoy.Listeners[1].Address = "127.0.0.1"
			w.answer(refused, nil)
		}, "hhb---", "Gateway shop/public"},
		{"a gateway that was given no Secret at all", func(w *world) {
			w.envoy.Secrets = []envoy.Secret{{Name: "kubernetes://shop-cert", Warming: true}}
			w.answer(tlsReset, nil)
		}, "hhhb--", "ServiceAccount istio-system/default"},
		{"one Secret of several that waits", func(w *world) {
			w.envoy.Secrets = []envoy.Secret{{Name: "kubernetes://shop-cert", Warming: true}, {Name: "kubernetes://other"}}
			w.answer(tlsReset, nil)
		}, "hhhb--", "Secret istio-system/shop-cert"},
		{"a client of a name that the Gateway does not list", func(w *world) {
			w.mutual(map[string]any{"subjectAltNames": []any{"orders.example.com"}})
			w.answer(labs.Answer{Error: "tls: alert unknown certificate"}, nil)
		}, "hhhb--", "Gateway shop/public"},
		{"a client of another CA than the Gateway's", func(w *world) {
			w.mutual(map[string]any{"subjectAltNames": []any{"orders.example.com"}})
			w.answer(labs.Answer{Error: "tls: alert unknown certificate authority"}, nil)
		}, "hhhb--", "Secret istio-system/shop-cert-cacert"},
		{"a client whose key the Gateway does not list", func(w *world) {
			w.mutual(map[string]any{"verifyCertificateSpki": []any{"AAAA"}})
			w.answer(labs.Answer{Error: "tls: alert bad certificate hash value"}, nil)
		}, "hhhb--", "Gateway shop/public"},
		{"HTTP/2 by a DestinationRule", func(w *world) {
			w.add(`{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: shop, namespace: shop},
 spec: {host: shop.shop.svc.cluster.local, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}}}`)
			w.answer(answer(502, "UPE", "upstream_reset_before_response_started{protocol_error}"), w.chain)
		}, "hhhhhb", "DestinationRule shop/shop"},
		{"a prefix rewritten to two slashes", func(w *world) {
			w.rewrite("/cart", "/")
			w.request.URL = "https://" + host + "/cart/items"
			w.answer(labs.Answer{Code: 301, Details: "via_upstream", Upstream: true}, w.chain)
		}, "hhhhb-", "VirtualService shop/shop"},
		{"two slashes that the server takes", func(w *world) {
			w.rewrite("/cart", "/")
			w.request.URL = "https://" + host + "/cart/items"
			w.answer(labs.Answer{Code: 200, Details: "via_upstream", Upstream: true}, w.chain)
		}, "hhhhhh", ""},
		{"a server that redirects to a port where nobody listens", func(w *world) {
			w.request.Follow, w.request.URL = true, "http://"+host+"/cart"
			w.answer(labs.Answer{Error: "refused", Redirects: []labs.Redirect{{Code: 302, Location: "https://" + host + ":8444/"}}}, nil)
		}, "hhh-hb", "Service istio-system/istio-ingressgateway"},
		{"a scheme that the client only claims", func(w *world) {
			w.request.URL = "http://" + host + "/cart"
			w.request.Headers = map[string]string{"X-Forwarded-Proto": "https"}
			for i := range w.envoy.Routes {
				w.envoy.Routes[i].Hosts[0].Routes[0].Headers = []envoy.HeaderMatch{{Name: "x-forwarded-proto", Kind: "exact", Value: "https"}}
			}
			w.answer(answer(404, "NR", "route_not_found"), nil)
		}, "hhh-b-", "VirtualService shop/shop"},
		{"mutual TLS to a port that is kept from the sidecar", func(w *world) {
			w.add(`{apiVersion: v1, kind: Pod, metadata: {name: shop-1, namespace: shop, labels: {app: shop}, annotations: {traffic.sidecar.istio.io/excludeInboundPorts: "8080"}},
 spec: {containers: [{name: app, ports: [{containerPort: 8080}]}], initContainers: [{name: istio-proxy, args: [proxy, sidecar]}]}, status: {phase: Running, podIP: 10.244.0.5}}`)
			w.answer(answer(503, "UF", "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}"), w.chain)
		}, "hhhhhb", "Deployment shop/shop"},
		{"an Ingress of a class that is not Istio's", func(w *world) {
			w.drop("VirtualService", "shop", "shop")
			w.add(`{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: shop, namespace: shop}, spec: {ingressClassName: nginx, rules: [{host: shop.example.com}]}}`)
			w.gone()
		}, "hhhhb-", "Ingress shop/shop"},
		{"a second address of a gateway that does not know the host", func(w *world) {
			w.add(`{apiVersion: v1, kind: Service, metadata: {name: other, namespace: other}, spec: {selector: {edge: other}, ports: [{name: https, port: 443, targetPort: 8443}]}, status: {loadBalancer: {ingress: [{ip: 172.18.255.203}]}}}`)
			w.add(`{apiVersion: v1, kind: Pod, metadata: {name: other-1, namespace: other, labels: {edge: other}}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.244.0.33}}`)
			w.snap.Zone[host] = []string{"172.18.255.200", "172.18.255.203"}
		}, "b-----", "ConfigMap drill-internet/public-dns"},
		{"a server that redirects to itself", func(w *world) {
			w.request.Follow = true
			w.request.URL = "http://" + host + "/cart"
			w.answer(labs.Answer{Error: "redirect loop", Redirects: []labs.Redirect{{Code: 302, Location: "/cart"}}}, nil)
		}, "hhh-hb", "Deployment shop/shop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tt.change(w)
			p := trace.Trace(w.request, w.snapshot())
			culprit := ""
			if b, broken := p.Broken(); broken && len(b.Objects) > 0 {
				culprit = b.Objects[0].String()
			}
			if got := marks(p); got != tt.marks || culprit != tt.culprit {
				describe(t, p)
				t.Errorf("got %s %q, want %s %q", got, culprit, tt.marks, tt.culprit)
			}
		})
	}
}

// mutual makes the TLS server demand client certificates.
func (w *world) mutual(more map[string]any) {
	w.request.Cert = "istio-system/client"
	w.envoy.Listeners[1].Chains[0].TLS.RequireClient = true
	w.envoy.Listeners[1].Chains[0].TLS.CA = "kubernetes://shop-cert-cacert"
	w.snap.Objects = append(w.snap.Objects, snapshot.Seal(snapshot.Object{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"namespace": "istio-system", "name": "shop-cert-cacert"},
		"data": map[string]any{"ca.crt": base64.StdEncoding.EncodeToString(w.ca.Root())},
	}))
	server := w.spec("Gateway", "shop", "public")["servers"].([]any)[1].(map[string]any)
	tls := map[string]any{"mode": "MUTUAL", "credentialName": "shop-cert"}
	for k, v := range more {
		tls[k] = v
	}
	server["tls"] = tls
}

// rewrite makes the shop's route replace a prefix.
func (w *world) rewrite(prefix, by string) {
	for i := range w.envoy.Routes {
		r := &w.envoy.Routes[i].Hosts[0].Routes[0]
		r.Path.Value, r.Rewrite = prefix, &envoy.Rewrite{Prefix: by}
	}
}
