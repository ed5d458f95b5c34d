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
	shared, _ := labfile.LoadShared(content.Shared())
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

// A lab that writes anywhere but into the labs' own namespaces says so: it is
// not offered on a cluster whose owner did not allow that.
func TestLabsStayInTheirNamespaces(t *testing.T) {
	t.Parallel()
	all := load(t)
	shared, _ := labfile.LoadShared(content.Shared())
	world := shared.World
	own := labs.FootprintOf(all, world).Namespaces
	for _, lab := range all {
		out := lab.Beyond(own)
		if declared := slices.Contains(lab.Requires, "mesh-admin"); declared != (len(out) > 0) {
			t.Errorf("%s: requires mesh-admin: %v; it writes outside of %v: %v", lab.ID, declared, own, out)
		}
	}
	common := labs.Lab{Certificates: world.Certificates, Base: world.Change}
	if out := common.Beyond(own); len(out) > 0 {
		t.Errorf("the world that all labs share writes outside of %v: %v", own, out)
	}
}
