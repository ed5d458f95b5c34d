package kind_test

import (
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/cluster/kind/kindtest"
)

// kind does what every backend does.
func TestKindConformance(t *testing.T) {
	clustertest.Conform(t, clustertest.Suite{
		Backend:  func(t testing.TB) cluster.Backend { return kindtest.Backend(t) },
		Has:      []labs.Capability{labs.CapabilitySidecar, labs.CapabilityMeshAdmin},
		Patience: 10 * time.Minute,
		Kill:     kindtest.Stop,
	})
}
