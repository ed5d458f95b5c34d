package labfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// meshNamespace is where a mesh has what is everybody's.
const meshNamespace = "istio-system"

// reach holds a lab to its own namespaces. Whatever it writes beyond them it
// has to require, and beyond the mesh's it writes nothing: whoever starts
// somebody's lab in a cluster of theirs need not read it first.
func reach(l *labs.Lab) []labs.Problem {
	var problems []labs.Problem
	complain := func(format string, a ...any) {
		problems = append(problems, labs.Problem{Pos: l.Place("requires"), Words: fmt.Sprintf(format, a...)})
	}
	admin := slices.Contains(l.Requires, string(labs.CapabilityMeshAdmin))
	needed := false
	for _, o := range l.Beyond(nil) {
		ns := o.Namespace
		if o.Kind == "Namespace" {
			ns = o.Name
		}
		switch {
		case strings.HasPrefix(ns, labs.NamespacePrefix):
		case ns == meshNamespace && o.Kind != "Namespace", ns == "" && o.Kind == "GatewayClass":
			if needed = true; !admin {
				complain("the lab writes %s, which is the whole mesh's: requires must name %s", o, labs.CapabilityMeshAdmin)
			}
		default:
			complain("the lab writes %s: a lab writes to namespaces named %s… and, where it requires %s, to %s",
				o, labs.NamespacePrefix, labs.CapabilityMeshAdmin, meshNamespace)
		}
	}
	if admin && !needed {
		complain("the lab writes to no namespace but the labs' own: leave %s out of requires", labs.CapabilityMeshAdmin)
	}
	for _, c := range l.Changes() {
		for _, m := range c.Manifests() {
			if key := ofTheNode(m.Object); key != "" {
				problems = append(problems, labs.Problem{Pos: m.Pos, Words: fmt.Sprintf("%s reaches for the node: a lab's pods have no %s", m.Ref(), key)})
			}
		}
		for _, op := range c.Ops {
			if op.Patch == nil {
				continue
			}
			if key := ofTheNode([]any{op.Patch.Merge, op.Patch.JSON}); key != "" {
				problems = append(problems, labs.Problem{Pos: op.Pos, Words: fmt.Sprintf("the patch of %s reaches for the node: a lab's pods have no %s", op.Patch.Object, key)})
			}
		}
	}
	return problems
}

// ofTheNode finds a field by which a pod would get at its node, whatever its
// value says; a JSON patch has it in a path.
func ofTheNode(tree any) string {
	keys := []string{"hostPath", "hostNetwork", "hostPID", "hostIPC", "privileged"}
	switch tree := tree.(type) {
	case map[string]any:
		for _, key := range sortedKeys(tree) {
			if slices.Contains(keys, key) {
				return key
			}
			if at, ok := tree[key].(string); key == "path" && ok {
				for _, part := range strings.Split(at, "/") {
					if slices.Contains(keys, part) {
						return part
					}
				}
			}
			if found := ofTheNode(tree[key]); found != "" {
				return found
			}
		}
	case []any:
		for _, x := range tree {
			if found := ofTheNode(x); found != "" {
				return found
			}
		}
	}
	return ""
}
