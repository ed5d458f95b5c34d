package observe

import (
	"maps"
	"slices"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// syncGateways keeps one gateway for each live gateway pod of the scope: those
// that end are not asked any more, as they would tell of yesterday.
func (o *Observer) syncGateways(objects []snapshot.Object, missing map[string]string) {
	if missing["Pod"] != "" {
		return // which pods there are is not known; those known stay
	}
	live := map[string][2]string{}
	for _, obj := range objects {
		if ns, name, ok := gatewayPod(obj); ok && (o.scope == nil || slices.Contains(o.scope, ns)) {
			live[ns+"/"+name] = [2]string{ns, name}
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, g := range o.gateways {
		if _, ok := live[k]; !ok {
			g.close()
			delete(o.gateways, k)
		}
	}
	for k, id := range live {
		if o.gateways[k] != nil {
			continue
		}
		g := newGateway(o.config, o.api, o.base, id[0], id[1])
		o.gateways[k] = g
		if o.follow != nil {
			o.follow(g)
		}
	}
}

// gatewayPod recognises a running pod whose Envoy is a gateway.
func gatewayPod(o snapshot.Object) (namespace, name string, ok bool) {
	if o["kind"] != "Pod" {
		return "", "", false
	}
	meta := child(o, "metadata")
	if meta["deletionTimestamp"] != nil || child(o, "status")["phase"] != "Running" {
		return "", "", false
	}
	containers, _ := child(o, "spec")["containers"].([]any)
	for _, c := range containers {
		m, _ := c.(map[string]any)
		args, _ := m["args"].([]any)
		if m["name"] == proxyContainer && slices.Contains(args, any("router")) {
			namespace, _ = meta["namespace"].(string)
			name, _ = meta["name"].(string)
			return namespace, name, true
		}
	}
	return "", "", false
}

func child(o map[string]any, field string) map[string]any {
	m, _ := o[field].(map[string]any)
	return m
}

// zoneOf reads the public zone from its ConfigMap.
func zoneOf(objects []snapshot.Object, missing map[string]string) (map[string][]string, string) {
	if why := missing["ConfigMap"]; why != "" {
		return nil, why
	}
	for _, o := range objects {
		meta := child(o, "metadata")
		if o["kind"] != "ConfigMap" || meta["namespace"] != snapshot.ZoneNamespace || meta["name"] != snapshot.ZoneName {
			continue
		}
		text, _ := child(o, "data")[snapshot.ZoneKey].(string)
		zone, _ := snapshot.ParseZone(text)
		return zone, ""
	}
	return nil, "there is no ConfigMap " + snapshot.ZoneNamespace + "/" + snapshot.ZoneName + " that holds the public zone"
}

// serviceAddress is the outside address of a Service, "" when it has none.
func serviceAddress(objects []snapshot.Object, namespace, name string) string {
	for _, o := range objects {
		meta := child(o, "metadata")
		if o["kind"] != "Service" || meta["namespace"] != namespace || meta["name"] != name {
			continue
		}
		ingress, _ := child(child(o, "status"), "loadBalancer")["ingress"].([]any)
		for _, in := range ingress {
			if m, ok := in.(map[string]any); ok {
				if ip, ok := m["ip"].(string); ok {
					return ip
				}
			}
		}
		external, _ := child(o, "spec")["externalIPs"].([]any)
		for _, ip := range external {
			if s, ok := ip.(string); ok {
				return s
			}
		}
	}
	return ""
}
