package kind

import (
	"context"
	"errors"

	"sigs.k8s.io/kind/pkg/log"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// State says how the cluster is.
func (b *Backend) State(ctx context.Context) cluster.State {
	s := cluster.State{Name: b.Name(), State: cluster.Failed, Next: "gatedrill cluster up"}
	r, err := b.recorded()
	if err != nil {
		s.Detail, s.Next = err.Error(), "move "+b.recordFile()+" away"
		return s
	}
	if r != nil && r.Stage == complete {
		if err = b.answers(ctx); err == nil {
			s.State, s.Kubeconfig, s.Next = cluster.Ready, b.kubeconfig(), ""
			s.Detail = r.Settings.NodeImage + " in " + r.Engine
			return s
		}
	}
	asked := b.set.Engine
	if r != nil {
		asked = r.Engine
	}
	e, eerr := findEngine(ctx, asked)
	if eerr != nil {
		s.Detail, s.Next = eerr.Error(), ""
		if r == nil {
			s.State = cluster.Off
		}
		return s
	}
	list, lerr := b.nodes(e.provider(log.NoopLogger{}))
	switch {
	case lerr != nil:
		s.Detail = lerr.Error()
	case len(list) == 0:
		s.State, s.Detail = cluster.Off, "engine "+e.name
		if r != nil {
			s.Detail = "it was deleted from elsewhere"
		}
	case r == nil:
		s.State, s.Detail, s.Next = cluster.Foreign, b.foreign().Error(), ""
	case r.Stage != complete:
		s.Detail = "half made: a start is on its way, or was killed"
	case errors.Is(err, cluster.ErrNotRunning):
		s.State, s.Detail = cluster.Off, "its node is stopped"
	default:
		s.Detail = err.Error()
	}
	return s
}
