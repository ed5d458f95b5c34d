package observe

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Of the servers that requests reached of late, so many have their sidecars
// read, for so long.
const (
	maxReached = 6
	reachedFor = 30 * time.Second
)

// syncProxies keeps one proxy for each live Envoy that a request may pass:
// every gateway and waypoint of the scope, the sidecars of the workloads that
// ask, and those of the servers that requests have reached. Pods that end are
// not asked any more, as they would tell of yesterday.
func (o *Observer) syncProxies(objects []snapshot.Object, missing map[string]string) {
	if missing["Pod"] != "" && len(o.partly()["Pod"]) == 0 {
		return // which pods there are is not known; those known stay
	}
	live := map[string]place{}
	for _, p := range o.places(objects) {
		live[p.namespace+"/"+p.pod] = p
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, p := range o.proxies {
		if live[k] != p.place {
			p.close()
			delete(o.proxies, k)
		}
	}
	for k, at := range live {
		if o.proxies[k] != nil {
			continue
		}
		p := newProxy(o.config, o.api, o.base, at)
		o.proxies[k] = p
		if o.follow != nil {
			o.follow(p)
		}
	}
}

// moved says whether an Envoy of these objects is not looked at: its pod came
// after the proxies were made, or a watch saw it end meanwhile.
func (o *Observer) moved(objects []snapshot.Object) bool {
	places := o.places(objects)
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(places, func(p place) bool { return o.proxies[p.namespace+"/"+p.pod] == nil })
}

// places are the Envoys to look at.
func (o *Observer) places(objects []snapshot.Object) []place {
	o.mu.Lock()
	requests, reached := o.requests, o.lately()
	o.mu.Unlock()
	var out []place
	for _, pod := range objects {
		p := place{pod.Namespace(), pod.Name(), pod.Str("status", "podIP"), snapshot.ProxyRole(pod)}
		if p.role == "" || !snapshot.Running(pod) || !o.ours(p.namespace) {
			continue
		}
		if p.role != labs.RoleSidecar || slices.Contains(reached, p.ip) ||
			slices.ContainsFunc(requests, func(r labs.Request) bool { return !r.Outside() && belongs(pod, r.From) }) {
			out = append(out, p)
		}
	}
	return out
}

// ours says whether pods of a namespace may be asked.
func (o *Observer) ours(namespace string) bool {
	return o.scope == nil || slices.Contains(o.scope, namespace)
}

// reach notes the servers that lines name as their upstream.
func (o *Observer) reach(way []trail, now time.Time) (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range way {
		host := t.report().Host()
		if host == "" || t.inbound {
			continue
		}
		if _, known := o.reached[host]; !known {
			news = true
		}
		o.reached[host] = now
	}
	return news
}

// lately are the addresses of the servers that were reached, the latest
// first; the rest is forgotten. The caller holds the lock.
func (o *Observer) lately() []string {
	now := o.clock()
	maps.DeleteFunc(o.reached, func(_ string, at time.Time) bool { return now.Sub(at) > reachedFor })
	out := slices.SortedFunc(maps.Keys(o.reached), func(a, b string) int {
		return cmp.Or(o.reached[b].Compare(o.reached[a]), cmp.Compare(a, b))
	})
	return out[:min(len(out), maxReached)]
}

// belongs says whether a pod is the workload, or one of its pods.
func belongs(pod snapshot.Object, workload string) bool {
	_, ok := snapshot.ParseWorkload(workload).Runs(pod)
	return ok
}

// workloadPods are the running pods of a workload, those that are ready
// first.
func workloadPods(objects []snapshot.Object, workload string) []snapshot.Object {
	var out []snapshot.Object
	for _, o := range objects {
		if snapshot.Running(o) && belongs(o, workload) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b snapshot.Object) int {
		return cmp.Or(cmp.Compare(unready(a), unready(b)), cmp.Compare(a.Name(), b.Name()))
	})
	return out
}

func unready(pod snapshot.Object) int {
	for _, c := range pod.Items("status", "conditions") {
		if c.Str("type") == "Ready" && c.Str("status") == "True" {
			return 0
		}
	}
	return 1
}

// zoneOf reads the public zone from its ConfigMap.
func zoneOf(objects []snapshot.Object, missing map[string]string) (map[string][]string, string) {
	for _, o := range objects {
		if o.Kind() == "ConfigMap" && o.Namespace() == snapshot.ZoneNamespace && o.Name() == snapshot.ZoneName {
			zone, _ := snapshot.ParseZone(o.Str("data", snapshot.ZoneKey))
			return zone, missing["ConfigMap"]
		}
	}
	if why := missing["ConfigMap"]; why != "" {
		return nil, why
	}
	return nil, "there is no ConfigMap " + snapshot.ZoneNamespace + "/" + snapshot.ZoneName + " that holds the public zone"
}
