package run

import (
	"context"
	"fmt"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// Hint takes the next hint of a step.
func (s *Service) Hint(_ context.Context, name labs.Step) (string, error) {
	if err := s.sync(); err != nil {
		return "", err
	}
	st := s.now()
	if st.Lab == nil {
		return "", s.noLab()
	}
	if err := st.reached(name); err != nil {
		return "", err
	}
	hints, taken := st.Lab.Steps[name].Hints, st.steps[name].hints
	if taken >= len(hints) {
		return "", fmt.Errorf("step %s has no more hints (%d taken)", name, taken)
	}
	if err := s.record(history.Hint, func(r *history.Record) { r.Step = name }); err != nil {
		return "", err
	}
	return hints[taken], nil
}

// Solution is Markdown: what the solution applies. Taking it is recorded, and
// the lab goes on.
func (s *Service) Solution(context.Context) (string, error) {
	if err := s.sync(); err != nil {
		return "", err
	}
	st := s.now()
	if st.Lab == nil {
		return "", s.noLab()
	}
	if err := s.record(history.Solution, nil); err != nil {
		return "", err
	}
	return solution(st.Lab), nil
}

// Check looks at the cluster anew, applies what it saw, and returns the view:
// for single commands, where nothing follows the cluster.
func (s *Service) Check(ctx context.Context) (labs.View, error) {
	if err := s.sync(); err != nil {
		return labs.View{}, err
	}
	st := s.now()
	if st.Lab == nil {
		return s.View(), s.noLab()
	}
	switch st.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing, labs.PhaseUnearned, labs.PhaseSolved:
	default:
		v := s.View()
		if words := st.abandoned(s.c.Alive); words != "" {
			v.Trouble = words
		}
		return v, nil
	}
	n, err := s.connect(ctx, st.Lab)
	if err != nil {
		return s.View(), err
	}
	if err := s.stillThere(ctx, n, st); err != nil {
		return s.View(), err
	}
	o, _, err := n.fresh(ctx)
	if err != nil {
		return s.View(), err
	}
	if o.At.IsZero() {
		o.At = s.c.Now()
	}
	return s.lookedAt(o)
}

func (s *Service) lookedAt(o Observed) (labs.View, error) {
	err := s.apply(o)
	return s.View(), err
}

// Holding says whether everything holds and only time is wanting.
func (s *Service) Holding() bool { return !s.now().held.IsZero() }

// Path is the last look at a path, with what the lab in progress has not
// verified hidden.
func (s *Service) Path(p labs.Path) labs.Path {
	s.note(s.sync())
	return s.now().masked(p)
}

// Recheck looks at the cluster at once, without waiting for a change: after
// the learner came back from the shell.
func (s *Service) Recheck(ctx context.Context) error {
	_, err := s.Check(ctx)
	return err
}

// Trace walks a request of one's own through the cluster of the lab in
// progress, or of any cluster when none is. What the lab has not verified
// stays hidden.
func (s *Service) Trace(ctx context.Context, url string) (labs.Path, error) {
	if err := s.sync(); err != nil {
		return labs.Path{}, err
	}
	c, err := s.cluster(ctx)
	if err != nil {
		return labs.Path{}, err
	}
	r := labs.Request{Name: labs.MainRequest, From: "outside", URL: url}
	st := s.now()
	one := &labs.Lab{ID: "trace", Requests: map[string]labs.Request{labs.MainRequest: r}}
	if st.Lab != nil {
		one.Certificates = st.Lab.Certificates
	}
	o, err := c.Observe(ctx, one)
	if err != nil {
		return labs.Path{}, err
	}
	defer o.Close()
	snap, err := o.Fresh(ctx)
	if err != nil {
		return labs.Path{}, fmt.Errorf("look at the cluster: %w", err)
	}
	return st.masked(s.c.Read(snap).Trace(r)), nil
}

// Trust returns the CAs, as PEM by name, that the clients of the lab in
// progress trust; none when no lab is.
func (s *Service) Trust(ctx context.Context) (map[string]string, error) {
	if err := s.sync(); err != nil {
		return nil, err
	}
	if s.now().Lab == nil {
		return nil, nil
	}
	c, err := s.cluster(ctx)
	if err != nil {
		return nil, err
	}
	return c.World.Trust(ctx)
}
