package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/gatedrill/gatedrill/cmd/internal/lanes"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/history"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// maxLanes bounds the sandboxes that run side by side.
const maxLanes = 16

// proving is a list of labs being proved, on one cluster or on several.
type proving struct {
	world  labs.World
	named  bool // each of the labs has to be offered
	report func(verify.Line)
	// together: there are several clusters, and a lab's lines are told when all
	// of them are there.
	together bool

	mu    sync.Mutex
	lines []verify.Line
	bad   bool
	tried int
}

// proveLabs proves labs on the cluster in use. Of labs that were named each has
// to be offered there.
func proveLabs(ctx context.Context, e *env, chosen []labs.Lab, world labs.World, named bool, report func(verify.Line)) (bool, []verify.Line, error) {
	p := &proving{world: world, named: named, report: report, lines: []verify.Line{}}
	h, err := e.bring(ctx)
	if err == nil {
		err = p.on(ctx, e, h, slices.Values(chosen))
	}
	return p.end(err)
}

// verifyInLanes proves labs in sandboxes of their own, side by side.
func verifyInLanes(ctx context.Context, e *env, most int, ids []string, seed int64, report func(verify.Line)) (bool, []verify.Line, error) {
	chosen, world, err := pick(e, ids, seed)
	if err != nil {
		return false, nil, err
	}
	o, err := sandboxOptions(e)
	if err != nil {
		return false, nil, err
	}
	if err := sandbox.New(o).Install(ctx, func(cluster.Progress) {}); err != nil { // once for all
		return false, nil, err
	}
	p := &proving{world: world, named: len(ids) > 0, report: report, lines: []verify.Line{}, together: true}
	began := e.Now()
	sandboxes := lanes.Sandboxes{Homes: e.path("lanes"), Drop: true, New: func(home string) cluster.Backend {
		o := o
		o.Home = home
		return sandbox.New(o)
	}}
	err = lanes.Run(ctx, most, chosen, sandboxes, func(ctx context.Context, l lanes.Lane[labs.Lab]) error {
		lane := *e
		lane.Home = l.Home
		return p.on(ctx, &lane, l.Handle, l.Work)
	})
	say(e.Stderr, fmt.Sprintf("%d labs in %d sandboxes side by side: %.0f s", p.tried, min(most, len(chosen)), e.Now().Sub(began).Seconds()))
	return p.end(err)
}

// end sums up.
func (p *proving) end(err error) (bool, []verify.Line, error) {
	if err == nil && p.tried == 0 {
		err = errors.New("nothing was proved: the cluster offers none of these labs")
	}
	return err == nil && !p.bad, p.lines, err
}

// say tells lines that belong together.
func (p *proving) say(lines []verify.Line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range lines {
		p.lines = append(p.lines, l)
		p.report(l)
	}
}

// on proves labs on the cluster of an env.
func (p *proving) on(ctx context.Context, e *env, h *cluster.Handle, list iter.Seq[labs.Lab]) error {
	c, err := openCluster(h, e.Now)
	if err != nil {
		return err
	}
	records, _, err := history.Open(e.path("history.jsonl")).Read(0)
	if err != nil {
		return err
	}
	var held []verify.Line
	v := &verify.Verifier{Cluster: c, World: p.world, Read: meshOf, Now: e.Now, Dir: e.path("shell"),
		GivenUp: func(attempt string) bool { return history.GivenUp(records, attempt) },
		Report: func(l verify.Line) {
			if held = append(held, l); !p.together {
				p.say(held)
				held = nil
			}
		}}
	for lab := range list {
		err := p.lab(ctx, h, v, &lab)
		p.say(held)
		held = nil
		if err != nil {
			return err
		}
	}
	return nil
}

// lab proves one lab, where it is offered.
func (p *proving) lab(ctx context.Context, h *cluster.Handle, v *verify.Verifier, lab *labs.Lab) error {
	if lack := lacking(h, lab); lack != "" {
		if p.named {
			return fmt.Errorf("lab %s needs %s, which the %s does not have", lab.ID, lack, h.Name)
		}
		v.Report(verify.Line{Lab: lab.ID, Check: "not offered: the cluster lacks " + lack, NotOffered: true})
		return nil
	}
	ok, err := v.Lab(ctx, lab)
	p.mu.Lock()
	p.tried++
	p.bad = p.bad || !ok
	p.mu.Unlock()
	if err != nil {
		v.Report(verify.Line{Lab: lab.ID, Check: "could not be verified to the end", Why: err.Error()})
		return fmt.Errorf("verify lab %s: %w", lab.ID, err)
	}
	return nil
}
