package fsrs

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

func must(t testing.TB, c Config) *Scheduler {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

var (
	start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	utc   = cards.Calendar{Rollover: 4}
)

// The vector of fsrs-rs: memory after six reviews at given days.
func TestMemoryVector(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	var m cards.Memory
	now := start
	ratings := []cards.Rating{1, 3, 3, 3, 3, 3}
	for i, days := range []int{0, 0, 1, 3, 8, 21} {
		now = now.AddDate(0, 0, days)
		var err error
		if m, err = s.Next("a", m, ratings[i], utc.Moment(now)); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(m.Stability-53.62691) > 1e-4 || math.Abs(m.Difficulty-6.3574867) > 1e-4 {
		t.Errorf("got stability %.5f difficulty %.5f, want 53.62691 and 6.35749", m.Stability, m.Difficulty)
	}
	if m.Reps != 6 || m.Lapses != 0 {
		t.Errorf("got %d reps, %d lapses, want 6 and 0", m.Reps, m.Lapses)
	}
}

// The vector of py-fsrs: each review when it is due, wherever the learner is
// that day.
func TestIntervalVector(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := must(t, Config{Exact: true})
			c := cards.Calendar{Zone: zone(t, name), Rollover: 4}
			var m cards.Memory
			now := start
			var got []int
			for _, r := range []cards.Rating{3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3} {
				choices, err := s.Preview("a", m, c.Moment(now))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, int(choices[r-1].Interval/(24*time.Hour)))
				if m = choices[r-1].After; m.State == cards.Review {
					now = c.Start(m.DueDay)
				} else {
					now = m.Due
				}
			}
			want := []int{0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("intervals in days (-want +got):\n%s", diff)
			}
		})
	}
}

// Twenty minutes across midnight UTC are no day; twenty across the
// learner's rollover are one.
func TestDayBoundary(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	tests := []struct {
		name    string
		rolls   int
		last    time.Time
		sameDay bool
	}{
		{"midnight UTC", 4, time.Date(2026, 6, 1, 23, 50, 0, 0, time.UTC), true},
		{"local midnight", 4, time.Date(2026, 6, 1, 23, 50, 0, 0, berlin), true},
		{"local rollover", 4, time.Date(2026, 6, 2, 3, 50, 0, 0, berlin), false},
		{"rollover at midnight", 0, time.Date(2026, 6, 1, 23, 50, 0, 0, berlin), false},
		{"hour repeated in autumn", 4, time.Date(2026, 10, 25, 0, 50, 0, 0, time.UTC), true},
		{"hour left out in spring", 4, time.Date(2026, 3, 29, 0, 50, 0, 0, time.UTC), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := must(t, Config{})
			c := cards.Calendar{Zone: berlin, Rollover: tt.rolls}
			m := cards.Memory{State: cards.Review, Stability: 5, Difficulty: 5, Reps: 3, LastReview: tt.last, LastDay: c.Day(tt.last)}
			after, err := s.Next("a", m, cards.Good, c.Moment(tt.last.Add(20*time.Minute)))
			if err != nil {
				t.Fatal(err)
			}
			grown := after.Stability > 6
			if grown == tt.sameDay {
				t.Errorf("stability 5 -> %.3f, same day %v", after.Stability, tt.sameDay)
			}
		})
	}
}

func TestPreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	c := cards.Calendar{Zone: zone(t, "Asia/Kolkata"), Rollover: 4}
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		var m cards.Memory
		now := start
		card := fmt.Sprintf("card-%d", n)
		for range 20 {
			choices, err := s.Preview(card, m, c.Moment(now))
			if err != nil {
				t.Fatal(err)
			}
			r := cards.Rating(1 + rng.IntN(4))
			next, err := s.Next(card, m, r, c.Moment(now))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(choices[r-1].After, next); diff != "" {
				t.Fatalf("preview and result differ:\n%s", diff)
			}
			for i := 1; i < 4; i++ {
				if choices[i].Interval < choices[i-1].Interval {
					t.Fatalf("interval of %v is shorter than of %v: %+v", choices[i].Rating, choices[i-1].Rating, m)
				}
			}
			m, now = next, now.Add(time.Duration(rng.IntN(40*24*60))*time.Minute)
		}
	}
}

func TestClockThatWentBack(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	m, err := s.Next("a", cards.Memory{}, cards.Easy, utc.Moment(start))
	if err != nil {
		t.Fatal(err)
	}
	back := utc.Moment(start.Add(-48 * time.Hour))
	for _, r := range []cards.Rating{cards.Again, cards.Good} {
		after, err := s.Next("a", m, r, back)
		if err != nil {
			t.Fatal(err)
		}
		if after.LastReview.Before(start) || after.LastDay < m.LastDay || (after.Due.Before(start) && after.DueDay <= m.LastDay) {
			t.Errorf("rated %v: last review %v, due %v or on day %d: before the review that came first", r, after.LastReview, after.Due, after.DueDay)
		}
	}
}

func TestMemoryThatNobodyHas(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	for name, m := range map[string]cards.Memory{
		"state":      {State: 7},
		"stability":  {State: cards.Review, Difficulty: 5},
		"infinite":   {State: cards.Review, Stability: math.Inf(1), Difficulty: 5},
		"difficulty": {State: cards.Learning, Stability: 3, Difficulty: 11},
	} {
		if got, err := s.Next("a", m, cards.Good, utc.Moment(start)); err == nil {
			t.Errorf("%s: scheduled to %+v", name, got)
		}
	}
	for _, r := range []cards.Rating{0, 5} {
		if _, err := s.Next("a", cards.Memory{}, r, utc.Moment(start)); err == nil {
			t.Errorf("rating %d was taken", r)
		}
	}
}

func BenchmarkPreview(b *testing.B) {
	s := must(b, Config{})
	m := cards.Memory{State: cards.Review, Stability: 12, Difficulty: 5, LastReview: start, LastDay: utc.Day(start)}
	now := utc.Moment(start.AddDate(0, 0, 12))
	for b.Loop() {
		if _, err := s.Preview("a", m, now); err != nil {
			b.Fatal(err)
		}
	}
}
