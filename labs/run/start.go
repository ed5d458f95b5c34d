package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
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
	st := s.now()
	switch {
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
	n.wg.Go(func() { s.bring(n, r.Attempt) })
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
	n.wg.Go(func() {
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
	st := s.now()
	if st.Lab == nil {
		return ErrNoLab
	}
	n, err := s.connect(ctx, st.Lab)
	if err != nil {
		return err
	}
	switch st.Phase {
	case labs.PhasePreparing, labs.PhaseBreaking:
		if s.c.Alive(st.last.PID) && st.last.PID != s.c.PID {
			break // the program that does it is alive: follow it
		}
		if st.last.PID != s.c.PID {
			n.wg.Go(func() { s.bring(n, st.Attempt) })
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
		return err
	}
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

// begun runs a part of a start; its failure is recorded with what to do.
func (s *Service) begun(n *session, what string, f func() error) bool {
	err := f()
	if err == nil {
		return true
	}
	if n.ctx.Err() != nil {
		return false // left in the middle: Resume goes on
	}
	words := fmt.Sprintf("Could not %s: %v. Reset the lab (gatedrill lab reset), then start it again; if it fails the same way, make the %s anew (gatedrill cluster reset).",
		what, err, n.cluster.Name)
	s.note(s.record(history.Failed, func(r *history.Record) { r.Text = words }))
	return false
}

// bring puts a lab in: world, base, seen healthy, fault, seen broken.
func (s *Service) bring(n *session, attempt string) {
	w := n.cluster.World
	_ = s.begun(n, "prepare the lab", func() error {
		if _, err := w.Marked(n.ctx); err == nil {
			s.working(labs.PhasePreparing, "what an earlier lab left behind")
			if _, err := w.Clear(n.ctx); err != nil && !errors.Is(err, fault.ErrForgotten) {
				return err
			}
		}
		s.working(labs.PhasePreparing, "the world")
		_, shared := s.library()
		return w.World(n.ctx, shared, func(what string) { s.working(labs.PhasePreparing, what) })
	}) && s.begun(n, "put the lab's base in", func() error {
		if err := s.watchOver(n); err != nil {
			return err
		}
		s.working(labs.PhasePreparing, "the lab's base")
		if err := w.Base(n.ctx, n.lab, attempt, func(what string) { s.working(labs.PhasePreparing, what) }); err != nil {
			return err
		}
		s.working(labs.PhasePreparing, "a healthy answer")
		return n.untilHealthy(s.c.Now(), s.c.HealthyWithin)
	}) && s.begun(n, "put the fault in", func() error { return s.breakIt(n, attempt) })
}

// untilHealthy waits for the base: goals and guards pass, every layer that
// plays a part is healthy, by an answer younger than since.
func (n *session) untilHealthy(since time.Time, within time.Duration) error {
	_, err := n.until(n.ctx, within, "a healthy base", func(o Observed) (bool, string) {
		if !o.Main.Answer.At.After(since) {
			return false, "no answer since the base went in"
		}
		return healthy(o)
	})
	return err
}

// healthy says whether nothing is wrong, and if not, what.
func healthy(o Observed) (bool, string) {
	for _, l := range o.Main.Layers {
		if l.Verdict != labs.Healthy && l.Verdict != labs.OffPath {
			return false, fmt.Sprintf("%s is %s: %s", l.Layer, l.Verdict, l.Summary)
		}
	}
	for _, c := range append(o.Goals[:len(o.Goals):len(o.Goals)], o.Guards...) {
		if c.Outcome != labs.Pass {
			return false, fmt.Sprintf("%s: %s", c.Title, c.Why)
		}
	}
	return len(o.Goals) > 0 && len(o.Main.Layers) > 0, "nothing was judged"
}

// breakIt puts the fault in and waits until it is seen where the lab claims.
func (s *Service) breakIt(n *session, attempt string) error {
	if err := s.watchOver(n); err != nil {
		return err
	}
	s.working(labs.PhaseBreaking, "the fault")
	since := s.c.Now()
	if err := n.cluster.World.Break(n.ctx, n.lab, attempt); err != nil {
		return err
	}
	s.working(labs.PhaseBreaking, "the fault to be seen")
	o, err := n.untilBroken(since, s.c.BrokenWithin)
	if err != nil {
		return err
	}
	return s.record(history.Broken, func(r *history.Record) { r.Capture = &o.Main.Answer })
}

func (n *session) untilBroken(since time.Time, within time.Duration) (Observed, error) {
	return n.until(n.ctx, within, "the fault", func(o Observed) (bool, string) {
		if !o.Main.Answer.At.After(since) {
			return false, "no answer since the fault went in"
		}
		return broken(n.lab, o)
	})
}

// broken says whether the path breaks exactly where the lab claims, and a
// goal fails.
func broken(lab *labs.Lab, o Observed) (bool, string) {
	got := map[labs.Step]bool{}
	for _, s := range BrokenSteps(o.Main) {
		got[s] = true
	}
	for _, s := range lab.Breaks {
		if !got[s] {
			return false, fmt.Sprintf("step %s is %s", s, Verdict(o.Main, s))
		}
		delete(got, s)
	}
	for s := range got {
		return false, fmt.Sprintf("step %s is broken too", s)
	}
	for _, g := range o.Goals {
		if g.Outcome == labs.Fail {
			return true, ""
		}
	}
	return false, "no goal fails"
}

func (s *Service) working(p labs.Phase, what string) {
	s.note(s.apply(Working{Phase: p, Doing: what}))
}
