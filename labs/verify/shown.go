package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Shown proves that what cards teach is so: each view of a world is brought
// about, and each of its facts is seen. It returns whether all of them are; an
// error means that it could not be tried.
func (v *Verifier) Shown(ctx context.Context, w *labs.Showing) (bool, error) {
	return v.prove(ctx, &w.Lab, func(c *course) { c.shown(w) })
}

// lookAgain is the time between two looks at facts that are not seen yet.
const lookAgain = 200 * time.Millisecond

func (c *course) shown(w *labs.Showing) {
	if !c.step(PartBase, "the scene is there", func() error {
		return c.v.Cluster.World.Base(c.ctx, c.lab, Attempt, func(string) {})
	}) {
		return
	}
	for i, view := range w.Views {
		if i > 0 && !c.step(PartBase, "the scene is back", c.mend) {
			return
		}
		if c.step(PartShown, view.Title+": brought about", func() error { return c.bring(view) }) {
			c.facts(view)
		}
	}
}

// bring makes a view's change.
func (c *course) bring(view labs.Sight) error {
	lab := *c.lab
	lab.Fault = view.Does
	return c.v.Cluster.World.Break(c.ctx, &lab, Attempt)
}

// facts waits for all facts of a view, and reports each. An expression holds
// in two looks in a row: the first may have caught a moment of the view before.
func (c *course) facts(view labs.Sight) {
	began := c.v.Now()
	why, inRow := map[string]string{}, map[string]int{}
	for settled := 0; settled < len(view.Facts) && c.v.Now().Sub(began) < within && c.ctx.Err() == nil; {
		settled, why = 0, c.missing(view)
		for card, fact := range view.Facts {
			if inRow[card]++; why[card] != "" {
				inRow[card] = 0
			}
			if inRow[card] >= 2 || fact.That.Text == "" {
				settled++
			}
		}
		time.Sleep(lookAgain)
	}
	for _, card := range slices.Sorted(maps.Keys(view.Facts)) {
		fact := view.Facts[card]
		c.step(PartShown, fmt.Sprintf("%s: card %s", view.Title, card), func() error {
			switch {
			case why[card] != "":
				return fmt.Errorf("%s: %s", fact.Pos, why[card])
			case inRow[card] < 2 && fact.That.Text != "":
				return fmt.Errorf("%s: was seen for a moment only", fact.Pos)
			}
			return c.printed(fact)
		})
	}
}

// missing says of each card whose expression does not hold why.
func (c *course) missing(view labs.Sight) map[string]string {
	out := map[string]string{}
	unmet, err := c.proof.Unmet(c.ctx)
	for card, fact := range view.Facts {
		words, is := unmet[view.Goal(card)]
		switch {
		case fact.That.Text == "":
		case err != nil:
			out[card] = err.Error()
		case is:
			out[card] = words
		}
	}
	return out
}

// printed runs a fact's command until its output is as taught.
func (c *course) printed(fact labs.Taught) error {
	if fact.Run == "" {
		return nil
	}
	for began := c.v.Now(); ; time.Sleep(lookAgain) {
		out, err := c.shell(fact.Run)
		if err == nil {
			err = compare(out, fact)
		}
		if err == nil || c.ctx.Err() != nil || c.v.Now().Sub(began) > within {
			if err != nil {
				return fmt.Errorf("%s: %s: %w", fact.Pos, fact.Run, err)
			}
			return nil
		}
	}
}

func compare(out string, fact labs.Taught) error {
	for _, want := range fact.Prints {
		if !strings.Contains(out, want) {
			return fmt.Errorf("prints nothing like %q: %s", want, lastLines(out))
		}
	}
	for _, not := range fact.Lacks {
		if strings.Contains(out, not) {
			return fmt.Errorf("prints %q: %s", not, lastLines(out))
		}
	}
	return nil
}
