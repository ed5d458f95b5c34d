package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// trouble says what keeps a lab from being judged, in three parts: what,
// where, what next. It looks at the namespaces that the lab lives in, istiod,
// and the gateway's pods, whose Deployment is named like the Service; not at
// what is the lab's own fault, which is the learner's to find.
func trouble(lab *labs.Lab, homes []string, s snapshot.Snapshot) string {
	if why := silence(s); why != "" {
		return fmt.Sprintf("The cluster's API does not answer (%s). See gatedrill cluster status, start it with gatedrill cluster up; the lab is kept and goes on by itself.", why)
	}
	if lost := lostNamespaces(homes, s); len(lost) > 0 {
		return fmt.Sprintf("Namespace %s is gone, with all that was in it. Reset the lab to get it back.", strings.Join(lost, ", "))
	}
	ns, name := "istio-system", "istio-ingressgateway"
	if lab.Gateway != "" {
		ns, name, _ = strings.Cut(lab.Gateway, "/")
	}
	for _, d := range []struct {
		ns, name, effect string
		secret           bool
	}{
		{"istio-system", "istiod", "no change reaches a gateway", false},
		// A gateway without pods is what a broken entry may come down to.
		{ns, name, "the gateway answers nothing", slices.Contains(lab.Breaks, labs.StepEntry)},
	} {
		if d.secret || breaksDeployment(lab, d.ns, d.name) {
			continue
		}
		switch deployment(s, d.ns, d.name) {
		case gone:
			return fmt.Sprintf("Deployment %s/%s is gone: %s. Reset the lab to get it back.", d.ns, d.name, d.effect)
		case unready:
			return fmt.Sprintf("Deployment %s/%s has no ready pod: until it is back, %s. Look: kubectl get pod -n %s; reset the lab if it stays away.", d.ns, d.name, d.effect, d.ns)
		case running:
		}
	}
	return ""
}

// breaksDeployment says whether a lab's fault changes a Deployment.
func breaksDeployment(lab *labs.Lab, ns, name string) bool {
	return slices.ContainsFunc(lab.Fault.Writes(), func(o labs.Object) bool {
		return o.Kind == "Deployment" && o.Namespace == ns && o.Name == name
	})
}

// silence says why the cluster's API does not answer, "" when it does.
func silence(s snapshot.Snapshot) string {
	why := s.Missing["Deployment"]
	if why == "" || s.Missing["Service"] == "" || s.Missing["Pod"] == "" {
		return ""
	}
	return reason(why)
}

// homesOf lists the namespaces that the world and a lab's base make or use,
// without those that the lab's fault deletes.
func homesOf(world labs.World, lab *labs.Lab) []string {
	var out []string
	for _, m := range append(slices.Clone(world.Change.Objects), lab.Base.Objects...) {
		meta, _ := m.Object["metadata"].(map[string]any)
		field := "namespace"
		if m.Object["kind"] == "Namespace" {
			field = "name"
		}
		if ns, _ := meta[field].(string); ns != "" {
			out = append(out, ns)
		}
	}
	for _, op := range lab.Fault.Ops {
		if d := op.Delete; d != nil && d.Kind == "Namespace" {
			out = slices.DeleteFunc(out, func(ns string) bool { return ns == d.Name })
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lostNamespaces are those that are not there, or on their way out.
func lostNamespaces(homes []string, s snapshot.Snapshot) []string {
	there, listed := map[any]bool{}, false
	for _, o := range s.Objects {
		if o["kind"] != "Namespace" {
			continue
		}
		listed = true
		meta, _ := o["metadata"].(map[string]any)
		there[meta["name"]] = meta["deletionTimestamp"] == nil
	}
	if _, missing := s.Missing["Namespace"]; missing || !listed {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(homes), func(ns string) bool { return there[ns] })
}

// reason is the end of a chain of errors, which says what it came down to.
func reason(text string) string {
	parts := strings.Split(text, ": ")
	return parts[len(parts)-1]
}

// condition of a Deployment.
type condition int

const (
	running condition = iota // or not known to be otherwise
	unready
	gone
)

func deployment(s snapshot.Snapshot, ns, name string) condition {
	listed := false
	for _, o := range s.Objects {
		if o["kind"] != "Deployment" {
			continue
		}
		listed = true
		meta, _ := o["metadata"].(map[string]any)
		if meta["name"] != name || meta["namespace"] != ns {
			continue
		}
		status, _ := o["status"].(map[string]any)
		if n := fmt.Sprint(status["availableReplicas"]); n == "<nil>" || n == "0" {
			return unready
		}
		return running
	}
	if _, missing := s.Missing["Deployment"]; missing || !listed {
		return running
	}
	return gone
}
