package kubecontext

import (
	"context"
	"errors"
	"strings"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// State says how the cluster is. A cluster in which nothing of ours is, is not
// asked.
func (b *Backend) State(ctx context.Context) cluster.State {
	s := cluster.State{Name: b.Name(), State: cluster.Off}
	if b.set.Context == "" {
		s.Detail, s.Next = "none was chosen", "gatedrill cluster use --context NAME"
		return s
	}
	r, err := b.recorded()
	switch {
	case err != nil:
		s.State, s.Detail = cluster.Failed, err.Error()
		return s
	case r == nil:
		s.Detail, s.Next = "nothing of gatedrill is in it", "gatedrill cluster up"
		return s
	case !r.Up:
		s.State, s.Detail, s.Next = cluster.Failed, "half made: an up is on its way, or was killed", "gatedrill cluster up, or gatedrill cluster down"
		return s
	}
	s.State = cluster.Failed
	c, err := b.connect(ctx)
	if err != nil {
		s.Detail = err.Error()
		var t *Trouble
		if errors.As(err, &t) {
			s.Detail, s.Next = t.What, t.Next
		}
		return s
	}
	if err := b.used(ctx, c, *r, &s); err != nil {
		s.Detail = err.Error()
	}
	return s
}

// used says who uses the cluster.
func (b *Backend) used(ctx context.Context, c *client, r record, s *cluster.State) error {
	l, err := b.lease(c)
	if err != nil {
		return err
	}
	o, h, err := l.read(ctx)
	switch {
	case err != nil:
		return err
	case o == nil:
		s.Detail, s.Next = "the Lease that says who uses it is gone", "gatedrill cluster up"
	case h.id != l.id:
		s.Detail = h.user + " uses it since " + stamp(h.since)
		if b.o.Now().Sub(h.renewed) > leaseLasts {
			s.Detail += ", and was last seen at " + stamp(h.renewed)
			s.Next = "to take it over: gatedrill cluster up"
		}
	default:
		s.State, s.Kubeconfig = cluster.Ready, b.kubeconfig()
		way := "through the relay"
		if r.Direct {
			way = "directly"
		}
		s.Detail = c.target.Server + ", yours since " + stamp(h.since) + "; its gateway is reached " + way
		b.mu.Lock()
		s.Detail = strings.Join(append([]string{s.Detail}, notEmpty(b.note)...), "; ")
		b.mu.Unlock()
	}
	return nil
}

func notEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
