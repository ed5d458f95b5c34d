package accuracy

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/outside"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// own leaves out what earlier cases left and the next will bring: objects and
// proxies in namespaces of ours that are not the case's.
func (c Case) own(s snapshot.Snapshot) snapshot.Snapshot {
	mine := []string{snapshot.ZoneNamespace}
	if len(c.Outside) > 0 {
		mine = append(mine, outside.Namespace)
	}
	for _, m := range c.Objects.Objects {
		o := objectOf(m)
		mine = append(mine, o.Namespace)
		if o.Kind == "Namespace" {
			mine = append(mine, o.Name)
		}
	}
	foreign := func(ns string) bool { return strings.HasPrefix(ns, labs.NamespacePrefix) && !slices.Contains(mine, ns) }
	s.Objects = slices.DeleteFunc(slices.Clone(s.Objects), func(o snapshot.Object) bool {
		return foreign(o.Namespace()) || o.Kind() == "Namespace" && foreign(o.Name())
	})
	s.Proxies = slices.DeleteFunc(slices.Clone(s.Proxies), func(p snapshot.Proxy) bool { return foreign(p.Namespace) })
	s.Missing = maps.Clone(s.Missing)
	maps.DeleteFunc(s.Missing, func(what, _ string) bool {
		pod, ok := strings.CutPrefix(what, "proxy ")
		ns, _, _ := strings.Cut(pod, "/")
		return ok && foreign(ns)
	})
	return s
}

// waits says what is not ready yet, "" when all is.
func (c Case) waits(s snapshot.Snapshot) string {
	for what, why := range s.Missing {
		if pod, ok := strings.CutPrefix(what, "proxy "); ok && !c.neverReady(pod) {
			return what + ": " + why
		}
	}
	index := snapshot.IndexOf(s.Objects)
	if why := c.unseen(index); why != "" {
		return why
	}
	for _, g := range index.All("gateway.networking.k8s.io", "Gateway") {
		if why := unprocessed(g, index); why != "" {
			return why
		}
	}
	for _, d := range index.All("apps", "Deployment") {
		if !available(d) && !c.neverReady(d.Namespace()+"/"+d.Name()+"-") {
			return d.Ref().String() + " to be ready"
		}
	}
	return ""
}

// unseen is a Deployment of the case that is not to be seen yet.
func (c Case) unseen(index snapshot.Index) string {
	for _, m := range c.Objects.Objects {
		o := objectOf(m)
		if o.Kind != "Deployment" || index.Get(o.Group, o.Kind, o.Namespace, o.Name) != nil {
			continue
		}
		gone := slices.ContainsFunc(c.Patch, func(op labs.Op) bool { return op.Delete != nil && op.Delete.Kind == o.Kind && op.Delete.Name == o.Name })
		if !gone {
			return o.String()
		}
	}
	return ""
}

// neverReady says whether a pod is one of a Deployment that is meant not to get
// ready.
func (c Case) neverReady(pod string) bool {
	return slices.ContainsFunc(c.Unready, func(text string) bool {
		o, _ := labfile.ParseObject(text)
		return strings.HasPrefix(pod, o.Namespace+"/"+o.Name+"-")
	})
}

// unprocessed says that Istio has not seen a Gateway yet, or not made its
// proxy.
func unprocessed(g snapshot.Object, index snapshot.Index) string {
	class := g.Str("spec", "gatewayClassName")
	if class != "istio" && class != "istio-waypoint" || g.Labels("metadata", "labels")["istio.io/rev"] != "" {
		return "" // of another revision, which nobody runs
	}
	status := ""
	for _, c := range g.Items("status", "conditions") {
		if c.Str("type") == "Accepted" && c.Num("observedGeneration") >= g.Num("metadata", "generation") {
			status = c.Str("status")
		}
	}
	switch status {
	case "", "Unknown":
		return g.Ref().String() + " to be looked at by Istio"
	case "False": // gets no proxy
		return ""
	}
	name := g.Name()
	if class == "istio" {
		name += "-istio"
	}
	manual := len(g.Items("spec", "addresses")) > 0
	if !manual && index.Get("apps", "Deployment", g.Namespace(), name) == nil {
		return "the proxy of " + g.Ref().String()
	}
	return ""
}

func available(d snapshot.Object) bool {
	want := 1
	if d.Has("spec", "replicas") {
		want = d.Num("spec", "replicas")
	}
	return d.Num("status", "updatedReplicas") >= want && d.Num("status", "availableReplicas") >= want &&
		d.Num("status", "observedGeneration") >= d.Num("metadata", "generation")
}
