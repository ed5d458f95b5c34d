package optimize

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

func fit(t testing.TB, l *Log) Fitted {
	t.Helper()
	f, err := Fit(t.Context(), l, Config{Relearning: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func loss(t testing.TB, l *Log, w model.Weights) float64 {
	t.Helper()
	m, err := model.New(w, 1)
	if err != nil {
		t.Fatal(err)
	}
	return l.Loss(m)
}

func TestFitSurprisesLess(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(uint64, int) [][]cards.Rated{"simulated": simulated, "lifelike": lifelike} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := logOf(make(1, 900))
			f := fit(t, l)
			before, after := loss(t, l, model.Published()), loss(t, l, f.Weights)
			t.Logf("%d reviews, %d left out: log-loss %.4f, was %.4f", f.Reviews, f.Left, after, before)
			if f.Extent != All || f.Reviews < 5000 || !(after < before-0.003) {
				t.Errorf("%+v: log-loss %v, was %v", f, after, before)
			}
			if again := fit(t, l); again != f {
				t.Errorf("the same log gives %v, and then %v", f.Weights, again.Weights)
			}
			other := logOf(make(2, 900))
			if b, a := loss(t, other, model.Published()), loss(t, other, f.Weights); !(a < b) {
				t.Errorf("a log that was not seen: log-loss %v, was %v", a, b)
			}
		})
	}
}

// few are cards that came back once each, after three days.
func few(cardCount, again int) *Log {
	var l Log
	for i := range cardCount {
		r := cards.Good
		if i < again {
			r = cards.Again
		}
		at := begin.Add(time.Duration(i) * time.Minute)
		l.Add([]cards.Rated{{At: at, Day: 10, Rating: cards.Good, First: true}, {At: at.AddDate(0, 0, 3), Day: 13, Rating: r}})
	}
	return &l
}

func TestFewReviews(t *testing.T) {
	t.Parallel()
	if f := fit(t, &Log{}); f.Extent != Nothing || f.Weights != model.Published() {
		t.Errorf("nothing was studied: %+v", f)
	}
	// The rarest waits are outliers up to 20 cards, here all of them.
	if f := fit(t, few(19, 3)); f.Extent != Nothing || f.Left != 19 || f.Weights != model.Published() {
		t.Errorf("19 cards: %+v", f)
	}
	good, bad := fit(t, few(40, 1)), fit(t, few(40, 20))
	if good.Extent != Initial || bad.Extent != Initial || !(bad.Weights[2] < 1 && good.Weights[2] > 3) {
		t.Errorf("40 cards: good after good lasts %v days if nearly all are recalled, %v if half are", good.Weights[2], bad.Weights[2])
	}
	if published := model.Published(); [17]float64(good.Weights[4:]) != [17]float64(published[4:]) {
		t.Errorf("more than the initial stabilities was fitted: %v", good.Weights)
	}
	if f := fit(t, few(400, 20)); f.Extent != Initial {
		t.Errorf("400 cards that came back once tell of nothing but their beginning: %+v", f)
	}
}

func TestFitEndsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	l := logOf(simulated(1, 300))
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	_, err := Fit(ctx, l, Config{Relearning: 1, Progress: func(p Progress) {
		if told++; p.Done < 1 || p.Done > p.Total {
			t.Errorf("progress %+v", p)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || told != 1 {
		t.Errorf("got %v after %d batches, want it to end with the first", err, told)
	}
	var last Progress
	if _, err := Fit(t.Context(), l, Config{Relearning: 1, Progress: func(p Progress) { last = p }}); err != nil || last.Done != last.Total {
		t.Errorf("ended at %+v, %v", last, err)
	}
}

// What counts of a card's log.
func TestAdd(t *testing.T) {
	t.Parallel()
	at := func(day, minute int) time.Time {
		return begin.AddDate(0, 0, day).Add(time.Duration(minute) * time.Minute)
	}
	rated := func(day int, r cards.Rating, first bool) cards.Rated {
		return cards.Rated{At: at(day, 0), Day: day, Rating: r, First: first}
	}
	for _, tt := range []struct {
		name    string
		answers []cards.Rated
		reviews int
		days    []int32
	}{
		{"steps and reviews", []cards.Rated{rated(3, 1, true), rated(3, 3, false), rated(5, 3, false), rated(5, 1, false), rated(9, 4, false)}, 2, []int32{0, 0, 2, 0, 4}},
		{"begun anew", []cards.Rated{rated(3, 3, true), rated(9, 1, false), rated(20, 3, true), rated(21, 3, false)}, 1, []int32{0, 1}},
		{"a beginning that nobody knows", []cards.Rated{rated(3, 3, false), rated(9, 1, false)}, 0, nil},
		{"a clock that went back", []cards.Rated{rated(30, 3, true), rated(3, 3, false), rated(33, 3, false)}, 1, []int32{0, 0, 3}},
		{"once", []cards.Rated{rated(3, 3, true)}, 0, nil},
	} {
		var l Log
		l.Add(tt.answers)
		var days []int32
		if len(l.histories) > 0 {
			days = l.histories[0].days
		}
		if l.Reviews() != tt.reviews || len(days) != len(tt.days) {
			t.Errorf("%s: %d reviews, days %v; want %d, %v", tt.name, l.Reviews(), days, tt.reviews, tt.days)
			continue
		}
		for i := range days {
			if days[i] != tt.days[i] {
				t.Errorf("%s: days %v, want %v", tt.name, days, tt.days)
			}
		}
	}
}

func TestStabilitiesOfUnusedRatings(t *testing.T) {
	t.Parallel()
	full := [4]float64{0.3, 1.1, 2.4, 8}
	for mask := 1; mask < 16; mask++ {
		in := initial{}
		for i := range full {
			if mask>>i&1 == 1 {
				in.value[i], in.cards[i] = full[i], 10
			}
		}
		got := in.smooth()
		for i, v := range got {
			known := mask>>i&1 == 1
			if known && math.Abs(v-full[i]) > 1e-12 || !(v > 0) || i > 0 && v < got[i-1] {
				t.Errorf("known %04b: %v", mask, got)
				break
			}
		}
	}
	// The one of more cards has its way.
	if got := (initial{[4]float64{3, 1, 4, 5}, [4]int{9, 2, 2, 2}}).smooth(); got != [4]float64{3, 3, 4, 5} {
		t.Errorf("got %v", got)
	}
	if got := (initial{[4]float64{3, 1, 4, 5}, [4]int{2, 9, 2, 2}}).smooth(); got != [4]float64{1, 1, 4, 5} {
		t.Errorf("got %v", got)
	}
}

// The slope of a whole history is that of its loss.
func TestSlopeOfAHistory(t *testing.T) {
	t.Parallel()
	all := lessons(logOf(simulated(5, 40)).histories)
	w := model.Published()
	w[19] = 0.1
	total := func(w model.Weights) float64 {
		m := model.Clipped(w, 1)
		sum := 0.0
		for _, s := range all {
			state := m.First(int(s.ratings[0]))
			for i := 1; i < len(s.ratings); i++ {
				if s.weights[i] > 0 {
					l, _ := surprise(m.Recall(state.Stability, float64(s.days[i])), s.ratings[i] > 1)
					sum += s.weights[i] * l
				}
				state = m.Next(state, int(s.ratings[i]), int(s.days[i]))
			}
		}
		return sum
	}
	var slope model.Slope
	var tape []moment
	for _, s := range all {
		tape = s.cut().learn(model.Clipped(w, 1), &slope, tape)
	}
	for i := range w {
		const h = 1e-6
		up, down := w, w
		up[i] += h
		down[i] -= h
		want := (total(up) - total(down)) / (2 * h)
		if i == 7 { // at its lower bound
			want = (total(up) - total(w)) / h
		}
		if math.Abs(want-slope[i]) > 1e-3*max(1, math.Abs(want)) {
			t.Errorf("weight %d: slope %v, want %v", i, slope[i], want)
		}
	}
}

func BenchmarkFit100k(b *testing.B) {
	l := logOf(lifelike(1, 9000))
	b.ReportMetric(float64(l.Reviews()), "reviews")
	for b.Loop() {
		fit(b, l)
	}
}
