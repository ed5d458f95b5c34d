package record

import (
	"slices"
	"strings"
)

// unreadPaths are the parts of objects that no trace reads; lists on the way
// are walked through. A Secret's data is in its sealed form.
var unreadPaths = []string{
	"data",
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
		return m["kind"] == "ConfigMap" // the zone in it is in the snapshot's own
	})
	if kinds, ok := tree["kinds"].([]any); ok {
		tree["kinds"] = slices.DeleteFunc(kinds, func(k any) bool { return k == "ConfigMap" })
	}
	for _, path := range unreadPaths {
		dropPath(tree["objects"], strings.Fields(path))
	}
	for _, p := range entries(tree["proxies"]) {
		for _, field := range packed() {
			dropKeys(p[field])
			dropMeshSecrets(p[field])
		}
	}
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
