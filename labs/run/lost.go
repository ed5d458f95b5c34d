package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// seen is a snapshot in which objects are found by name.
type seen struct {
	snapshot.Snapshot
	index snapshot.Index
}

// find returns an object, nil when it is gone or on its way out; known says
// whether that can be told.
func (s seen) find(o labs.Object) (found snapshot.Object, known bool) {
	if s.Missing[o.Kind] != "" || !s.Looked(o.Group, o.Kind) {
		return nil, false
	}
	found = s.index.Get(o.Group, o.Kind, o.Namespace, o.Name)
	if found == nil && o.Namespace == istioHome && o.Name == istiod {
		found = s.revision(o)
	}
	if found.Has("metadata", "deletionTimestamp") {
		return nil, true
	}
	return found, true
}

// revision is the istiod that bears its revision in its name.
func (s seen) revision(o labs.Object) snapshot.Object {
	for _, other := range s.index.All(o.Group, o.Kind) {
		if other.Namespace() == o.Namespace && other.Labels("metadata", "labels")["app"] == istiod {
			return other
		}
	}
	return nil
}

// lost lists what is needed and gone.
func (n needs) lost(s seen) []need {
	var out []need
	for _, o := range n.objects {
		if found, known := s.find(o.Object); known && found == nil {
			out = append(out, o)
		}
	}
	return out
}

// replaced says whether all that is lost may be so in a lab that works: it is
// what the fault spoiled, or something of the learner's stands for it.
func (n needs) replaced(lost []need, s snapshot.Snapshot) bool {
	for _, o := range lost {
		if !n.spoiled(o.Object) && !n.stoodFor(o.Object, s) {
			return false
		}
	}
	return true
}

// spoiled says whether the fault makes or changes an object.
func (n needs) spoiled(o labs.Object) bool {
	return slices.ContainsFunc(n.fault, func(f labs.Object) bool { return same(f, o) })
}

// stoodFor says whether there is an object of the learner's own that can do
// what a lost one did.
func (n needs) stoodFor(o labs.Object, s snapshot.Snapshot) bool {
	own := func(x labs.Object) bool {
		return !n.spoiled(x) && !slices.ContainsFunc(n.objects, func(m need) bool { return m.Object == x })
	}
	return slices.ContainsFunc(s.Objects, func(x snapshot.Object) bool {
		return x.Namespace() == o.Namespace && part(x.Ref()) == part(o) && part(o) != "" && own(x.Ref())
	})
}

// part is what an object of the mesh does there; "" for those of Kubernetes,
// which nothing stands in for.
func part(o labs.Object) string {
	switch {
	case !strings.HasSuffix(o.Group, "istio.io") && o.Group != gatewayAPI:
		return ""
	case o.Kind == "VirtualService", strings.HasSuffix(o.Kind, "Route"):
		return "route"
	}
	return o.Kind
}

// still says which Deployment runs no pod, "" when all do. The fault may be
// why: then it is not told.
func (n needs) still(s seen) string {
	for _, o := range n.objects {
		found, known := s.find(o.Object)
		if o.Kind != "Deployment" || !known || found == nil || o.idle {
			continue
		}
		effect := o.effect
		if effect == "" {
			effect = "the lab is not whole"
		}
		switch {
		case slices.ContainsFunc(n.scaled, func(f labs.Object) bool { return same(f, o.Object) }):
		case found.Has("spec", "replicas") && found.Num("spec", "replicas") == 0:
			return fmt.Sprintf("%s is scaled to 0: %s. Scale it up (kubectl scale -n %s deployment/%s --replicas=1), or reset the lab: gatedrill lab reset.",
				o, effect, found.Namespace(), found.Name())
		case found.Num("status", "availableReplicas") > 0 || n.spoiled(o.Object):
		case !n.unsettles(found):
			return fmt.Sprintf("%s has no ready pod: until it is back, %s. Look: kubectl get pod -n %s; reset the lab if it stays away: gatedrill lab reset.",
				o, effect, found.Namespace())
		}
	}
	return ""
}

// unready says whether a Deployment, whoever is why, has fewer pods than it
// wants, as far as is known: what holds may hold only until they are there.
func (n needs) unready(s seen) bool {
	return slices.ContainsFunc(n.objects, func(o need) bool {
		found, known := s.find(o.Object)
		switch {
		case o.Kind != "Deployment":
			return false
		case !known:
			return true
		}
		want := 1
		if found.Has("spec", "replicas") {
			want = found.Num("spec", "replicas")
		}
		return found.Num("status", "availableReplicas") < want
	})
}

// unsettles says whether the fault changes something by which pods of a
// Deployment may fail to become ready.
func (n needs) unsettles(deployment snapshot.Object) bool {
	template := fmt.Sprint(deployment.Map("spec", "template"))
	named := []string{"ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"}
	ruling := []string{"Pod", "ReplicaSet", "NetworkPolicy", "ResourceQuota", "LimitRange", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding",
		"Namespace", "EnvoyFilter", "Sidecar", "ProxyConfig"}
	return slices.ContainsFunc(n.fault, func(o labs.Object) bool {
		here := o.Namespace == deployment.Namespace() || o.Namespace == ""
		return here && (slices.Contains(ruling, o.Kind) || slices.Contains(named, o.Kind) && strings.Contains(template, o.Name))
	})
}

// refused says what Envoy does not take of its latest configuration: it goes
// on with what it had before, and the next pod starts without. What a fault
// changes of Envoy's own is for the learner to find.
func (n needs) refused(s snapshot.Snapshot) string {
	if slices.ContainsFunc(n.fault, func(o labs.Object) bool { return o.Kind == "EnvoyFilter" || o.Kind == "WasmPlugin" }) {
		return ""
	}
	filter := slices.IndexFunc(s.Objects, func(o snapshot.Object) bool {
		return o.Kind() == "EnvoyFilter" && !slices.ContainsFunc(n.objects, func(m need) bool { return m.Object == o.Ref() })
	})
	for _, p := range s.Proxies {
		for _, r := range stale(p, filter >= 0) {
			change := "the change that it comes from"
			if filter >= 0 {
				change = s.Objects[filter].Ref().String()
			}
			return fmt.Sprintf("Envoy of pod %s/%s refuses its latest %s %s and goes on with what it had before: %s. Take back %s, or reset the lab: gatedrill lab reset.",
				p.Namespace, p.Pod, r.Kind, r.Name, strings.TrimSuffix(r.Details, "."), change)
		}
	}
	return ""
}

// stale lists what a proxy refused. Of listeners its dump says so. Of the rest
// its log does, which is silent when Envoy is sent again what it has: that is
// believed only while somebody's EnvoyFilter is there, and of what there is an
// older version of.
func stale(p snapshot.Proxy, filtered bool) []envoy.Refusal {
	if p.Config == nil {
		return nil
	}
	out := slices.DeleteFunc(slices.Clone(p.Config.Refused), func(r envoy.Refusal) bool { return r.Kind != "listener" })
	for _, r := range p.Refused {
		_, cluster := p.Config.Cluster(r.Name)
		_, table := p.Config.RouteConfig(r.Name)
		if filtered && (r.Kind == "cluster" && cluster || r.Kind == "route" && table) {
			out = append(out, r)
		}
	}
	return out
}
