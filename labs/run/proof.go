package run

import (
	"context"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
)

// Proof watches a lab in a cluster without a learner, for package verify and
// for measurements: the same looks and the same judgement as a session's.
type Proof struct{ n *session }

// Prove starts watching. Close ends it.
func Prove(ctx context.Context, c *Cluster, lab *labs.Lab, read Reader) (*Proof, error) {
	set, problems := check.Compile(lab)
	if len(problems) > 0 {
		return nil, fmt.Errorf("lab %s: %s", lab.ID, problems[0])
	}
	life, cancel := context.WithCancel(ctx)
	n := &session{lab: lab, cluster: c, set: set, needs: needsOf(labs.World{}.For(lab), lab), read: read, ctx: life, cancel: cancel}
	seen, err := n.observer()
	if err != nil {
		cancel()
		return nil, err
	}
	n.wg.Go(func() { n.run(seen) })
	return &Proof{n}, nil
}

// Close ends the watching.
func (p *Proof) Close() { p.n.close() }

// Healthy waits until goals and guards pass and the path is healthy, by an
// answer younger than since.
func (p *Proof) Healthy(since time.Time, within time.Duration) error {
	return p.n.untilHealthy(since, within)
}

// Broken waits until the path breaks exactly at the steps and a goal fails;
// where the lab breaks nothing, until it is healthy.
func (p *Proof) Broken(at []labs.Step, since time.Time, within time.Duration) error {
	_, err := p.n.untilBroken(at, since, within)
	return err
}

// Fooled waits until the goals hold while a guard fails: what was changed
// would pass for a solution, were it not for the guard.
func (p *Proof) Fooled(guard string, since time.Time, within time.Duration) error {
	_, err := p.n.until(p.n.ctx, within, fmt.Sprintf("guard %q failing while the goals hold", guard), func(o Observed) (bool, string) {
		if !o.Main.Answer.At.After(since) {
			return false, "no answer since the change"
		}
		for _, g := range o.Goals {
			if g.Outcome != labs.Pass {
				return false, fmt.Sprintf("goal %q: %s %s", g.Title, g.Outcome, g.Why)
			}
		}
		for _, g := range o.Guards {
			if g.Title == guard {
				return g.Outcome == labs.Fail, fmt.Sprintf("its outcome is %s %s", g.Outcome, g.Why)
			}
		}
		return false, "there is no such guard"
	})
	return err
}

// Unmet says, by a fresh look, which goals are not met, by title, and why.
func (p *Proof) Unmet(ctx context.Context) (map[string]string, error) {
	o, _, err := p.n.fresh(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, g := range o.Goals {
		if g.Outcome != labs.Pass {
			out[g.Title] = fmt.Sprintf("%s, %s", g.Outcome, g.Why)
		}
	}
	return out, nil
}

// Truths asks the cluster for the true answer of every step's question.
func (p *Proof) Truths(ctx context.Context) (map[labs.Step]check.Truth, error) {
	_, f, err := p.n.fresh(ctx)
	if err != nil {
		return nil, err
	}
	out := map[labs.Step]check.Truth{}
	for _, s := range labs.Steps() {
		t, err := p.n.set.Truth(s, f)
		if err != nil {
			return nil, fmt.Errorf("step %s: %w", s, err)
		}
		if !t.Accepts(t.Example()) {
			return nil, fmt.Errorf("step %s: the true answer %q would not be accepted", s, t)
		}
		out[s] = t
	}
	return out, nil
}

// Path is the main request's path, by a fresh look, nothing hidden.
func (p *Proof) Path(ctx context.Context) (labs.Path, error) {
	o, _, err := p.n.fresh(ctx)
	return o.Main, err
}
