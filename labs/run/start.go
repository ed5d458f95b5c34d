package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
)

// Start prepares a lab and breaks it. It returns when the session is open;
// Watch reports the rest. The lab in progress is found again instead; one
// that was mended too early gets its fault back, with the answers kept.
func (s *Service) Start(ctx context.Context, id string) error {
	lab, err := s.lab(id)
	if err != nil {
		return err
	}
	if err := s.sync(); err != nil {
		return err
	}
	if err := s.finishReset(ctx); err != nil {
		return err
	}
	st := s.now()
	switch {
	case s.isUnread():
		return s.noLab()
	case st.Lab == nil, st.Phase == labs.PhaseSolved, st.Phase == labs.PhaseFailed && st.Lab == lab:
	case st.Lab != lab:
		return fmt.Errorf("lab %s is in progress: reset it first (gatedrill lab reset)", st.Lab.ID)
	case st.Phase == labs.PhaseUnearned:
		return s.again(ctx, lab)
	default:
		return s.Resume(ctx)
	}
	s.Close() // what an open session knows of CAs may be of another cluster
	n, err := s.connect(ctx, lab)
	if err != nil {
		return err
	}
	if l := lacks(n.cluster, lab); len(l) > 0 {
		return fmt.Errorf("lab %s needs %s, which the %s does not have", id, strings.Join(l, ", "), n.cluster.Name)
	}
	if err := s.apply(Ending{}); err != nil { // of the attempt before
		return err
	}
	now := s.c.Now()
	r := history.Record{At: now, Attempt: now.UTC().Format("20060102T150405.000"), Lab: id, Kind: history.Started, PID: s.c.PID}
	if err := s.write(r); err != nil {
		return err
	}
	n.work(func() { s.bring(n, r.Attempt) })
	return nil
}

// again puts the fault back.
func (s *Service) again(ctx context.Context, lab *labs.Lab) error {
	n, err := s.connect(ctx, lab)
	if err != nil {
		return err
	}
	if err := s.record(history.Again, func(r *history.Record) { r.PID = s.c.PID }); err != nil {
		return err
	}
	attempt := s.now().Attempt
	n.work(func() {
		s.begun(n, "put the fault back", func() error {
			if _, err := n.cluster.World.Mend(n.ctx); err != nil {
				return err
			}
			return s.breakIt(n, attempt)
		})
	})
	return nil
}

// Resume finds the lab in progress again, and goes on with what a program
// that died left half done. Without one it returns ErrNoLab.
func (s *Service) Resume(ctx context.Context) error {
	if err := s.sync(); err != nil {
		return err
	}
	if err := s.finishReset(ctx); err != nil {
		return err
	}
	st := s.now()
	if st.Lab == nil {
		return s.noLab()
	}
	n, err := s.connect(ctx, st.Lab)
	if err != nil {
		return err
	}
	switch st.Phase {
	case labs.PhasePreparing, labs.PhaseBreaking:
		if s.c.Alive(st.pid) && st.pid != s.c.PID {
			break // the program that does it is alive: follow it
		}
		if !n.busy() {
			n.work(func() { s.bring(n, st.Attempt) })
		}
		return nil
	case labs.PhaseFailed:
		return nil
	default:
		if err := s.stillThere(ctx, n, st); err != nil {
			return err
		}
	}
	if st.last.Kind == history.Paused {
		if err := s.record(history.Resumed, nil); err != nil {
			return err
		}
	}
	return s.watchOver(n)
}

// stillThere fails the attempt when the cluster no longer holds it.
func (s *Service) stillThere(ctx context.Context, n *session, st State) error {
	m, err := n.cluster.World.Marked(ctx)
	if err == nil && m.Lab == st.Lab.ID && m.Attempt == st.Attempt {
		return nil
	}
	if err != nil && !errors.Is(err, fault.ErrNoLab) {
		return cluster.Plain("look for the lab in the cluster", err)
	}
	return s.lost(n, st)
}

// lost records that the cluster does not hold the lab any more.
func (s *Service) lost(n *session, st State) error {
	return s.record(history.Failed, func(r *history.Record) {
		r.Text = fmt.Sprintf("The %s does not hold lab %s any more: its namespace %s was deleted, or it was made anew or reset from elsewhere. "+
			"Start the lab again; if that does not help, make the %s anew (gatedrill cluster reset).", n.cluster.Name, st.Lab.ID, fault.Namespace, n.cluster.Name)
	})
}

// watchOver starts the observer and what follows it, once.
func (s *Service) watchOver(n *session) error {
	n.mu.Lock()
	running := n.following
	n.following = true
	n.mu.Unlock()
	if running {
		return nil
	}
	seen, err := n.observer()
	if err != nil {
		return err
	}
	n.wg.Go(func() { n.run(seen) })
	n.wg.Go(func() { s.follow(n) })
	return nil
}
