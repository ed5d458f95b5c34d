package fsrs

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	lib "github.com/open-spaced-repetition/go-fsrs/v4"
)

func TestConfigIsValidated(t *testing.T) {
	t.Parallel()
	weights := func(i int, v float64) []float64 {
		w := slices.Clone(defaultWeights[:])
		w[i] = v
		return w
	}
	tests := []struct {
		name string
		c    Config
		want string
	}{
		{"retention", Config{Retention: 1}, "retention 1"},
		{"retention is no number", Config{Retention: math.NaN()}, "retention NaN"},
		{"days", Config{MaximumDays: 40000}, "maximum of 40000 days"},
		{"negative days", Config{MaximumDays: -1}, "maximum of -1 days"},
		{"too few weights", Config{Weights: []float64{1}}, "1 weights, FSRS-6 has 21"},
		{"weight out of range", Config{Weights: weights(4, 99)}, "weight 4 is 99"},
		{"weight is no number", Config{Weights: weights(20, math.NaN())}, "weight 20 is NaN"},
		{"initial stability that the model replaces", Config{Weights: weights(0, 0.05)}, "weight 0 is 0.05, and less than 0.1 is taken"},
		{"bounded by the number of steps", Config{Weights: weights(17, 1.9), Relearning: []time.Duration{1, 2, 3}}, "weight 17 is 1.9"},
		{"step", Config{Learning: []time.Duration{0}}, "learning step of 0s"},
		{"long step", Config{Relearning: []time.Duration{25 * time.Hour}}, "relearning step of 25h"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := New(tt.c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// Whatever weights are taken, the model uses those and no others: the initial
// stabilities are what it gives after a first answer.
func TestWeightsAreThoseInUse(t *testing.T) {
	t.Parallel()
	w := slices.Clone(defaultWeights[:])
	copy(w, []float64{0.1, 0.2, 0.3, 99})
	s := must(t, Config{Weights: w})
	states := s.model.NextStates(nil, 0.9, 0)
	for i, got := range []lib.ItemState{states.Again, states.Hard, states.Good, states.Easy} {
		if got.Memory.Stability != w[i] {
			t.Errorf("weight %d is %v, and %v is used", i, w[i], got.Memory.Stability)
		}
	}
}

// The name of the defaults stands in every log. When this fails, schedules
// have changed: count up rules, and write the new name here.
func TestNamePinsTheParameters(t *testing.T) {
	t.Parallel()
	const want = "fsrs-6/76834bd27f3d"
	if got := must(t, Config{Retention: 0.9}).Algorithm(); got != want {
		t.Errorf("the defaults are %q, they were %q", got, want)
	}
	seen := map[string]int{want: -1}
	w := slices.Clone(defaultWeights[:])
	w[20] = 0.1543
	for i, c := range []Config{
		{Retention: 0.8}, {MaximumDays: 100}, {Weights: w}, {Learning: []time.Duration{}},
		{Relearning: []time.Duration{time.Minute}}, {Exact: true},
	} {
		name := must(t, c).Algorithm()
		if other, ok := seen[name]; ok {
			t.Errorf("configurations %d and %d have one name %q", other, i, name)
		}
		seen[name] = i
	}
}
