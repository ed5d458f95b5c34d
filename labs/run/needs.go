package run

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const (
	apps       = "apps"
	gatewayAPI = "gateway.networking.k8s.io"
	istioHome  = "istio-system"
	istiod     = "istiod"
)

// needs is what must be there while a lab is worked on. What the lab's fault
// deletes is not among it: that it is gone is the learner's to find.
type needs struct {
	homes   []string // namespaces
	objects []need
	fault   []labs.Object // what the fault makes or changes
	scaled  []labs.Object // the Deployments whose number of pods it changes
}

// need is one object, and what comes of its absence where that goes beyond
// the object.
type need struct {
	labs.Object
	effect string
	idle   bool // a Deployment that the lab itself leaves without pods
}

// needsOf lists what the world and a lab's base make, its certificates'
// Secrets, and the gateways that its requests pass.
func needsOf(world labs.World, lab *labs.Lab) needs {
	n := needs{homes: homesOf(world, lab), fault: changed(lab), scaled: scaled(lab)}
	for _, m := range slices.Concat(world.Change.Manifests(), lab.Internet.Manifests(), lab.Base.Manifests()) {
		o := snapshot.Object(m.Object)
		if o.Kind() != "Namespace" {
			n.add(need{Object: o.Ref(), idle: o.Has("spec", "replicas") && o.Num("spec", "replicas") == 0})
		}
	}
	for _, c := range slices.Concat(world.Certificates, lab.Certificates) {
		if ns, name, ok := strings.Cut(c.Secret, "/"); ok {
			n.add(need{Object: labs.Object{Kind: "Secret", Namespace: ns, Name: name}})
		}
	}
	n.addGateways(lab)
	n.addRunner(istioHome, istiod, "no change reaches a gateway")
	n.objects = slices.DeleteFunc(n.objects, func(o need) bool { return deletes(lab, o.Object) })
	return n
}

// addGateways adds what runs the gateways and waypoints: of a Gateway of the
// Gateway API, Istio makes a Deployment and a Service.
func (n *needs) addGateways(lab *labs.Lab) {
	const silent = "the gateway answers nothing"
	for _, m := range lab.Base.Manifests() {
		o := snapshot.Object(m.Object)
		if o.Kind() != "Gateway" || o.Group() != gatewayAPI {
			continue
		}
		switch class := o.Str("spec", "gatewayClassName"); class {
		case "istio":
			n.addRunner(o.Namespace(), o.Name()+"-"+class, silent)
		case "istio-waypoint":
			n.addRunner(o.Namespace(), o.Name(), "nothing passes the waypoint")
		}
	}
	for _, ref := range passed(lab) {
		ns, name, _ := strings.Cut(ref, "/")
		if ns == istioHome {
			n.addRunner(ns, name, silent)
		} else {
			n.add(need{Object: labs.Object{Kind: "Service", Namespace: ns, Name: name}, effect: silent})
		}
	}
}

// addRunner adds a Deployment and the Service of its name.
func (n *needs) addRunner(ns, name, effect string) {
	n.add(need{Object: labs.Object{Group: apps, Kind: "Deployment", Namespace: ns, Name: name}, effect: effect})
	n.add(need{Object: labs.Object{Kind: "Service", Namespace: ns, Name: name}, effect: effect})
}

func (n *needs) add(one need) {
	if i := slices.IndexFunc(n.objects, func(o need) bool { return o.Object == one.Object }); i >= 0 {
		one.idle = n.objects[i].idle
		n.objects[i] = one
		return
	}
	n.objects = append(n.objects, one)
}

// passed are the gateways, namespace/name, that a lab's requests come in by or
// are to go by.
func passed(lab *labs.Lab) []string {
	var out []string
	for _, r := range lab.Requests {
		switch {
		case !r.Outside():
		case r.Gateway != "":
			out = append(out, r.Gateway)
		case lab.Gateway != "":
			out = append(out, lab.Gateway)
		default:
			out = append(out, labs.DefaultGateway)
		}
		if r.Via != "" {
			out = append(out, r.Via)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// homesOf lists the namespaces that the world and a lab's base make or use,
// without those that the lab's fault deletes.
func homesOf(world labs.World, lab *labs.Lab) []string {
	var out []string
	for _, m := range append(slices.Clone(world.Change.Objects), lab.Base.Objects...) {
		o := m.Ref()
		ns := o.Namespace
		if o.Kind == "Namespace" {
			ns = o.Name
		}
		if ns != "" && !deletes(lab, labs.Object{Kind: "Namespace", Name: ns}) {
			out = append(out, ns)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// deletes says whether a lab's fault takes an object away, or the namespace
// that it is in.
func deletes(lab *labs.Lab, o labs.Object) bool {
	return slices.ContainsFunc(lab.Fault.Ops, func(op labs.Op) bool {
		return op.Delete != nil && (same(*op.Delete, o) || op.Delete.Kind == "Namespace" && op.Delete.Name == o.Namespace)
	})
}

// changed lists what a lab's fault makes or changes. A restart changes
// nothing that lasts.
func changed(lab *labs.Lab) []labs.Object {
	fault := lab.Fault
	fault.Ops = slices.DeleteFunc(slices.Clone(fault.Ops), func(op labs.Op) bool { return op.Restart != nil })
	return fault.Writes()
}

// scaled lists the Deployments that a lab's fault writes whole, or whose number
// of pods it changes.
func scaled(lab *labs.Lab) []labs.Object {
	var out []labs.Object
	for _, m := range lab.Fault.Manifests() {
		out = append(out, m.Ref())
	}
	for _, op := range lab.Fault.Ops {
		if op.Patch != nil && (snapshot.Object(op.Patch.Merge).Has("spec", "replicas") || slices.ContainsFunc(op.Patch.JSON, scales)) {
			out = append(out, op.Patch.Object)
		}
	}
	return out
}

// scales says whether a step of a JSON patch may change a number of pods.
func scales(step any) bool {
	m, _ := step.(map[string]any)
	return slices.Contains([]string{"", "/spec", "/spec/replicas"}, snapshot.Object(m).Str("path"))
}

// same compares two names of objects, of which either may leave its group out.
func same(a, b labs.Object) bool {
	if a.Group == "" || b.Group == "" {
		a.Group, b.Group = "", ""
	}
	return a == b
}
