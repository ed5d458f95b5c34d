package outside

import (
	"fmt"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// resolverName is the name of all that belongs to the resolver.
const resolverName = "resolver"

// ResolverService is where the resolver is asked.
func ResolverService() labs.Object {
	return labs.Object{Kind: "Service", Namespace: snapshot.ZoneNamespace, Name: resolverName}
}

// resolverPort is where it listens; its Service maps 53 to it.
const resolverPort = 5353

// Resolver is a DNS server in the cluster that knows the public zone and asks
// the cluster's own for the rest. It serves workloads where the cluster's DNS
// does not know the zone. It may read the zone's ConfigMap and nothing else.
func Resolver() []labs.Manifest {
	ns, name := snapshot.ZoneNamespace, resolverName
	selector := map[string]any{"app": name}
	account := manifest("v1", "ServiceAccount", ns, name, nil)
	role := manifest("rbac.authorization.k8s.io/v1", "Role", ns, name, nil)
	role.Object["rules"] = []any{map[string]any{
		"apiGroups": []any{""}, "resources": []any{"configmaps"}, "resourceNames": []any{snapshot.ZoneName}, "verbs": []any{"get", "list", "watch"},
	}}
	binding := manifest("rbac.authorization.k8s.io/v1", "RoleBinding", ns, name, nil)
	binding.Object["roleRef"] = map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
	binding.Object["subjects"] = []any{map[string]any{"kind": "ServiceAccount", "name": name, "namespace": ns}}
	zone := ns + "/" + snapshot.ZoneName + "/" + snapshot.ZoneKey
	deployment := manifest("apps/v1", "Deployment", ns, name, map[string]any{
		"selector": map[string]any{"matchLabels": selector},
		"template": map[string]any{"metadata": map[string]any{"labels": selector}, "spec": map[string]any{
			"serviceAccountName": name, "terminationGracePeriodSeconds": int64(1),
			"containers": []any{map[string]any{"name": "app", "image": "gatedrill/app:1", "args": []any{"resolve", fmt.Sprintf(":%d", resolverPort), zone}}},
		}},
	})
	port := func(name, protocol string) any {
		return map[string]any{"name": name, "protocol": protocol, "port": int64(53), "targetPort": int64(resolverPort)}
	}
	service := manifest("v1", "Service", ns, name, map[string]any{"selector": selector, "ports": []any{port("dns", "UDP"), port("dns-tcp", "TCP")}})
	return []labs.Manifest{Home(ns), account, role, binding, deployment, service}
}

// ResolveBy makes pods of a namespace, by their spec, ask a DNS server at an
// address, with the search list that the kubelet writes for the cluster's own
// (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/).
func ResolveBy(podSpec map[string]any, address, namespace string) {
	podSpec["dnsPolicy"] = "None"
	podSpec["dnsConfig"] = map[string]any{
		"nameservers": []any{address},
		"searches":    []any{namespace + ".svc.cluster.local", "svc.cluster.local", "cluster.local"},
		"options":     []any{map[string]any{"name": "ndots", "value": "5"}},
	}
}
