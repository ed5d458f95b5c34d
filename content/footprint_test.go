package content_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// In a cluster that people have, one sees at a glance what is gatedrill's, and
// nothing of theirs has the name of it.
func TestNamespacesBearThePrefix(t *testing.T) {
	t.Parallel()
	all := load(t)
	shared, _ := labfile.LoadShared(labfile.Folder{Name: "content", FS: content.Shared()})
	world := shared.World
	own := labs.FootprintOf(all, world).Namespaces
	if !slices.Contains(own, snapshot.ZoneNamespace) {
		t.Errorf("the world makes %v, and not %s, where the public zone is read", own, snapshot.ZoneNamespace)
	}
	for _, name := range own {
		if !strings.HasPrefix(name, labs.NamespacePrefix) {
			t.Errorf("namespace %s: want a name that begins with %q", name, labs.NamespacePrefix)
		}
	}
}

// What all labs share is on every cluster, and stays in the labs' namespaces.
func TestWorldStaysInItsNamespaces(t *testing.T) {
	t.Parallel()
	shared, _ := labfile.LoadShared(labfile.Folder{Name: "content", FS: content.Shared()})
	world := shared.World
	common := labs.Lab{Certificates: world.Certificates, Base: world.Change}
	if out := common.Beyond(labs.FootprintOf(nil, world).Namespaces); len(out) > 0 {
		t.Errorf("the world that all labs share writes %v", out)
	}
}
