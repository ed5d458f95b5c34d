package observe

import (
	"maps"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
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
	return o.Namespace(), o.Name(), snapshot.Running(o) && snapshot.ProxyRole(o) == labs.RoleGateway
}

// zoneOf reads the public zone from its ConfigMap.
func zoneOf(objects []snapshot.Object, missing map[string]string) (map[string][]string, string) {
	if why := missing["ConfigMap"]; why != "" {
		return nil, why
	}
	for _, o := range objects {
		if o.Kind() == "ConfigMap" && o.Namespace() == snapshot.ZoneNamespace && o.Name() == snapshot.ZoneName {
			zone, _ := snapshot.ParseZone(o.Str("data", snapshot.ZoneKey))
			return zone, ""
		}
	}
	return nil, "there is no ConfigMap " + snapshot.ZoneNamespace + "/" + snapshot.ZoneName + " that holds the public zone"
}
