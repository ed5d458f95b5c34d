package sandbox_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// The sandbox does what every backend does.
func TestLiveConformance(t *testing.T) {
	sandboxtest.Up(t) // its programs are of today's source
	clustertest.Conform(t, clustertest.Suite{
		Backend:  func(t testing.TB) cluster.Backend { return sandboxtest.Backend(t) },
		Has:      []labs.Capability{labs.CapabilitySidecar, labs.CapabilityWaypoint, labs.CapabilityMeshAdmin},
		Patience: time.Minute,
		Kill: func(t testing.TB) {
			s, err := sandboxtest.Backend(t).Status(t.Context())
			if err == nil {
				err = syscall.Kill(s.PID, syscall.SIGKILL)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	})
}
