package trace_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/certs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	host     = "shop.example.com"
	shopHTTP = "outbound|80||shop.shop.svc.cluster.local"
	mainTLS  = "https.443.https.public.shop"
)

// world is a healthy gateway with one shop behind it; tests break it.
type world struct {
	t       *testing.T
	request labs.Request
	ca      *certs.CA
	chain   []byte // served, PEM
	envoy   *envoy.Config
	snap    snapshot.Snapshot
}

const objects = `
- {apiVersion: v1, kind: Service, metadata: {name: istio-ingressgateway, namespace: istio-system},
   spec: {selector: {istio: ingressgateway}, ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]},
   status: {loadBalancer: {ingress: [{ip: 172.18.255.200}]}}}
- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: gw-1, namespace: istio-system, labels: {kubernetes.io/service-name: istio-ingressgateway}},
   ports: [{name: http, port: 8080}, {name: https, port: 8443}], endpoints: [{addresses: [10.244.0.3], conditions: {ready: true}}]}
- {apiVersion: v1, kind: Pod, metadata: {name: istio-ingressgateway-1, namespace: istio-system, labels: {istio: ingressgateway}},
   spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}, status: {phase: Running, podIP: 10.244.0.3}}
- {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: public, namespace: shop, creationTimestamp: "2026-11-23T10:00:00Z"},
   spec: {selector: {istio: ingressgateway}, servers: [
     {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com, api.example.com]},
     {port: {number: 443, name: https, protocol: HTTPS}, hosts: [shop.example.com, api.example.com], tls: {mode: SIMPLE, credentialName: shop-cert}}]}}
- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: shop, namespace: shop},
   spec: {hosts: [shop.example.com], gateways: [shop/public], http: [{route: [{destination: {host: shop.shop.svc.cluster.local, port: {number: 80}}}]}]}}
- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: api, namespace: shop},
   spec: {hosts: [api.example.com], gateways: [shop/public], http: [{route: [{destination: {host: api.shop.svc.cluster.local, port: {number: 80}}}]}]}}
- {apiVersion: v1, kind: Service, metadata: {name: shop, namespace: shop}, spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: 8080}]}}
- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: shop-1, namespace: shop, labels: {kubernetes.io/service-name: shop}},
   ports: [{name: http, port: 8080}], endpoints: [{addresses: [10.244.0.5], conditions: {ready: true}}]}
- {apiVersion: v1, kind: Pod, metadata: {name: shop-1, namespace: shop, labels: {app: shop}},
   spec: {containers: [{name: app, ports: [{containerPort: 8080}]}]}, status: {phase: Running, podIP: 10.244.0.5}}
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: shop, namespace: shop}, spec: {replicas: 1, selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}}}}
`

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, request: labs.Request{Name: "main", From: "outside", URL: "https://" + host + "/cart"}}
	if err := yaml.Unmarshal([]byte(objects), &w.snap.Objects); err != nil {
		t.Fatal(err)
	}
	ca, err := certs.NewCA("public", noon)
	if err != nil {
		t.Fatal(err)
	}
	w.ca = ca
	w.snap.At = noon
	w.snap.Trust = map[string]string{"public": string(ca.Root())}
	w.snap.Zone = map[string][]string{host: {"172.18.255.200"}}
	w.snap.Missing = map[string]string{}
	pair := w.issue(host, "api.example.com")
	w.secret("istio-system", "shop-cert", pair.Leaf, pair.Key)
	w.chain = append(pair.Leaf, ca.Issuer()...)
	w.envoy = healthyEnvoy()
	w.ok()
	return w
}

func healthyEnvoy() *envoy.Config {
	route := envoy.Route{
		Path: envoy.PathMatch{Kind: "prefix", Value: "/"}, Clusters: []string{shopHTTP},
		Config: "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/shop",
	}
	hosts := []envoy.VirtualHost{{Name: host + ":443", Domains: []string{host}, Routes: []envoy.Route{route}}}
	return &envoy.Config{
		Listeners: []envoy.Listener{
			{Name: "0.0.0.0_8080", Address: "0.0.0.0", Port: 8080, Chains: []envoy.Chain{{HTTP: true, Route: "http.8080"}}},
			{Name: "0.0.0.0_8443", Address: "0.0.0.0", Port: 8443, Inspects: true, Chains: []envoy.Chain{{
				Match: envoy.Match{Names: []string{host, "api.example.com"}},
				TLS:   &envoy.TLS{Secrets: []string{"kubernetes://shop-cert"}}, HTTP: true, Route: mainTLS,
			}}},
		},
		Routes:   []envoy.RouteConfig{{Name: "http.8080", IgnorePort: true, Hosts: hosts}, {Name: mainTLS, IgnorePort: true, Hosts: hosts}},
		Clusters: []envoy.Cluster{{Name: shopHTTP, Type: "EDS", Sockets: byPeer()}},
		Endpoints: map[string][]envoy.Endpoint{
			shopHTTP: {{Address: "10.244.0.5:8080", Health: "HEALTHY"}},
		},
		Secrets: []envoy.Secret{{Name: "kubernetes://shop-cert"}},
	}
}

func (w *world) issue(names ...string) certs.Issued {
	w.t.Helper()
	i, err := w.ca.Issue(certs.Request{Names: names, From: noon.Add(-time.Hour), To: noon.Add(90*24*time.Hour + time.Minute)})
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// secret puts a sealed Secret with leaf and issuer into the world.
func (w *world) secret(namespace, name string, leaf, key []byte) {
	w.drop("Secret", namespace, name)
	chain := append(append([]byte{}, leaf...), w.ca.Issuer()...)
	w.snap.Objects = append(w.snap.Objects, snapshot.Seal(snapshot.Object{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"namespace": namespace, "name": name},
		"data": map[string]any{
			"tls.crt": base64.StdEncoding.EncodeToString(chain), "tls.key": base64.StdEncoding.EncodeToString(key),
		},
	}))
}

func (w *world) drop(kind, namespace, name string) {
	var kept []snapshot.Object
	for _, o := range w.snap.Objects {
		m := o["metadata"].(map[string]any)
		if o["kind"] != kind || m["namespace"] != namespace || m["name"] != name {
			kept = append(kept, o)
		}
	}
	w.snap.Objects = kept
}

// add puts objects, as YAML, into the world; ones of that name are replaced.
func (w *world) add(text string) {
	w.t.Helper()
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var o snapshot.Object
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			w.t.Fatalf("%v in\n%s", err, doc)
		}
		m := o["metadata"].(map[string]any)
		w.drop(o["kind"].(string), m["namespace"].(string), m["name"].(string))
		w.snap.Objects = append(w.snap.Objects, o)
	}
}

// spec reads an object's spec, for changes in place.
func (w *world) spec(kind, namespace, name string) map[string]any {
	w.t.Helper()
	for _, o := range w.snap.Objects {
		m := o["metadata"].(map[string]any)
		if o["kind"] == kind && m["namespace"] == namespace && m["name"] == name {
			return o["spec"].(map[string]any)
		}
	}
	w.t.Fatalf("no %s %s/%s", kind, namespace, name)
	return nil
}

// ok makes the answer a good one.
func (w *world) ok() {
	w.answer(labs.Answer{Code: 200, Upstream: true, Details: "via_upstream"}, w.chain)
}

// answer sets what the client got, and the chain it was served.
func (w *world) answer(a labs.Answer, chain []byte) {
	a.At, a.Observed = noon, true
	w.snap.Answers = map[string]labs.Answer{"main": a}
	w.snap.Peers = map[string][]snapshot.PeerCert{}
	if len(chain) == 0 {
		return
	}
	list, err := snapshot.Certificates(chain)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range list {
		w.snap.Peers["main"] = append(w.snap.Peers["main"], snapshot.Peer(c))
	}
}

// gone makes the shop's virtual host vanish from Envoy, as istiod does when
// nothing is attached for it.
func (w *world) gone() {
	for i := range w.envoy.Routes {
		w.envoy.Routes[i].Hosts = []envoy.VirtualHost{{Name: "blackhole:443", Domains: []string{"*"}}}
	}
	w.answer(labs.Answer{Code: 404, Flag: "NR", Details: "route_not_found"}, w.chain)
}

func (w *world) snapshot() snapshot.Snapshot {
	if w.envoy != nil {
		w.snap.Proxies = []snapshot.Proxy{{Namespace: "istio-system", Pod: "istio-ingressgateway-1", Config: w.envoy}}
	}
	return w.snap
}

// byPeer tells endpoints apart as Istio does where no rule says how: mutual TLS
// to those that can.
func byPeer() []envoy.Socket {
	return []envoy.Socket{{Name: "tlsMode-istio", Labels: map[string]string{"tlsMode": "istio"}, TLS: &envoy.UpstreamTLS{Secrets: []string{"default"}}}}
}
