package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/run"
)

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

// run proves part after part. Behind one after which the lab is not what the
// next part starts from, it ends.
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
	if !c.refused() || !c.solved() {
		return
	}
	c.step(PartReset, "reset: base healthy again", c.reset)
}

// refused proves that no shortcut passes, and that of two faults each breaks
// the path by itself. It says whether the lab is broken again.
func (c *course) refused() bool {
	for _, s := range c.lab.Shortcuts {
		if !c.step(PartShortcuts, fmt.Sprintf("shortcut %q stopped by %q", s.Title, s.StoppedBy), func() error { return c.shortcut(s) }) ||
			!c.step(PartShortcuts, c.back, c.again) {
			return false
		}
	}
	for _, h := range c.lab.Halves {
		if !c.step(PartBroken, h.Mended+" alone mended: broken at "+joined(h.Breaks)+" and nowhere else", func() error { return c.half(h) }) ||
			!c.step(PartBroken, c.back, c.again) {
			return false
		}
	}
	return true
}

// solved proves each solution. It says whether each began at the broken lab.
func (c *course) solved() bool {
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
			return false
		}
	}
	return true
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

// again makes the lab what the learner finds. A fault that is more than patches
// and deletions goes in anew: a pod keeps what it started with, and fields that
// were applied go with the next manifest only while they are the manifest's own.
func (c *course) again() error {
	if len(c.lab.Fault.Objects) > 0 || slices.ContainsFunc(c.lab.Fault.Ops, func(op labs.Op) bool { return op.Patch == nil && op.Delete == nil }) {
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

func (c *course) reset() error {
	since := c.v.Now()
	if err := c.mend(); err != nil {
		return err
	}
	return c.proof.Healthy(since, within)
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
