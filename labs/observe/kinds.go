package observe

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// kind is one sort of object that is watched.
type kind struct {
	name      string // as in the objects, and in Snapshot.Missing
	resource  schema.GroupVersionResource
	namespace string // watch only there
	field     string // field selector
}

func gvr(group, version, resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: group, Version: version, Resource: resource}
}

// kinds lists what a request's path may depend on. A kind that the cluster
// does not know has no objects; that is no error.
func kinds() []kind {
	const (
		istio    = "networking.istio.io"
		security = "security.istio.io"
		gateway  = "gateway.networking.k8s.io"
	)
	return []kind{
		{name: "Namespace", resource: gvr("", "v1", "namespaces")},
		{name: "Service", resource: gvr("", "v1", "services")},
		{name: "Pod", resource: gvr("", "v1", "pods")},
		{name: "Secret", resource: gvr("", "v1", "secrets")},
		{name: "ConfigMap", resource: gvr("", "v1", "configmaps"), namespace: snapshot.ZoneNamespace},
		{name: "EndpointSlice", resource: gvr("discovery.k8s.io", "v1", "endpointslices")},
		{name: "Deployment", resource: gvr("apps", "v1", "deployments")},
		{name: "Gateway", resource: gvr(istio, "v1", "gateways")},
		{name: "VirtualService", resource: gvr(istio, "v1", "virtualservices")},
		{name: "DestinationRule", resource: gvr(istio, "v1", "destinationrules")},
		{name: "ServiceEntry", resource: gvr(istio, "v1", "serviceentries")},
		{name: "Sidecar", resource: gvr(istio, "v1", "sidecars")},
		{name: "EnvoyFilter", resource: gvr(istio, "v1alpha3", "envoyfilters")},
		{name: "PeerAuthentication", resource: gvr(security, "v1", "peerauthentications")},
		{name: "AuthorizationPolicy", resource: gvr(security, "v1", "authorizationpolicies")},
		{name: "RequestAuthentication", resource: gvr(security, "v1", "requestauthentications")},
		{name: "GatewayClass", resource: gvr(gateway, "v1", "gatewayclasses")},
		{name: "Gateway", resource: gvr(gateway, "v1", "gateways")},
		{name: "HTTPRoute", resource: gvr(gateway, "v1", "httproutes")},
		{name: "GRPCRoute", resource: gvr(gateway, "v1", "grpcroutes")},
		{name: "TLSRoute", resource: gvr(gateway, "v1", "tlsroutes")},
		{name: "BackendTLSPolicy", resource: gvr(gateway, "v1", "backendtlspolicies")},
		{name: "ReferenceGrant", resource: gvr(gateway, "v1", "referencegrants")},
	}
}

// istioSystem is where Istio's own gateways and their certificates are.
const istioSystem = "istio-system"

func withIstio(scope []string) []string {
	if slices.Contains(scope, istioSystem) {
		return scope
	}
	return append(slices.Clone(scope), istioSystem)
}

// within leaves the Secrets of other people alone, where the cluster is not
// ours: they are watched in the namespaces of the scope and beside Istio.
func within(list []kind, scope []string) []kind {
	if scope == nil {
		return list
	}
	var out []kind
	for _, k := range list {
		if k.name != "Secret" {
			out = append(out, k)
			continue
		}
		for _, ns := range withIstio(scope) {
			k.namespace = ns
			out = append(out, k)
		}
	}
	return out
}
