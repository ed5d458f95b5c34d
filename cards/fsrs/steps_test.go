package fsrs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// What each rating does inside the steps, as in Anki and py-fsrs: hard repeats
// the step, and only the first one is stretched.
func TestSteps(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	day := time.Duration(0) // learned
	tests := []struct {
		name       string
		steps      []time.Duration
		at         int
		state      cards.State
		wait       [4]time.Duration // day where the card is learned
		goesToStep [4]int
	}{
		{"new", nil, 0, cards.New, [4]time.Duration{m, 330 * time.Second, 10 * m, day}, [4]int{0, 0, 1, 0}},
		{"first of two", nil, 0, cards.Learning, [4]time.Duration{m, 330 * time.Second, 10 * m, day}, [4]int{0, 0, 1, 0}},
		{"last of two", nil, 1, cards.Learning, [4]time.Duration{m, 10 * m, day, day}, [4]int{0, 1, 0, 0}},
		{"second of three", []time.Duration{m, 10 * m, 100 * m}, 1, cards.Learning, [4]time.Duration{m, 10 * m, 100 * m, day}, [4]int{0, 1, 2, 0}},
		{"third of three", []time.Duration{m, 10 * m, 100 * m}, 2, cards.Learning, [4]time.Duration{m, 100 * m, day, day}, [4]int{0, 2, 0, 0}},
		{"the only one", []time.Duration{10 * m}, 0, cards.Learning, [4]time.Duration{10 * m, 15 * m, day, day}, [4]int{}},
		{"learned again", nil, 0, cards.Relearning, [4]time.Duration{10 * m, 15 * m, day, day}, [4]int{}},
		{"none", []time.Duration{}, 0, cards.New, [4]time.Duration{day, day, day, day}, [4]int{}},
		{"behind the last one", []time.Duration{m}, 5, cards.Learning, [4]time.Duration{m, m * 3 / 2, day, day}, [4]int{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := must(t, Config{Learning: tt.steps})
			mem := cards.Memory{State: tt.state, Step: tt.at}
			if tt.state != cards.New {
				mem.Stability, mem.Difficulty, mem.LastReview, mem.LastDay = 3, 5, start, utc.Day(start)
			}
			choices, err := s.Preview("a", mem, utc.Moment(start))
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range choices {
				learned := tt.wait[i] == day
				switch {
				case learned != (c.After.State == cards.Review), c.After.Step != tt.goesToStep[i]:
					t.Errorf("%v: %v at step %d, want learned %v at step %d", c.Rating, c.After.State, c.After.Step, learned, tt.goesToStep[i])
				case learned && (c.After.DueDay != utc.Day(start)+int(c.Interval.Hours()/24) || !c.After.Due.IsZero()):
					t.Errorf("%v: due on day %d and at %v after an interval of %v", c.Rating, c.After.DueDay, c.After.Due, c.Interval)
				case !learned && (c.Interval != tt.wait[i] || !c.After.Due.Equal(start.Add(tt.wait[i])) || c.After.DueDay != 0):
					t.Errorf("%v: after %v, due at %v and on day %d, want %v", c.Rating, c.Interval, c.After.Due, c.After.DueDay, tt.wait[i])
				}
			}
		})
	}
}

func TestLapse(t *testing.T) {
	t.Parallel()
	m := cards.Memory{State: cards.Review, Stability: 9, Difficulty: 5, LastReview: start, LastDay: utc.Day(start), DueDay: utc.Day(start) + 9, Reps: 4, Lapses: 2}
	now := utc.Moment(start.AddDate(0, 0, 9))
	choices, err := must(t, Config{}).Preview("a", m, now)
	if err != nil {
		t.Fatal(err)
	}
	got := choices[0].After
	if got.State != cards.Relearning || got.Lapses != 3 || got.Reps != 5 || got.Due.Sub(now.At) != 10*time.Minute {
		t.Errorf("forgotten: %+v; want relearning, 3 lapses, due after 10m", got)
	}
	for _, c := range choices[1:] {
		if c.After.State != cards.Review || c.After.Lapses != 2 {
			t.Errorf("%v: %+v", c.Rating, c.After)
		}
	}
	choices, err = must(t, Config{Relearning: []time.Duration{}}).Preview("a", m, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cards.Review, choices[0].After.State); diff != "" || choices[0].After.Lapses != 3 || choices[0].After.DueDay <= now.Day {
		t.Errorf("without steps to learn it again: %+v", choices[0].After)
	}
}
