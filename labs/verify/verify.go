// Package verify proves on a live cluster that a lab does what it claims: its
// base is healthy, its fault breaks the path exactly where it says, of two
// faults each by itself, its questions have answers and its commands run, each
// shortcut fails the guard it names, the solution heals, and reset leaves
// nothing behind. Of a lab in which nothing is broken it proves that.
package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/run"
)

// Attempt marks the cluster while a lab is verified.
const Attempt = "verify"

// within bounds each wait: a machine at work on other things needs it for a
// pod with a sidecar.
const within = 45 * time.Second

// Part is what a check is about, in the order of a proof.
type Part string

// The parts of a proof.
const (
	PartBase      Part = "base"      // healthy before anything is broken
	PartBroken    Part = "broken"    // broken as claimed, and nowhere else
	PartSteps     Part = "steps"     // questions, verdicts and commands
	PartShortcuts Part = "shortcuts" // refused, each by its guard
	PartSolved    Part = "solved"    // by each solution
	PartReset     Part = "reset"     // as before
)

// Parts lists the parts in order.
func Parts() []Part {
	return []Part{PartBase, PartBroken, PartSteps, PartShortcuts, PartSolved, PartReset}
}

// Line is one thing proved, or not.
type Line struct {
	Lab   string `json:"lab"`
	Part  Part   `json:"part"`
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	// NotOffered: the cluster lacks what the lab needs, so that nothing was
	// proved and nothing failed.
	NotOffered bool          `json:"notOffered,omitempty"`
	Why        string        `json:"why,omitempty"` // when not ok
	Took       time.Duration `json:"-"`             // tookSeconds
}

// MarshalJSON prints the time it took in seconds.
func (l Line) MarshalJSON() ([]byte, error) {
	type plain Line
	return json.Marshal(struct {
		plain
		Took float64 `json:"tookSeconds"`
	}{plain(l), l.Took.Seconds()})
}

// Verifier proves labs on one cluster.
type Verifier struct {
	Cluster *run.Cluster
	World   labs.World
	Read    run.Reader
	Now     func() time.Time
	Dir     string     // for the shells' directories
	Report  func(Line) // is told of each line as it is proved
	// GivenUp says whether what is left of an attempt may be taken out; nil:
	// of none.
	GivenUp func(attempt string) bool
}

// Lab proves one lab. It returns whether all of it holds; an error means
// that it could not be tried.
func (v *Verifier) Lab(ctx context.Context, lab *labs.Lab) (bool, error) {
	switch m, err := v.Cluster.World.Marked(ctx); {
	case errors.Is(err, fault.ErrNoLab):
	case err != nil:
		return false, err
	case m.Attempt != Attempt && (v.GivenUp == nil || !v.GivenUp(m.Attempt)):
		return false, fmt.Errorf("lab %s is in progress: reset it first (gatedrill lab reset)", m.Lab)
	default:
		if _, err := v.Cluster.World.Clear(ctx); err != nil && !errors.Is(err, fault.ErrForgotten) {
			return false, err
		}
	}
	if err := v.Cluster.Ready(ctx, v.World, lab, func(string) {}); err != nil {
		return false, err
	}
	proof, err := run.Prove(ctx, v.Cluster, lab, v.Read)
	if err != nil {
		return false, err
	}
	defer proof.Close()
	c := &course{v: v, ctx: ctx, lab: lab, proof: proof, back: "fault put back", ok: true}
	c.run()
	// Whatever failed above, the cluster is left as it was found.
	c.step(PartReset, "reset: objects as before", func() error {
		_, err := v.Cluster.World.Clear(context.WithoutCancel(ctx))
		return err
	})
	return c.ok, ctx.Err()
}

// course is one lab being proved.
type course struct {
	v       *Verifier
	ctx     context.Context
	lab     *labs.Lab
	proof   *run.Proof
	analyze string // what `istioctl analyze` says of the healthy base
	back    string // what is said when the lab is put back as the learner finds it
	ok      bool
}

// check is one thing to prove.
type check struct {
	part Part
	name string
	f    func() error
}

// prove runs a check.
func (c *course) prove(k check) Line {
	began := c.v.Now()
	err := k.f()
	line := Line{Lab: c.lab.ID, Part: k.part, Check: k.name, OK: err == nil, Took: c.v.Now().Sub(began)}
	if err != nil {
		line.Why = err.Error()
	}
	return line
}

// step runs one check and reports it.
func (c *course) step(part Part, name string, f func() error) bool {
	line := c.prove(check{part, name, f})
	c.ok = c.ok && line.OK
	c.v.Report(line)
	return line.OK
}

// aside runs checks that only look side by side, and reports them in order.
func (c *course) aside(list []check) {
	lines := make([]Line, len(list))
	var wg sync.WaitGroup
	for i, k := range list {
		wg.Go(func() { lines[i] = c.prove(k) })
	}
	wg.Wait()
	for _, line := range lines {
		c.ok = c.ok && line.OK
		c.v.Report(line)
	}
}

func (c *course) run() {
	if !c.step(PartBase, "base healthy", c.base) {
		return
	}
	unseen := slices.Contains(c.lab.UnseenBy, "analyze")
	if unseen {
		c.step(PartBase, "istioctl analyze of the base", func() (err error) {
			c.analyze, err = c.shell("istioctl analyze -A")
			return err
		})
	}
	claim := "fault seen at " + joined(c.lab.Breaks) + " and nowhere else"
	if c.lab.Healthy != "" {
		claim, c.back = "nothing is broken, and the goals hold", "put back"
	}
	if !c.step(PartBroken, claim, c.first) {
		return
	}
	look := []check{{PartSteps, "each question has its answer", c.answers}, {PartSteps, "each step has a verdict", c.verdicts}}
	if unseen {
		look = append(look, check{PartBroken, "istioctl analyze stays silent", c.silent})
	}
	c.aside(append(look, check{PartSteps, "the commands to look with run", c.looks}))
	for _, s := range c.lab.Shortcuts {
		if !c.step(PartShortcuts, fmt.Sprintf("shortcut %q stopped by %q", s.Title, s.StoppedBy), func() error { return c.shortcut(s) }) {
			return
		}
		if !c.step(PartShortcuts, c.back, c.again) {
			return
		}
	}
	for _, h := range c.lab.Halves {
		if !c.step(PartBroken, h.Mended+" alone mended: broken at "+joined(h.Breaks)+" and nowhere else", func() error { return c.half(h) }) ||
			!c.step(PartBroken, c.back, c.again) {
			return
		}
	}
	if c.lab.Healthy != "" {
		c.step(PartSolved, "solved without a change", func() error { return c.proof.Healthy(c.v.Now(), within) })
	}
	for i, solution := range c.lab.Solutions {
		name := "solution heals"
		if i > 0 {
			name = fmt.Sprintf("solution %d heals", i+1)
		}
		c.step(PartSolved, name, func() error { return c.solve(solution) })
		if i < len(c.lab.Solutions)-1 && !c.step(PartSolved, c.back, c.again) {
			return
		}
	}
	c.step(PartReset, "reset: base healthy again", func() error {
		since := c.v.Now()
		if err := c.mend(); err != nil {
			return err
		}
		return c.proof.Healthy(since, within)
	})
}

func (c *course) base() error {
	if err := c.v.Cluster.World.Base(c.ctx, c.lab, Attempt, func(string) {}); err != nil {
		return err
	}
	return c.proof.Healthy(c.v.Now(), within)
}

// first breaks the lab and keeps the picture that again goes back to.
func (c *course) first() error {
	if err := c.fault(); err != nil {
		return err
	}
	return c.v.Cluster.World.Keep(c.ctx, fault.PictureBroken)
}

// again makes the lab what the learner finds. Where the fault is more than
// objects, as a pod that started with something that is gone since, it goes in
// anew.
func (c *course) again() error {
	if slices.ContainsFunc(c.lab.Fault.Ops, func(op labs.Op) bool { return op.Recreate != nil || op.Restart != nil }) {
		return errors.Join(c.mend(), c.fault())
	}
	since := c.v.Now()
	if _, err := c.v.Cluster.World.Restore(c.ctx, fault.PictureBroken); err != nil {
		return err
	}
	return c.proof.Broken(c.lab.Breaks, since, within)
}

func (c *course) fault() error {
	since := c.v.Now()
	if err := c.v.Cluster.World.Break(c.ctx, c.lab, Attempt); err != nil {
		return err
	}
	return c.proof.Broken(c.lab.Breaks, since, within)
}

// half mends one of two faults: the other one still breaks the path.
func (c *course) half(h labs.Half) error {
	since := c.v.Now()
	if err := c.v.Cluster.World.Apply(c.ctx, c.lab, h.Change); err != nil {
		return err
	}
	return c.proof.Broken(h.Breaks, since, within)
}

func (c *course) mend() error {
	_, err := c.v.Cluster.World.Mend(c.ctx)
	return err
}

func (c *course) solve(solution labs.Change) error {
	since := c.v.Now()
	if err := c.v.Cluster.World.Apply(c.ctx, c.lab, solution); err != nil {
		return err
	}
	return c.proof.Healthy(since, within)
}

func (c *course) shortcut(s labs.Shortcut) error {
	since := c.v.Now()
	if err := c.v.Cluster.World.Apply(c.ctx, c.lab, s.Change); err != nil {
		return err
	}
	return c.proof.Fooled(s.StoppedBy, since, within)
}
