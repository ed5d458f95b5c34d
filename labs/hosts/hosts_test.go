package hosts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// world reads objects as manifests write them.
func world(t *testing.T, text string) snapshot.Snapshot {
	t.Helper()
	var s snapshot.Snapshot
	for _, doc := range strings.Split(text, "\n---\n") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		s.Objects = append(s.Objects, o)
	}
	return s
}

// rows are hosts on a line each.
func rows(s snapshot.Snapshot) []string {
	var out []string
	for _, h := range List(s) {
		routes := make([]string, len(h.Routes))
		for i, r := range h.Routes {
			routes[i] = r.String()
		}
		url := "–"
		if r, ok := h.Request(); ok {
			url = r.Method + " " + r.URL
		}
		out = append(out, fmt.Sprintf("%s:%d %s %s | %s | %s | %s", h.Host, h.Port, h.Protocol, h.TLS, h.Service, strings.Join(routes, ", "), url))
	}
	return out
}

const front = `
{apiVersion: v1, kind: Service, metadata: {name: in, namespace: istio-system}, spec: {type: LoadBalancer, selector: {app: in}, ports: [{port: 80}, {port: 443}, {port: 8443}, {port: 9000}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: in-local, namespace: istio-system}, spec: {type: ClusterIP, selector: {app: in}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: out, namespace: istio-system}, spec: {type: ClusterIP, selector: {app: out}, ports: [{port: 443}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: in-1, namespace: istio-system, labels: {app: in}}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: out-1, namespace: istio-system, labels: {app: out}}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}}
---
`

func TestClassicHosts(t *testing.T) {
	t.Parallel()
	s := world(t, front+`
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  selector: {app: in}
  servers:
    - {port: {number: 443, protocol: https}, tls: {mode: SIMPLE}, hosts: ["*.example.com", shop.example.org]}
    - {port: {number: 80, protocol: HTTP}, hosts: ["*"]}
    - {port: {number: 8443, protocol: TLS}, hosts: ["./bank.example.com"]}
    - {port: {number: 9000, protocol: TCP}, hosts: ["*"]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: egress, namespace: mesh}
spec:
  selector: {app: out}
  servers: [{port: {number: 443, protocol: HTTPS}, tls: {mode: ISTIO_MUTUAL}, hosts: [api.example.net]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example.com, shop.exmaple.org]
  gateways: [public, mesh]
  http:
    - {match: [{headers: {x: {exact: y}}, uri: {prefix: /odd}}, {uri: {regex: .*}}, {uri: {prefix: /cart}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: api, namespace: other}
spec: {hosts: [shop.example.com, "*.dev.example.com", bank.example.com], gateways: [shop/public], http: [{}], tls: [{match: [{sniHosts: [shop.example.com]}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: inside, namespace: shop}
spec: {hosts: [nobody.example.com], gateways: [mesh]}
`)
	want := []string{
		"*:9000 TCP  | istio-system/in |  | –", // no route of bytes
		"*.dev.example.com:80 HTTP  | istio-system/in | VirtualService other/api | –",
		"*.dev.example.com:443 HTTPS SIMPLE | istio-system/in | VirtualService other/api | –",
		"api.example.net:443 HTTPS ISTIO_MUTUAL | istio-system/out |  | –",
		"bank.example.com:80 HTTP  | istio-system/in | VirtualService other/api | GET http://bank.example.com/",
		"bank.example.com:443 HTTPS SIMPLE | istio-system/in | VirtualService other/api | GET https://bank.example.com/",
		// Its server takes routes of its own namespace only.
		"bank.example.com:8443 TLS PASSTHROUGH | istio-system/in |  | GET https://bank.example.com:8443/",
		"shop.example.com:80 HTTP  | istio-system/in | VirtualService shop/shop, VirtualService other/api | GET http://shop.example.com/cart",
		"shop.example.com:443 HTTPS SIMPLE | istio-system/in | VirtualService shop/shop, VirtualService other/api | GET https://shop.example.com/cart",
		// Served, and routed by nobody: the route has another name.
		"shop.example.org:443 HTTPS SIMPLE | istio-system/in |  | GET https://shop.example.org/",
		"shop.exmaple.org:80 HTTP  | istio-system/in | VirtualService shop/shop | GET http://shop.exmaple.org/cart",
	}
	if diff := cmp.Diff(want, rows(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestManagedHosts(t *testing.T) {
	t.Parallel()
	s := world(t, front+`
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio}, spec: {controllerName: istio.io/gateway-controller}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: nginx}, spec: {controllerName: nginx.org/gateway}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bakery, labels: {open: "yes"}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web-istio, namespace: edge, labels: {gateway.networking.k8s.io/gateway-name: web}}, spec: {type: LoadBalancer, ports: [{port: 443}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: edge}
spec:
  gatewayClassName: istio
  listeners:
    - {name: all, port: 443, protocol: HTTPS, hostname: "*.example.com", tls: {mode: Terminate}, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {open: "yes"}}}}}
    - {name: raw, port: 8443, protocol: TLS, tls: {mode: Passthrough}, allowedRoutes: {namespaces: {from: All}}}
    - {name: own, port: 80, protocol: HTTP, hostname: own.example.com}
    - {name: mesh, port: 15008, protocol: HBONE}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: named, namespace: edge}
spec:
  gatewayClassName: istio
  addresses: [{type: Hostname, value: in.istio-system.svc.cluster.local}]
  allowedListeners: {namespaces: {from: Same}}
  tls: {frontend: {default: {validation: {}}}}
  listeners: [{name: a, port: 443, protocol: HTTPS, hostname: named.example.com}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: theirs, namespace: edge}
spec: {gatewayClassName: nginx, listeners: [{name: a, port: 80, protocol: HTTP, hostname: theirs.example.com}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: oven, namespace: bakery}
spec:
  parentRefs: [{name: web, namespace: edge}]
  hostnames: [oven.example.com, oven.example.org]
  rules: [{matches: [{method: POST, path: {value: /no}}, {path: {type: RegularExpression, value: .*}}, {path: {value: /bread}}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: till, namespace: bakery}
spec: {parentRefs: [{name: web, namespace: edge, sectionName: all}], hostnames: [till.example.com], rules: [{matches: [{method: {service: shop.Till, method: Pay}}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: bank, namespace: bank}
spec: {parentRefs: [{name: web, namespace: edge, port: 8443}], hostnames: [bank.example.com]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: stranger, namespace: other}
spec: {parentRefs: [{name: web, namespace: edge, sectionName: all}], hostnames: [stranger.example.com]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: stalls, namespace: edge}
spec:
  parentRef: {name: named}
  listeners:
    - {name: a, port: 8443, protocol: TLS, hostname: "*.market.example.com", tls: {mode: Passthrough}}
    - {name: b, port: 443, protocol: HTTPS, hostname: fish.example.com}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: fruit, namespace: edge}
spec: {parentRefs: [{kind: ListenerSet, name: stalls, sectionName: a}], hostnames: [fruit.market.example.com]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: fish, namespace: edge}
spec: {parentRefs: [{name: named}], hostnames: [fish.example.com]}
`)
	want := []string{
		"bank.example.com:8443 TLS PASSTHROUGH | edge/web-istio | TLSRoute bank/bank | GET https://bank.example.com:8443/",
		// Of a ListenerSet, whose listeners take the routes that name it.
		"fish.example.com:443 HTTPS MUTUAL | istio-system/in |  | GET https://fish.example.com/",
		"fruit.market.example.com:8443 TLS PASSTHROUGH | istio-system/in | TLSRoute edge/fruit | GET https://fruit.market.example.com:8443/",
		"named.example.com:443 HTTPS MUTUAL | istio-system/in |  | GET https://named.example.com/",
		"oven.example.com:443 HTTPS SIMPLE | edge/web-istio | HTTPRoute bakery/oven | GET https://oven.example.com/bread",
		"own.example.com:80 HTTP  | edge/web-istio |  | GET http://own.example.com/",
		"till.example.com:443 HTTPS SIMPLE | edge/web-istio | GRPCRoute bakery/till | POST https://till.example.com/shop.Till/Pay",
	}
	if diff := cmp.Diff(want, rows(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingIsServed(t *testing.T) {
	t.Parallel()
	if got := List(snapshot.Snapshot{}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
