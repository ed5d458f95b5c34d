package optimize

import (
	"context"
	"fmt"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// Config are the wishes of a fit.
type Config struct {
	Relearning int            // steps of a forgotten card
	Progress   func(Progress) // called now and then; may be nil
}

// Progress is how far a fit is.
type Progress struct{ Done, Total int }

// Extent is how much of the weights could be fitted.
type Extent int

// Nothing with too few reviews, then the stabilities after a first answer,
// then all weights.
const (
	Nothing Extent = iota
	Initial
	All
)

// Fitted is what came of a log.
type Fitted struct {
	Weights model.Weights
	Extent  Extent
	Reviews int // that were counted
	Left    int // that were left out as outliers
}

// From so many reviews on, weights are fitted.
const (
	LeastInitial = 8
	LeastAll     = 64
)

// Fit finds the weights by which a log is least surprising. It ends with the
// context.
func Fit(ctx context.Context, l *Log, c Config) (Fitted, error) {
	out := Fitted{Weights: model.Published()}
	kept, left := sift(groups(l.histories))
	var histories []history
	recalled := 0
	for _, h := range l.histories {
		n := h.reviews()
		rating, days, _ := h.opening()
		switch {
		case n == 0:
		case left[opening{rating, days}]:
			out.Left += n
		default:
			histories = append(histories, h)
			out.Reviews += n
			recalled += h.recalled()
		}
	}
	if out.Reviews < LeastInitial || len(kept) == 0 {
		return out, nil
	}
	first := fitInitial(kept, float64(recalled)/float64(out.Reviews))
	smooth := first.smooth()
	copy(out.Weights[:], smooth[:])
	out.Extent = Initial
	if out.Reviews == len(histories) || out.Reviews < LeastAll {
		return out, nil
	}
	trained, err := train(ctx, lessons(histories), out.Weights, c)
	if err != nil {
		return out, err
	}
	first.value = [4]float64(trained[:4])
	smooth = first.smooth()
	out.Weights, out.Extent = trained, All
	copy(out.Weights[:], smooth[:])
	// What was trained is taken over by others that refuse what is out of range.
	if _, err := model.New(out.Weights, c.Relearning); err != nil {
		return out, fmt.Errorf("fit the weights: %w", err)
	}
	return out, nil
}

// recalled counts the reviews that were not forgotten.
func (h history) recalled() int {
	n := 0
	for i, d := range h.days {
		if d > 0 && h.ratings[i] > model.Again {
			n++
		}
	}
	return n
}
