package main

import (
	"testing"

	"github.com/gatedrill/gatedrill/cards/fsrs"
)

// Weights from elsewhere are refused, or can be scheduled by or named as out
// of range; never anything else.
func FuzzWeights(f *testing.F) {
	f.Add("default")
	f.Add("[0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]")
	f.Add("0.4872 1.4003 3.7145 13.8206 5.1618 1.2298 0.8975 0.031 1.6474 0.1367 1.0461 2.1072 0.0793 0.3246 1.587 0.2272 2.8755")
	f.Add("1, NaN, inf, 1e999, -0")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := readWeights(text)
		if err != nil || w == nil {
			return
		}
		if len(w) != 21 {
			t.Fatalf("%d weights of %q", len(w), text)
		}
		if s, err := fsrs.New(fsrs.Config{Weights: w}); err == nil && s.Algorithm("a") == "" {
			t.Errorf("%q gives a scheduler without a name", text)
		}
	})
}
