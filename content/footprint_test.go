package content_test

import (
	"slices"
	"testing"

	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
)

// A lab that writes anywhere but into the labs' own namespaces says so: it is
// not offered on a cluster whose owner did not allow that.
func TestLabsStayInTheirNamespaces(t *testing.T) {
	t.Parallel()
	all := load(t)
	world, _ := labs.LoadWorld(content.Labs())
	own := labs.FootprintOf(all, world).Namespaces
	for _, lab := range all {
		out := lab.Outside(own)
		if declared := slices.Contains(lab.Requires, "mesh-admin"); declared != (len(out) > 0) {
			t.Errorf("%s: requires mesh-admin: %v; it writes outside of %v: %v", lab.ID, declared, own, out)
		}
	}
	shared := labs.Lab{Certificates: world.Certificates, Base: world.Change}
	if out := shared.Outside(own); len(out) > 0 {
		t.Errorf("the world that all labs share writes outside of %v: %v", own, out)
	}
}
