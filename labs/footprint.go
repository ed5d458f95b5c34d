package labs

import (
	"maps"
	"slices"
	"strings"
)

// NamespacePrefix begins the name of every namespace that gatedrill makes. Labs
// run in clusters that people have: a namespace of theirs named shop is not ours,
// and ours are seen at a glance.
const NamespacePrefix = "drill-"

// Footprint is where labs, and the world they share, put things.
type Footprint struct {
	// Namespaces are those that their own manifests make, sorted.
	Namespaces []string
	// ClusterWide are objects in no namespace, but for the namespaces.
	ClusterWide []Object
}

// FootprintOf reads the footprint from manifests, certificates and operations.
func FootprintOf(list []Lab, w World) Footprint {
	own, wide := map[string]bool{}, map[Object]bool{}
	add := func(made []Manifest, written []Object) {
		for _, m := range made {
			if o := m.Ref(); o.Kind == "Namespace" {
				own[o.Name] = true
			}
		}
		for _, o := range written {
			if o.Namespace == "" && o.Kind != "Namespace" {
				wide[o] = true
			}
		}
	}
	add(w.Change.Manifests(), w.Change.Writes())
	for i := range list {
		for _, c := range list[i].Changes() {
			add(c.Manifests(), c.Writes())
		}
	}
	f := Footprint{Namespaces: slices.Sorted(maps.Keys(own))}
	for o := range wide {
		f.ClusterWide = append(f.ClusterWide, o)
	}
	slices.SortFunc(f.ClusterWide, func(a, b Object) int { return strings.Compare(a.String(), b.String()) })
	return f
}

// Beyond lists what a lab writes outside of the given namespaces, sorted.
// Cluster-wide objects count as outside.
func (l *Lab) Beyond(own []string) []Object {
	out := map[string]Object{}
	for _, o := range append(certificateObjects(l.Certificates), l.writes()...) {
		ns := o.Namespace
		if o.Kind == "Namespace" {
			ns = o.Name
		}
		if !slices.Contains(own, ns) {
			out[o.String()] = o
		}
	}
	var list []Object
	for _, k := range slices.Sorted(maps.Keys(out)) {
		list = append(list, out[k])
	}
	return list
}

// Changes are all that a lab may do to a cluster.
func (l *Lab) Changes() []Change {
	all := append([]Change{{Objects: l.Homes}, l.Internet, l.Base, l.Fault}, l.Solutions...)
	for _, s := range l.Shortcuts {
		all = append(all, s.Change)
	}
	return all
}

func (l *Lab) writes() []Object {
	var out []Object
	for _, c := range l.Changes() {
		out = append(out, c.Writes()...)
	}
	return out
}

// Manifests are those applied first and those applied by operations.
func (c Change) Manifests() []Manifest {
	out := slices.Clone(c.Objects)
	for _, op := range c.Ops {
		out = append(out, op.Apply...)
	}
	return out
}

// Writes lists the objects that a change makes, changes or deletes.
func (c Change) Writes() []Object {
	var out []Object
	for _, m := range c.Manifests() {
		out = append(out, m.Ref())
	}
	for _, op := range c.Ops {
		switch {
		case op.Delete != nil:
			out = append(out, *op.Delete)
		case op.Recreate != nil:
			out = append(out, *op.Recreate)
		case op.Patch != nil:
			out = append(out, op.Patch.Object)
		case op.Restart != nil:
			out = append(out, *op.Restart)
		case op.Certificate != nil:
			out = append(out, certificateObjects([]Certificate{*op.Certificate})...)
		}
	}
	return out
}

// certificateObjects are the Secrets of certificates; those of clients are
// gatedrill's own.
func certificateObjects(list []Certificate) []Object {
	var out []Object
	for _, c := range list {
		if c.Client == "" {
			ns, name, _ := strings.Cut(c.Secret, "/")
			out = append(out, Object{Kind: "Secret", Namespace: ns, Name: name})
		}
	}
	return out
}

// Ref names the object; its group is left out.
func (m Manifest) Ref() Object {
	meta, _ := m.Object["metadata"].(map[string]any)
	kind, _ := m.Object["kind"].(string)
	ns, _ := meta["namespace"].(string)
	name, _ := meta["name"].(string)
	return Object{Kind: kind, Namespace: ns, Name: name}
}
