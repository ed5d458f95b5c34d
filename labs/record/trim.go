package record

import (
	"maps"
	"slices"
	"strings"
)

// unreadPaths are the parts of objects that no trace reads; lists on the way
// are walked through.
var unreadPaths = []string{
	"metadata uid", "metadata resourceVersion", "metadata generation", "metadata generateName",
	"metadata ownerReferences uid", "metadata managedFields",
	"metadata annotations kubectl.kubernetes.io/last-applied-configuration",
	"spec affinity", "spec securityContext", "spec tolerations", "spec volumes", "spec template spec",
	"spec containers env", "spec containers volumeMounts", "spec containers resources",
	"spec containers securityContext", "spec containers readinessProbe", "spec containers startupProbe", "spec containers livenessProbe",
	"spec initContainers env", "spec initContainers volumeMounts", "spec initContainers resources", "spec initContainers securityContext",
	"status containerStatuses", "status initContainerStatuses",
}

// unreadKeys are the fields that no trace reads wherever they stand in a
// proxy's dumps. Envoy's own bootstrap, which tells of the machine and of no
// request, goes with its "bootstrap".
var unreadKeys = []string{
	"access_log", "alt_stat_name", "bootstrap", "common_lb_config", "config_source", "connect_timeout", "custom_tags",
	"draining_state", "eds_config", "health_check_config", "last_updated", "lb_policy",
	"observability_name", "policy", "sds_config", "stat_prefix", "stats", "tracing",
	"upstream_connection_options", "version_info",
}

// trim drops what no trace reads, in place.
func trim(tree map[string]any) {
	objects, _ := tree["objects"].([]any)
	tree["objects"] = slices.DeleteFunc(objects, func(o any) bool {
		m, _ := o.(map[string]any)
		return m["kind"] == "ConfigMap" && !keepSettings(m)
	})
	for _, path := range unreadPaths {
		dropPath(tree["objects"], strings.Fields(path))
	}
	for _, o := range entries(tree["objects"]) {
		if o["kind"] != "ConfigMap" {
			delete(o, "data")
		}
	}
	for _, p := range entries(tree["proxies"]) {
		for _, field := range packed() {
			dropKeys(p[field])
			dropMeshSecrets(p[field])
		}
	}
}

// settings are the keys of ConfigMaps that are read: CAs that policies and
// Gateways name, and the mesh's own settings.
var settings = []string{"ca.crt", "cacert", "ca.pem", "mesh", "meshNetworks"}

// keepSettings leaves of a ConfigMap what is read, and says whether that is
// anything. The zone is in the snapshot's own; the mesh's root, which lies in
// every namespace, is nobody's choice. Of any other kind data goes: a Secret's
// is in its sealed form.
func keepSettings(configMap map[string]any) bool {
	meta, _ := configMap["metadata"].(map[string]any)
	data, _ := configMap["data"].(map[string]any)
	maps.DeleteFunc(data, func(k string, _ any) bool { return !slices.Contains(settings, k) })
	return len(data) > 0 && meta["name"] != "istio-ca-root-cert"
}

func dropPath(v any, path []string) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			dropPath(e, path)
		}
	case map[string]any:
		if len(path) == 1 {
			delete(x, path[0])
			return
		}
		dropPath(x[path[0]], path[1:])
	}
}

func dropKeys(v any) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			dropKeys(e)
		}
	case map[string]any:
		for _, k := range unreadKeys {
			delete(x, k)
		}
		for _, e := range x {
			dropKeys(e)
		}
	}
}

// dropMeshSecrets empties the secrets of a config dump that are not from the
// API but Istio's own: the proxy's identity and the mesh's root.
func dropMeshSecrets(dump any) {
	d, _ := dump.(map[string]any)
	for _, section := range entries(d["configs"]) {
		for _, list := range []string{"static_secrets", "dynamic_active_secrets", "dynamic_warming_secrets"} {
			for _, s := range entries(section[list]) {
				if name, _ := s["name"].(string); !strings.HasPrefix(name, "kubernetes") {
					delete(s, "secret")
				}
			}
		}
	}
}
