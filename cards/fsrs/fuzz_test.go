package fsrs

import (
	"fmt"
	"math"
	"testing"

	"github.com/gatedrill/gatedrill/cards"
)

// How far Anki moves an interval: at the lowest, middle and highest chance.
func TestFuzzIsAnkis(t *testing.T) {
	t.Parallel()
	tests := []struct {
		interval       float64
		least, maximum int
		want           [3]int
	}{
		{1, 1, 1000, [3]int{1, 1, 1}},
		{2.49, 1, 1000, [3]int{2, 2, 2}},
		{2.5, 1, 1000, [3]int{2, 3, 4}}, // one day either way
		{7, 1, 1000, [3]int{5, 7, 9}},   // and 15 % of what is above 2.5 days
		{17, 1, 1000, [3]int{14, 17, 20}},
		{37, 1, 1000, [3]int{33, 37, 41}},
		{2, 2, 1000, [3]int{2, 2, 2}},
		{2, 3, 1000, [3]int{3, 4, 4}}, // the least is moved too
		{2, 3, 3, [3]int{3, 3, 3}},
		{100, 101, 1000, [3]int{101, 105, 108}},
		{100, 1, 99, [3]int{92, 96, 99}},
		{100, 97, 103, [3]int{97, 100, 103}},
		{1, 3, 2, [3]int{2, 2, 2}}, // the maximum goes before the least
	}
	for _, tt := range tests {
		for i, factor := range []float64{0, 0.5, 0.99} {
			if got := (fuzz{factor: factor, maximum: tt.maximum}).days(tt.interval, tt.least); got != tt.want[i] {
				t.Errorf("%v days, %d to %d, at %v: %d, want %d", tt.interval, tt.least, tt.maximum, factor, got, tt.want[i])
			}
		}
	}
	if got := (fuzz{factor: 0.99, exact: true, maximum: 1000}).days(37.4, 1); got != 37 {
		t.Errorf("exact: %d, want 37", got)
	}
}

// Cards that were first rated alike do not come back together for ever, and
// what is asked twice is answered alike.
func TestCardsDrift(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	days := map[int]int{}
	low, high, sum := math.Inf(1), 0.0, 0.0
	const n = 400
	for i := range n {
		card := fmt.Sprintf("card-%d", i)
		m, err := s.Next(card, cards.Memory{}, cards.Easy, utc.Moment(start))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Next(card, cards.Memory{}, cards.Easy, utc.Moment(start))
		if err != nil || again != m {
			t.Fatalf("another due day when asked twice: %d and %d, %v", m.DueDay, again.DueDay, err)
		}
		days[m.DueDay]++
		f := s.fuzz(card, 3).factor
		low, high, sum = min(low, f), max(high, f), sum+f
	}
	if len(days) < 4 { // eight days, two either way
		t.Errorf("all of them come on %v", days)
	}
	if low < 0 || high >= 1 || low > 0.05 || high < 0.95 || math.Abs(sum/n-0.5) > 0.1 {
		t.Errorf("chance from %v to %v, %v in the middle", low, high, sum/n)
	}
	if s.fuzz("a", 1).factor == s.fuzz("a", 2).factor {
		t.Error("the next answer has the same chance")
	}
}

// An interval that FSRS lets grow is not shortened by chance.
func TestFuzzDoesNotShrink(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	for i := range 300 {
		m := cards.Memory{State: cards.Review, Stability: 30, Difficulty: 9, LastReview: start, LastDay: utc.Day(start), DueDay: utc.Day(start) + 30}
		now := utc.Moment(start.AddDate(0, 0, 30))
		choices, err := s.Preview(fmt.Sprintf("card-%d", i), m, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range choices[2:] {
			if c.After.DueDay-now.Day <= 30 {
				t.Fatalf("%v after 30 days: %d", c.Rating, c.After.DueDay-now.Day)
			}
		}
	}
}
