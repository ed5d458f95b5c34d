package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// observed is the list of objects, with what is known of their kinds.
type observed struct {
	traits.Lister
	facts Facts
}

func (f Facts) observed() observed {
	all := make([]any, len(f.Objects))
	for i, o := range f.Objects {
		all[i] = map[string]any(o)
	}
	list, _ := types.DefaultTypeAdapter.NativeToValue(all).(traits.Lister)
	return observed{list, f}
}

// ofKind returns the objects of a kind, "Kind" or "Kind.group". That there
// are none can only be said of a kind that was looked at.
func (f Facts) ofKind(kind string) ([]snapshot.Object, error) {
	name, group, qualified := strings.Cut(kind, ".")
	if why, ok := f.missing(name, group, qualified); ok {
		return nil, fmt.Errorf("%s could not be listed: %s", kind, why)
	}
	var out []snapshot.Object
	for _, o := range f.Objects {
		if o.Kind() != name || qualified && o.Group() != group {
			continue
		}
		if len(out) > 0 && out[0].Group() != o.Group() {
			return nil, fmt.Errorf("two kinds are called %s: write %s.%s or %s.%s", name, name, out[0].Group(), name, o.Group())
		}
		out = append(out, o)
	}
	looked := func(k string) bool {
		n, g, _ := strings.Cut(k, ".")
		return n == name && (!qualified || g == group)
	}
	if len(out) == 0 && !slices.ContainsFunc(f.Kinds, looked) {
		return nil, fmt.Errorf("%s was not looked at", kind)
	}
	return out, nil
}

// missing says why a kind could not be observed; whoever says so may leave
// the group out.
func (f Facts) missing(name, group string, qualified bool) (string, bool) {
	for kind, why := range f.Missing {
		n, g, has := strings.Cut(kind, ".")
		if n == name && (!has || !qualified || g == group) {
			return why, true
		}
	}
	return "", false
}

// findObject returns the object of a kind, namespace and name, or null.
func findObject(args ...ref.Val) ref.Val {
	list, err := objectsOf(args[0], args[1])
	if err != nil {
		return types.WrapErr(err)
	}
	for _, o := range list {
		if o.Namespace() == args[2].Value() && o.Name() == args[3].Value() {
			return types.DefaultTypeAdapter.NativeToValue(map[string]any(o))
		}
	}
	return types.NullValue
}

// findObjects returns all objects of a kind.
func findObjects(all, kind ref.Val) ref.Val {
	list, err := objectsOf(all, kind)
	if err != nil {
		return types.WrapErr(err)
	}
	out := make([]any, len(list))
	for i, o := range list {
		out[i] = map[string]any(o)
	}
	return types.DefaultTypeAdapter.NativeToValue(out)
}

func objectsOf(all, kind ref.Val) ([]snapshot.Object, error) {
	seen, ok := all.(observed)
	if !ok {
		return nil, fmt.Errorf("only observed objects can be found")
	}
	return seen.facts.ofKind(fmt.Sprint(kind.Value()))
}

// ambiguous lists the kinds that two groups of a mesh have, with what to
// write instead.
func ambiguous(kind string) (instead string, yes bool) {
	if kind == "Gateway" {
		return "Gateway.networking.istio.io or Gateway.gateway.networking.k8s.io", true
	}
	return "", false
}
