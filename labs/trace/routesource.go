package trace

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// source finds the object a route came from: by Istio's metadata, or, for the
// Gateway API, by the route's name (namespace.name.rule).
func (w *walk) source(route envoy.Route) object {
	if o := w.fromPath(route.Config); o != nil {
		return o
	}
	ns, rest, ok := strings.Cut(route.Name, ".")
	if !ok {
		return w.namedRule(route.Name)
	}
	i := strings.LastIndex(rest, ".")
	if i < 0 {
		return nil
	}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		if o := w.index.Get(gatewayAPI, kind, ns, rest[:i]); o != nil {
			return o
		}
	}
	return w.namedRule(route.Name)
}

// namedRule finds the route of the Gateway API that has a rule of that name.
func (w *walk) namedRule(name string) object {
	if name == "" {
		return nil
	}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range w.index.All(gatewayAPI, kind) {
			for _, rule := range o.Items("spec", "rules") {
				if rule.Str("name") == name {
					return o
				}
			}
		}
	}
	return nil
}

// fromPath reads Istio's metadata, for example
// /apis/networking.istio.io/v1/namespaces/shop/virtual-service/web.
func (w *walk) fromPath(path string) object {
	f := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(f) != 7 || f[0] != "apis" {
		return nil
	}
	kinds := map[string]string{"virtual-service": "VirtualService", "destination-rule": "DestinationRule", "service-entry": "ServiceEntry"}
	return w.index.Get(f[1], kinds[f[5]], f[4], f[6])
}
