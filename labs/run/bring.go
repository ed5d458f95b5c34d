package run

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
)

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
	if cluster.Unreachable(err) || errors.Is(err, cluster.ErrNoAnswer) {
		words = fmt.Sprintf("Could not %s: the %s ended, or does not answer. Start it (gatedrill cluster up), then the lab again (gatedrill lab start %s).",
			what, n.cluster.Name, n.lab.ID)
	}
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
		return n.cluster.Ready(n.ctx, shared, n.lab, func(what string) { s.working(labs.PhasePreparing, what) })
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
	if o.Trouble != "" && !o.Replaced {
		return false, "the lab is in trouble"
	}
	for _, l := range o.Main.Layers() {
		if l.Verdict != labs.Healthy && l.Verdict != labs.OffPath {
			return false, l.Told()
		}
	}
	for _, c := range append(o.Goals[:len(o.Goals):len(o.Goals)], o.Guards...) {
		if c.Outcome != labs.Pass {
			return false, fmt.Sprintf("%s: %s", c.Title, c.Why)
		}
	}
	return len(o.Goals) > 0 && len(o.Main.Hops) > 0, "nothing was judged"
}

// breakIt puts the fault in and waits until it is seen where the lab claims.
func (s *Service) breakIt(n *session, attempt string) error {
	if err := s.watchOver(n); err != nil {
		return err
	}
	s.working(labs.PhaseBreaking, "the fault")
	if err := n.cluster.World.Break(n.ctx, n.lab, attempt); err != nil {
		return err
	}
	since := s.c.Now()
	s.working(labs.PhaseBreaking, "the fault to be seen")
	o, err := n.untilBroken(n.lab.Breaks, since, s.c.BrokenWithin)
	if err != nil {
		return err
	}
	return s.record(history.Broken, func(r *history.Record) { r.Capture = &o.Main.Answer })
}

// passing is how long an answer that is not the one that the author wrote down
// is taken for one that passes: a gateway that starts anew refuses connections
// for a moment, whatever the fault is.
const passing = 3 * time.Second

// untilBroken waits until the path breaks at the steps; where a lab breaks
// nothing, until it is seen healthy once more.
func (n *session) untilBroken(at []labs.Step, since time.Time, within time.Duration) (Observed, error) {
	var first time.Time // since when it is broken
	return n.until(n.ctx, within, "the fault", func(o Observed) (bool, string) {
		if !o.Main.Answer.At.After(since) {
			return false, "no answer since the fault went in"
		}
		if n.lab.Healthy != "" {
			return healthy(o)
		}
		ok, why := broken(n.lab, at, o)
		if !ok {
			first = time.Time{}
			return false, why
		}
		if first.IsZero() {
			first = time.Now()
		}
		return o.Stated || time.Since(first) > passing, "the answer is not the one that the lab tells of"
	})
}

// broken says whether the path breaks exactly at the steps, and a goal fails. A
// lab that is in trouble by its own fault could not be worked on.
func broken(lab *labs.Lab, at []labs.Step, o Observed) (bool, string) {
	if o.Trouble != "" {
		return false, "the lab is in trouble"
	}
	asked := false // whether a step asks about what breaks the path
	first, _ := o.Main.Broken()
	for _, s := range labs.Steps() {
		claimed := slices.Contains(at, s)
		switch is := Verdict(lab, o.Main, s) == labs.Broken; {
		case claimed && !is:
			return false, fmt.Sprintf("step %s is %s", s, Verdict(lab, o.Main, s))
		case is && !claimed:
			return false, fmt.Sprintf("step %s is broken too", s)
		}
		for _, r := range lab.Reports(s, o.Main) {
			asked = asked || r.Layer == first.Layer && r.Hop == first.Hop
		}
	}
	if !asked {
		return false, fmt.Sprintf("the path breaks at %s of hop %s, which no step asks about", first.Layer, first.Hop)
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
