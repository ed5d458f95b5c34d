package observe

import (
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// kind is one sort of object that is watched.
type kind struct {
	name      string // as in the objects, and in Snapshot.Missing
	group     string
	resource  string
	versions  []string // the first that the API serves is watched
	namespace string   // watch only there
	cluster   bool     // its objects are of no namespace
}

func (k kind) at(version string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.group, Version: version, Resource: k.resource}
}

func (k kind) String() string {
	return schema.GroupResource{Group: k.group, Resource: k.resource}.String()
}

// kinds lists what a request's path may depend on, with the versions that
// clusters of the last years serve. A kind that the cluster does not know has
// no objects; that is no error.
func kinds() []kind {
	const (
		istio        = "networking.istio.io"
		security     = "security.istio.io"
		telemetry    = "telemetry.istio.io"
		extensions   = "extensions.istio.io"
		gateway      = "gateway.networking.k8s.io"
		experimental = "gateway.networking.x-k8s.io"
	)
	return []kind{
		{name: "Namespace", resource: "namespaces", versions: []string{"v1"}, cluster: true},
		{name: "Service", resource: "services", versions: []string{"v1"}},
		{name: "Pod", resource: "pods", versions: []string{"v1"}},
		{name: "Secret", resource: "secrets", versions: []string{"v1"}},
		{name: "ConfigMap", resource: "configmaps", versions: []string{"v1"}},
		{name: "EndpointSlice", group: "discovery.k8s.io", resource: "endpointslices", versions: []string{"v1"}},
		{name: "Deployment", group: "apps", resource: "deployments", versions: []string{"v1"}},
		{name: "NetworkPolicy", group: "networking.k8s.io", resource: "networkpolicies", versions: []string{"v1"}},
		{name: "Ingress", group: "networking.k8s.io", resource: "ingresses", versions: []string{"v1"}},
		{name: "IngressClass", group: "networking.k8s.io", resource: "ingressclasses", versions: []string{"v1"}, cluster: true},

		{name: "Gateway", group: istio, resource: "gateways", versions: []string{"v1", "v1beta1"}},
		{name: "VirtualService", group: istio, resource: "virtualservices", versions: []string{"v1", "v1beta1"}},
		{name: "DestinationRule", group: istio, resource: "destinationrules", versions: []string{"v1", "v1beta1"}},
		{name: "ServiceEntry", group: istio, resource: "serviceentries", versions: []string{"v1", "v1beta1"}},
		{name: "WorkloadEntry", group: istio, resource: "workloadentries", versions: []string{"v1", "v1beta1"}},
		{name: "Sidecar", group: istio, resource: "sidecars", versions: []string{"v1", "v1beta1"}},
		{name: "EnvoyFilter", group: istio, resource: "envoyfilters", versions: []string{"v1alpha3"}},
		{name: "ProxyConfig", group: istio, resource: "proxyconfigs", versions: []string{"v1beta1"}},
		{name: "PeerAuthentication", group: security, resource: "peerauthentications", versions: []string{"v1", "v1beta1"}},
		{name: "AuthorizationPolicy", group: security, resource: "authorizationpolicies", versions: []string{"v1", "v1beta1"}},
		{name: "RequestAuthentication", group: security, resource: "requestauthentications", versions: []string{"v1", "v1beta1"}},
		{name: "Telemetry", group: telemetry, resource: "telemetries", versions: []string{"v1", "v1alpha1"}},
		{name: "WasmPlugin", group: extensions, resource: "wasmplugins", versions: []string{"v1alpha1"}},

		{name: "GatewayClass", group: gateway, resource: "gatewayclasses", versions: []string{"v1", "v1beta1"}, cluster: true},
		{name: "Gateway", group: gateway, resource: "gateways", versions: []string{"v1", "v1beta1"}},
		{name: "ListenerSet", group: gateway, resource: "listenersets", versions: []string{"v1"}},
		{name: "XListenerSet", group: experimental, resource: "xlistenersets", versions: []string{"v1alpha1"}},
		{name: "HTTPRoute", group: gateway, resource: "httproutes", versions: []string{"v1", "v1beta1"}},
		{name: "GRPCRoute", group: gateway, resource: "grpcroutes", versions: []string{"v1", "v1alpha2"}},
		{name: "TLSRoute", group: gateway, resource: "tlsroutes", versions: []string{"v1", "v1alpha3", "v1alpha2"}},
		{name: "TCPRoute", group: gateway, resource: "tcproutes", versions: []string{"v1", "v1alpha2"}},
		{name: "BackendTLSPolicy", group: gateway, resource: "backendtlspolicies", versions: []string{"v1", "v1alpha3"}},
		{name: "ReferenceGrant", group: gateway, resource: "referencegrants", versions: []string{"v1", "v1beta1"}},
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

// within leaves the Secrets and settings of other people alone, where the
// cluster is not ours: they are watched in the namespaces of the scope and
// beside Istio, and the public zone where it is kept.
func within(list []kind, scope []string) []kind {
	if scope == nil {
		return list
	}
	var out []kind
	for _, k := range list {
		spaces := []string{""}
		switch k.name {
		case "Secret":
			spaces = withIstio(scope)
		case "ConfigMap":
			if spaces = withIstio(scope); !slices.Contains(spaces, snapshot.ZoneNamespace) {
				spaces = append(slices.Clone(spaces), snapshot.ZoneNamespace)
			}
		}
		for _, ns := range spaces {
			k.namespace = ns
			out = append(out, k)
		}
	}
	return out
}

// publicKeys are the keys of ConfigMaps that are kept: CA bundles that
// policies name, the public zone, and the mesh's own settings. The rest may be
// anything, and large.
var publicKeys = []string{"ca.crt", "cacert", "ca.pem", snapshot.ZoneKey, "mesh", "meshNetworks"}

// trim drops what nobody asks for and what nobody may have.
func trim(o map[string]any) snapshot.Object {
	meta, _ := o["metadata"].(map[string]any)
	delete(meta, "managedFields")
	if o["kind"] == "ConfigMap" {
		delete(o, "binaryData")
		notes, _ := meta["annotations"].(map[string]any)
		delete(notes, "kubectl.kubernetes.io/last-applied-configuration") // the whole of it once more
		delete(notes, "control-plane.alpha.kubernetes.io/leader")         // who leads, renewed every few seconds
		data, _ := o["data"].(map[string]any)
		for k := range data {
			if !slices.Contains(publicKeys, k) {
				delete(data, k)
			}
		}
	}
	return snapshot.Seal(o)
}

// sameBut compares two objects but for one field of their metadata.
func sameBut(a, b snapshot.Object, field string) bool {
	without := func(o snapshot.Object) snapshot.Object {
		o = maps.Clone(o)
		if meta, ok := o["metadata"].(map[string]any); ok {
			meta = maps.Clone(meta)
			delete(meta, field)
			o["metadata"] = meta
		}
		return o
	}
	return reflect.DeepEqual(without(a), without(b))
}
