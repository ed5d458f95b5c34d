package fsrs

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// learned is a history as py-fsrs schedules it, see model/testdata/vectors.py.
type learned struct {
	Weights              []float64
	Retention            float64
	Learning, Relearning []int // minutes
	Answers              []struct {
		Minutes, Rating, State, Step int
		Stability, Difficulty        float64
		WaitSeconds                  int
	}
}

// States, steps, waits and memory are those of py-fsrs through whole
// histories. Where they are not, it is by one rule of Anki's that py-fsrs has
// not: a better rating comes a day later at least, and an interval that may
// grow does. It has no bound for stability either: a history ends at ours,
// which is that of fsrs-rs.
func TestHistoriesOfPyFSRS(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/steps.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Histories []learned }
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	same, later := 0, 0
	for i, h := range v.Histories {
		s, l := h.replay(t, i)
		same, later = same+s, later+l
	}
	if len(v.Histories) < 80 || later*5 > same {
		t.Errorf("%d histories, %d waits as in py-fsrs and %d longer", len(v.Histories), same, later)
	}
}

func (h learned) replay(t *testing.T, n int) (same, later int) {
	t.Helper()
	s := must(t, Config{Weights: h.Weights, Retention: h.Retention, Learning: minutes(h.Learning), Relearning: minutes(h.Relearning), Exact: true})
	var m cards.Memory
	day, last := 1000, 0
	for i, a := range h.Answers {
		if a.Stability > model.MostStability {
			break
		}
		day += (a.Minutes - last) / (24 * 60) // py-fsrs counts whole days of 24 hours
		last = a.Minutes
		now := cards.Moment{At: start.Add(time.Duration(a.Minutes) * time.Minute), Day: day}
		choices, err := s.Preview("a", m, now)
		if err != nil {
			t.Fatal(err)
		}
		c := choices[a.Rating-1]
		if c.After.State != cards.State(a.State) || c.After.Step != a.Step ||
			!near(c.After.Stability, a.Stability) || !near(c.After.Difficulty, a.Difficulty) {
			t.Fatalf("history %d, answer %d: %+v, want %+v", n, i, c.After, a)
		}
		want := time.Duration(a.WaitSeconds) * time.Second
		switch {
		case c.Interval == want:
			same++
		case c.After.State != cards.Review || c.Interval < want || c.Interval != s.bound(m, choices, a.Rating):
			t.Fatalf("history %d, answer %d: comes after %v, want %v", n, i, c.Interval, want)
		default:
			later++
		}
		m = c.After
	}
	return same, later
}

// bound is the least interval of a rating: by its neighbour (easy has good for
// one even where good is a step), and by the interval before it.
func (s *Scheduler) bound(m cards.Memory, choices [4]cards.Choice, rating int) time.Duration {
	const day = 24 * time.Hour
	least := time.Duration(0)
	if rating > 1 && choices[rating-2].After.State == cards.Review {
		least = choices[rating-2].Interval + day
	}
	interval := func(rating int) float64 {
		return s.model.Interval(choices[rating-1].After.Stability, s.retention)
	}
	switch {
	case m.State == cards.Review:
		least = max(least, time.Duration(grown(interval(rating), m.DueDay-m.LastDay))*day)
	case rating == model.Easy:
		least = max(least, time.Duration(whole(interval(model.Good))+1)*day)
	}
	return least
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*max(1, math.Abs(b)) }

func minutes(of []int) []time.Duration {
	out := []time.Duration{}
	for _, m := range of {
		out = append(out, time.Duration(m)*time.Minute)
	}
	return out
}
