package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/tui"
)

// coach joins what cards and labs know: a layer whose cards are forgotten
// proposes its lab.
type coach struct {
	study *lateStudy
	labs  *labrun.Service
}

var _ tui.Coach = (*coach)(nil)

// Advise looks at both halves. Nothing in it needs a cluster.
func (c *coach) Advise(ctx context.Context) (tui.Advice, error) {
	sum, err := c.study.Summary(ctx)
	if err != nil {
		return tui.Advice{}, err
	}
	list, err := c.labs.List(ctx)
	if err != nil {
		return tui.Advice{}, err
	}
	var a tui.Advice
	for _, l := range labs.Layers() {
		s := tui.LayerSolved{Layer: string(l)}
		for _, lab := range list {
			if slices.Contains(lab.Layers, l) {
				s.Labs++
				if lab.Solved > 0 {
					s.Solved++
				}
			}
		}
		a.Solved = append(a.Solved, s)
	}
	a.Lab, a.LabWhy = nextLab(list, sum.Layers)
	return a, nil
}

// nextLab proposes the lab whose layer is remembered worst among those not
// solved, else the easiest one not solved.
func nextLab(list []labs.Listing, recall []cards.TagRecall) (id, why string) {
	open := slices.DeleteFunc(slices.Clone(list), func(l labs.Listing) bool {
		return l.Solved > 0 || l.InProgress || len(l.Missing) > 0
	})
	if len(open) == 0 {
		return "", ""
	}
	slices.SortStableFunc(open, func(a, b labs.Listing) int {
		return cmp.Or(cmp.Compare(worst(a, recall), worst(b, recall)), cmp.Compare(a.Difficulty, b.Difficulty))
	})
	best := open[0]
	if r := worst(best, recall); r < remembered {
		for _, t := range recall {
			if t.Reviews > 0 && t.Recall == r {
				return best.ID, fmt.Sprintf("its %s cards are at %.0f %%", strings.TrimPrefix(t.Tag, "layer:"), 100*r)
			}
		}
	}
	return best.ID, fmt.Sprintf("not solved yet, about %d minutes", best.Minutes)
}

// remembered is the recall from which a layer counts as known: FSRS plans for
// 0.9.
const remembered = 0.85

// worst is the lowest recall among a lab's layers, 1 while nothing is known.
func worst(l labs.Listing, recall []cards.TagRecall) float64 {
	low := 1.0
	for _, t := range recall {
		if t.Reviews > 0 && slices.Contains(l.Layers, labs.Layer(strings.TrimPrefix(t.Tag, "layer:"))) {
			low = min(low, t.Recall)
		}
	}
	return low
}
