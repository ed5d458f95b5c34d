package kind

import (
	"context"
	"errors"

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
	var answer error
	if r != nil && r.Stage == complete {
		if answer = b.answers(ctx); answer == nil {
			s.State, s.Kubeconfig, s.Next = cluster.Ready, b.kubeconfig(), ""
			s.Detail = r.Settings.NodeImage + " in " + r.Engine
			if err := b.trouble(); err != nil {
				s.Detail += "; load balancers get no address: " + err.Error()
			}
			return s
		}
	}
	if cluster.Locked(b.dir) {
		s.State, s.Detail, s.Next = cluster.Starting, "another gatedrill starts or deletes it", ""
		return s
	}
	e, err := b.engineOf(ctx, r)
	if err != nil {
		s.Detail, s.Next = err.Error(), ""
		if r == nil {
			s.State = cluster.Off
		}
		return s
	}
	list, err := e.nodes(ctx, b.set.Name)
	if err != nil {
		s.Detail = err.Error()
		return s
	}
	return b.without(s, e, r, list, answer)
}

// without says how a cluster is whose API server does not answer.
func (b *Backend) without(s cluster.State, e engine, r *record, list []container, answer error) cluster.State {
	switch {
	case len(list) == 0 && r == nil:
		s.State, s.Detail = cluster.Off, "engine "+e.name
	case len(list) == 0:
		s.State, s.Detail = cluster.Off, "its node was deleted from elsewhere"
	case !b.ours(list):
		s.State, s.Detail, s.Next = cluster.Foreign, b.foreign().Error(), ""
	case r == nil || r.Stage != complete:
		s.Detail = "half made by a start that was killed"
	case list[0].State.Status != "running":
		s.State, s.Detail = cluster.Off, "its node is "+list[0].State.Status
	case errors.Is(answer, cluster.ErrNotRunning):
		s.Detail = "its node runs, and its API server does not"
	default:
		s.Detail = answer.Error()
	}
	return s
}
