package fsrs

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

func must(t *testing.T, c Config) *Scheduler {
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

var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

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
		if m, err = s.Next(m, ratings[i], now); err != nil {
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

// The vector of py-fsrs: each review when it is due.
func TestIntervalVector(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := must(t, Config{Calendar: cards.Calendar{Zone: zone(t, name), Rollover: 4}})
			var m cards.Memory
			now := start
			var got []int
			for _, r := range []cards.Rating{3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3} {
				choices, err := s.Preview(m, now)
				if err != nil {
					t.Fatal(err)
				}
				c := choices[r-1]
				got = append(got, int(c.Interval/(24*time.Hour)))
				m, now = c.After, c.After.Due
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
	known := cards.Memory{State: cards.Review, Stability: 5, Difficulty: 5, Reps: 3}
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
			s := must(t, Config{Calendar: cards.Calendar{Zone: berlin, Rollover: tt.rolls}})
			m := known
			m.LastReview = tt.last
			after, err := s.Next(m, cards.Good, tt.last.Add(20*time.Minute))
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

// A card due in n days is due when the learner's nth day begins, also when
// clocks change in between.
func TestDueWhenTheDayBegins(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		z := zone(t, name)
		c := cards.Calendar{Zone: z, Rollover: 4}
		s := must(t, Config{Calendar: c})
		for d := range 400 {
			now := time.Date(2026, 1, 1+d, 22, 30, 0, 0, z)
			after, err := s.Next(cards.Memory{}, cards.Easy, now)
			if err != nil {
				t.Fatal(err)
			}
			if local := after.Due.In(z); local.Hour() != 4 || local.Minute() != 0 || c.Day(after.Due) <= c.Day(now) {
				t.Fatalf("%s: rated %v, due %v: not the beginning of a later day", name, now, local)
			}
		}
	}
}

func TestPreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	s := must(t, Config{Calendar: cards.Calendar{Zone: zone(t, "Asia/Kolkata"), Rollover: 4}})
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var m cards.Memory
		now := start
		for range 20 {
			choices, err := s.Preview(m, now)
			if err != nil {
				t.Fatal(err)
			}
			r := cards.Rating(1 + rng.IntN(4))
			next, err := s.Next(m, r, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(choices[r-1].After, next); diff != "" {
				t.Fatalf("preview and result differ:\n%s", diff)
			}
			for i := 1; i < 4; i++ {
				if choices[i].Interval < choices[i-1].Interval {
					t.Fatalf("interval of %v is shorter than of %v", choices[i].Rating, choices[i-1].Rating)
				}
			}
			m, now = next, now.Add(time.Duration(rng.IntN(40*24*60))*time.Minute)
		}
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	next := func(m cards.Memory, r cards.Rating) cards.Memory {
		t.Helper()
		after, err := s.Next(m, r, start)
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	first := next(cards.Memory{}, cards.Again)
	second := next(first, cards.Good)
	done := next(second, cards.Good)
	if first.Step != 0 || first.Due.Sub(start) != time.Minute {
		t.Errorf("again on a new card: step %d, due after %v; want step 0 after 1m", first.Step, first.Due.Sub(start))
	}
	if second.Step != 1 || second.Due.Sub(start) != 10*time.Minute {
		t.Errorf("then good: step %d, due after %v; want step 1 after 10m", second.Step, second.Due.Sub(start))
	}
	if done.State != cards.Review || done.Step != 0 {
		t.Errorf("then good: %v at step %d; want review at step 0", done.State, done.Step)
	}
	lapsed := next(done, cards.Again)
	if lapsed.State != cards.Relearning || lapsed.Lapses != 1 || lapsed.Due.Sub(start) != 10*time.Minute {
		t.Errorf("forgotten: %+v; want relearning, 1 lapse, due after 10m", lapsed)
	}
}

func TestClockThatWentBack(t *testing.T) {
	t.Parallel()
	s := must(t, Config{})
	m, err := s.Next(cards.Memory{}, cards.Easy, start)
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Next(m, cards.Good, start.Add(-48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if after.LastReview.Before(start) || after.Due.Before(start) {
		t.Errorf("last review %v, due %v: before the review that came first", after.LastReview, after.Due)
	}
}

func TestConfigIsValidated(t *testing.T) {
	t.Parallel()
	weights := func(i int, v float64) []float64 {
		w := slices.Clone(must(t, Config{}).fsrs.W[:])
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
		{"step", Config{Learning: []time.Duration{0}}, "learning step of 0s"},
		{"long step", Config{Relearning: []time.Duration{25 * time.Hour}}, "relearning step of 25h"},
		{"rollover", Config{Calendar: cards.Calendar{Rollover: 24}}, "rollover hour 24"},
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

func TestAlgorithmNamesTheParameters(t *testing.T) {
	t.Parallel()
	def := must(t, Config{Retention: 0.9}).Algorithm()
	if def != "fsrs-6/default" {
		t.Errorf("got %q for the defaults", def)
	}
	if other := must(t, Config{Retention: 0.8}).Algorithm(); other == def {
		t.Errorf("another retention has the same name %q", other)
	}
}

func TestWrongRating(t *testing.T) {
	t.Parallel()
	if _, err := must(t, Config{}).Next(cards.Memory{}, 5, start); err == nil {
		t.Error("rating 5 was taken")
	}
}

func BenchmarkPreview(b *testing.B) {
	s, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	m := cards.Memory{State: cards.Review, Stability: 12, Difficulty: 5, LastReview: start}
	for b.Loop() {
		if _, err := s.Preview(m, start.AddDate(0, 0, 12)); err != nil {
			b.Fatal(err)
		}
	}
}
