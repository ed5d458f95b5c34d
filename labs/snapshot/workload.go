package snapshot

import (
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// madeByCron is the name of a Job that a CronJob made.
var madeByCron = regexp.MustCompile(`^(.+)-\d+$`)

// Owners are what a pod belongs to, the nearest first: what made it, and, as
// far as names tell, what made that: the Deployment of a ReplicaSet, the
// CronJob of a Job. A pod made by hand has none.
func Owners(pod Object) []labs.Object {
	var out []labs.Object
	hash := pod.Labels("metadata", "labels")["pod-template-hash"]
	for _, o := range pod.Items("metadata", "ownerReferences") {
		if o.Str("kind") == "Node" {
			continue // a pod that the kubelet has from a file
		}
		group, _, grouped := strings.Cut(o.Str("apiVersion"), "/")
		if !grouped {
			group = ""
		}
		ref := labs.Object{Group: group, Kind: o.Str("kind"), Namespace: pod.Namespace(), Name: o.Str("name")}
		out = append(out, ref)
		if name, ok := strings.CutSuffix(ref.Name, "-"+hash); ok && hash != "" && ref.Kind == "ReplicaSet" {
			out = append(out, labs.Object{Group: group, Kind: "Deployment", Namespace: ref.Namespace, Name: name})
		}
		if m := madeByCron.FindStringSubmatch(ref.Name); m != nil && ref.Kind == "Job" {
			out = append(out, labs.Object{Group: group, Kind: "CronJob", Namespace: ref.Namespace, Name: m[1]})
		}
	}
	return out
}

// Workload names what runs pods: by namespace and name, and by its kind, where
// several of one name are told apart. "Pod" is a kind like the others.
type Workload struct{ Namespace, Kind, Name string }

// ParseWorkload reads "namespace/name" or "namespace/kind/name".
func ParseWorkload(text string) Workload {
	parts := strings.SplitN(text, "/", 3)
	switch len(parts) {
	case 1:
		return Workload{Name: parts[0]}
	case 2:
		return Workload{Namespace: parts[0], Name: parts[1]}
	}
	return Workload{parts[0], parts[1], parts[2]}
}

// Runs says whether a pod is the workload or one of its pods, and as what.
func (w Workload) Runs(pod Object) (labs.Object, bool) {
	if pod.Namespace() != w.Namespace {
		return labs.Object{}, false
	}
	owners := Owners(pod)
	for i := len(owners) - 1; i >= 0; i-- { // the Deployment before its ReplicaSet
		if w.names(owners[i]) {
			return owners[i], true
		}
	}
	return pod.Ref(), w.names(pod.Ref())
}

func (w Workload) names(o labs.Object) bool {
	return o.Name == w.Name && (w.Kind == "" || strings.EqualFold(o.Kind, w.Kind))
}

// Ref is what the workload is called where no pod of it was seen: a Deployment
// unless it says otherwise.
func (w Workload) Ref() labs.Object {
	out := labs.Object{Group: "apps", Kind: "Deployment", Namespace: w.Namespace, Name: w.Name}
	for _, known := range []labs.Object{
		{Group: "apps", Kind: "StatefulSet"}, {Group: "apps", Kind: "DaemonSet"}, {Group: "apps", Kind: "ReplicaSet"},
		{Group: "batch", Kind: "Job"}, {Group: "batch", Kind: "CronJob"}, {Kind: "Pod"},
	} {
		if strings.EqualFold(known.Kind, w.Kind) {
			out.Group, out.Kind = known.Group, known.Kind
		}
	}
	return out
}
