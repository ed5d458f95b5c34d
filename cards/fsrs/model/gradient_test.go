package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// within draws weights inside their ranges, so that a small change of one
// leaves it there.
func within(rng *rand.Rand) Weights {
	var w Weights
	for i, r := range ranges {
		low, high := r[0], r[1]
		if i < 4 {
			high = 20
		}
		w[i] = low + (high-low)*(0.05+0.9*rng.Float64())
	}
	return w
}

// Each derivative is what the formulas do when a weight or the memory before
// changes a little.
func TestSlopesAreThoseOfTheFormulas(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	moved := Slope{}
	for n := range 4000 {
		w := within(rng)
		s := State{math.Exp(rng.Float64()*9 - 3), 1.2 + 8.6*rng.Float64()}
		rating, days := 1+rng.IntN(4), rng.IntN(60)*rng.IntN(2)
		pull := Pull{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		loss := func(w Weights, s State) float64 {
			m := of(w)
			next := m.Next(s, rating, days)
			first := m.First(rating)
			return pull.Stability*(next.Stability+first.Stability) + pull.Difficulty*(next.Difficulty+first.Difficulty) +
				pull.Recall*m.Recall(s.Stability, float64(days))
		}
		m := of(w)
		var slope Slope
		m.BackFirst(rating, pull, &slope)
		next, recall := m.Step(s, rating, days)
		back := m.BackNext(s, next, rating, days, recall, pull, &slope)
		check := func(what string, got float64, at float64, with func(float64) float64) {
			h := 1e-6 * max(1, math.Abs(at))
			up, down := with(at+h)-with(at), with(at)-with(at-h)
			want, scale := (up+down)/(2*h), max(1, math.Abs(up/h), math.Abs(down/h))
			if math.Abs(up-down)/h > 1e-3*scale {
				return // a bound or a smaller term begins just here
			}
			if math.Abs(got-want) > 1e-4*scale {
				t.Fatalf("case %d: rating %d after %d days of %+v: slope of %s is %v, want %v", n, rating, days, s, what, got, want)
			}
		}
		for i := range w {
			if slope[i] != 0 {
				moved[i]++
			}
			check(fmt.Sprint("weight ", i), slope[i], w[i], func(v float64) float64 {
				changed := w
				changed[i] = v
				return loss(changed, s)
			})
		}
		check("stability", back.Stability, s.Stability, func(v float64) float64 { return loss(w, State{v, s.Difficulty}) })
		check("difficulty", back.Difficulty, s.Difficulty, func(v float64) float64 { return loss(w, State{s.Stability, v}) })
	}
	for i, n := range moved {
		if n < 100 {
			t.Errorf("weight %d had a slope in %v cases only", i, n)
		}
	}
}
