package intent

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Granted says whether an object may refer to another one: of its own
// namespace, or by a ReferenceGrant in the other's.
func Granted(ix snapshot.Index, from object, group, kind, namespace, name string) bool {
	if from.Namespace() == namespace {
		return true
	}
	return slices.ContainsFunc(ix.All(gatewayAPI, "ReferenceGrant"), func(g object) bool {
		return g.Namespace() == namespace &&
			slices.ContainsFunc(g.Items("spec", "from"), func(f object) bool {
				return f.Str("group") == from.Group() && f.Str("kind") == from.Kind() && f.Str("namespace") == from.Namespace()
			}) &&
			slices.ContainsFunc(g.Items("spec", "to"), func(t object) bool {
				return t.Str("group") == group && t.Str("kind") == kind && (t.Str("name") == "" || t.Str("name") == name)
			})
	})
}
