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
	PartShown     Part = "shown"     // a fact of a card; no part of a lab's proof
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
	return v.prove(ctx, lab, (*course).run)
}

// prove makes the cluster ready for a lab and lets a course go over it.
func (v *Verifier) prove(ctx context.Context, lab *labs.Lab, goOver func(*course)) (bool, error) {
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
	goOver(c)
	// Whatever failed above, the cluster is left as it was found.
	c.step(PartReset, "reset: objects as before", func() error {
		_, err := v.Cluster.World.Clear(context.WithoutCancel(ctx))
		return err
	})
	return c.ok, ctx.Err()
}
