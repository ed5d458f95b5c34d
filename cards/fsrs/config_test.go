package fsrs

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// published are the weights of an empty Config, to be changed.
func published() []float64 {
	w := model.Published()
	return w[:]
}

func TestConfigIsValidated(t *testing.T) {
	t.Parallel()
	weights := func(i int, v float64) []float64 {
		w := published()
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
		{"initial stability out of range", Config{Weights: weights(0, 0.0005)}, "weight 0 is 0.0005"},
		{"step", Config{Learning: Steps{0}}, "learning step of 0s"},
		{"many steps", Config{Relearning: make(Steps, 11)}, "relearning steps are 11"},
		{"long step", Config{Relearning: Steps{25 * time.Hour}}, "relearning step of 25h"},
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

// The name of the defaults stands in every log. When this fails, schedules
// have changed: count up rules, and write the new name here.
func TestNamePinsTheParameters(t *testing.T) {
	t.Parallel()
	const want = "fsrs-6/76834bd27f3d"
	if got := must(t, Config{Retention: 0.9}).Algorithm("a"); got != want {
		t.Errorf("the defaults are %q, they were %q", got, want)
	}
	seen := map[string]int{want: -1}
	w := published()
	w[20] = 0.1543
	for i, c := range []Config{
		{Retention: 0.8}, {MaximumDays: 100}, {Weights: w}, {Learning: []time.Duration{}},
		{Relearning: []time.Duration{time.Minute}}, {Exact: true},
	} {
		name := must(t, c).Algorithm("a")
		if other, ok := seen[name]; ok {
			t.Errorf("configurations %d and %d have one name %q", other, i, name)
		}
		seen[name] = i
	}
}
