package run

import (
	"context"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/outside"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Observer looks at a cluster for one lab's requests.
type Observer interface {
	// Run watches and asks until ctx ends.
	Run(ctx context.Context) error
	// Snapshot is the last look; Changed says that there is a newer one.
	Snapshot() snapshot.Snapshot
	Changed() <-chan struct{}
	// Fresh looks at everything anew before it returns.
	Fresh(ctx context.Context) (snapshot.Snapshot, error)
	// Close ends the connections that Fresh opened, where no Run does.
	Close()
}

// World changes a cluster; *fault.Engine does.
type World interface {
	World(ctx context.Context, w labs.World, report func(string)) error
	Base(ctx context.Context, lab *labs.Lab, attempt string, report func(string)) error
	Break(ctx context.Context, lab *labs.Lab, attempt string) error
	Apply(ctx context.Context, lab *labs.Lab, c labs.Change) error
	Mend(ctx context.Context) (fault.Report, error)
	Keep(ctx context.Context, picture string) error
	Restore(ctx context.Context, picture string) (fault.Report, error)
	Clear(ctx context.Context) (fault.Report, error)
	Recover(ctx context.Context) error
	Marked(ctx context.Context) (fault.Mark, error)
	GatewayAddress(ctx context.Context, lab *labs.Lab) (string, error)
	Trust(ctx context.Context) (map[string]string, error)
	Pairs(ctx context.Context, lab *labs.Lab) (map[string][2][]byte, error)
	Tokens(ctx context.Context, lab *labs.Lab) (map[string]string, error)
}

var _ World = (*fault.Engine)(nil)

// Cluster is where a lab runs, as far as a session needs it.
type Cluster struct {
	Name         string
	Capabilities []labs.Capability
	World        World
	// Observe makes an observer for a lab's requests.
	Observe func(ctx context.Context, lab *labs.Lab) (Observer, error)
	Shell   func(ctx context.Context, s cluster.Shell) (*cluster.Cmd, error)
	// Moved says whether another cluster stands in its place by now; may be nil.
	Moved func(ctx context.Context) bool
	// Names makes the learner's tools resolve the lab's names; may be nil.
	Names func(ctx context.Context, zone map[string][]string) error
	// Resolver says that workloads need a DNS server that knows the lab's names.
	Resolver bool
	// Egress brings istio-egressgateway, unless it is there; nil where that is
	// not ours to do.
	Egress func(ctx context.Context) error
}

// Ready brings what a lab presumes: the world with the lab's namespaces, and
// what it needs beside its workloads.
func (c *Cluster) Ready(ctx context.Context, world labs.World, lab *labs.Lab, report func(string)) error {
	needs := func(x labs.Capability) bool { return slices.Contains(lab.Requires, string(x)) }
	world = world.For(lab)
	if needs(labs.CapabilityNames) && c.Resolver {
		world.Change.Objects = slices.Concat(world.Change.Objects, outside.Resolver())
	}
	if err := c.World.World(ctx, world, report); err != nil {
		return err
	}
	if needs(labs.CapabilityEgress) && c.Egress != nil {
		report("istio-egressgateway")
		return c.Egress(ctx)
	}
	return nil
}

// Mesh is a look that is read once for all that is asked of it; *trace.Mesh is
// one.
type Mesh interface {
	Trace(r labs.Request) labs.Path
	Index() snapshot.Index
}

// Reader reads a look; it is trace.Of.
type Reader func(snapshot.Snapshot) Mesh
