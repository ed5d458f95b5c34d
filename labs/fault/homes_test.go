package fault_test

import (
	"slices"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// A world takes out the namespaces of the worlds before it, and no others.
func TestWorldLeavesTheNamespacesOfOthers(t *testing.T) {
	f := setUp(t)
	w := labs.World{Change: applied(plain("Namespace", "", "shared"))}
	in := func(name string) labs.World {
		return w.For(&labs.Lab{Homes: applied(plain("Namespace", "", name)).Objects})
	}
	f.must(f.engine.World(t.Context(), in("first"), func(string) {}))
	f.make("namespaces", plain("Namespace", "", "theirs"))
	f.must(f.engine.World(t.Context(), in("second"), func(string) {}))
	var have []string
	for _, name := range []string{"shared", "first", "second", "theirs", fault.Namespace} {
		if f.get("Namespace", "", name, "metadata", "name") != nil {
			have = append(have, name)
		}
	}
	if want := []string{"shared", "second", "theirs", fault.Namespace}; !slices.Equal(have, want) {
		t.Errorf("namespaces %v, want %v", have, want)
	}
	f.must(f.engine.World(t.Context(), in("first"), func(string) {}))
	if f.get("Namespace", "", "first", "metadata", "name") == nil {
		t.Error("the first lab's namespace did not come back")
	}
}
