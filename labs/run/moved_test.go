package run

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// away is a world whose API server does not answer any more once it is gone.
type away struct {
	*fault.Engine
	gone *atomic.Bool
}

func (w away) Marked(ctx context.Context) (fault.Mark, error) {
	if w.gone.Load() {
		return fault.Mark{}, errors.New("connection refused")
	}
	return w.Engine.Marked(ctx)
}

// TestMoved deletes the cluster under an open lab and makes another one in
// its place: the lab is said to be lost, and the next start is in the new one.
func TestMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var gone, made atomic.Bool
		b.config.Connect = func(ctx context.Context) (*Cluster, error) {
			c, err := b.connect(ctx)
			if err == nil && !made.Load() {
				c.World, c.Moved = away{b.engine, &gone}, func(context.Context) bool { return made.Load() }
			}
			return c, err
		}
		b.service = New(b.config)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		gone.Store(true)
		time.Sleep(3 * askEvery)
		if v := b.service.View(); v.Phase != labs.PhaseDiagnosing {
			t.Errorf("a cluster that is away for a while ends the lab: %s %q", v.Phase, v.Trouble)
		}
		b.api = clustertest.NewAPI()
		b.engine = fault.New(b.api, b.api.Kinds, time.Now, nil)
		made.Store(true)
		if v := b.wait(labs.PhaseFailed); !strings.Contains(v.Trouble, "does not hold lab typo any more") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		if !b.there("VirtualService", "shop", "shop") {
			t.Error("the lab is not in the new cluster")
		}
		b.service.Close()
	})
}
