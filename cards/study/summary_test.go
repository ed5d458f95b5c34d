package study_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatedrill/gatedrill/cards"
)

func TestStreakOfManyMonths(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(200), cards.Room{New: 1, Reviews: 0})
	for range 75 {
		w.answer(cards.Easy)
		w.now = w.now.AddDate(0, 0, 1)
	}
	if s := w.summary(); s.Streak != 75 {
		t.Errorf("the morning after: %d days, want 75", s.Streak)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if s := w.summary(); s.Streak != 0 {
		t.Errorf("after a day without: %d days, want 0", s.Streak)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(10), cards.Room{New: 10, Reviews: 100})
	w.day(cards.Easy)
	if s := w.summary(); s.Layers[3].Reviews != 0 || s.Weakest != "" {
		t.Errorf("learning counts as reviews: %+v", s)
	}
	w.now = w.now.AddDate(0, 0, 40)
	for i := range 10 {
		r := cards.Good
		if i%5 == 0 {
			r = cards.Again
		}
		p, err := w.Reread(t.Context(), &cards.Prompt{Card: cards.Card{ID: fmt.Sprintf("t%d", i)}}, "")
		if err != nil || p == nil {
			t.Fatalf("t%d waits: %v, %v", i, p != nil, err)
		}
		if _, err := w.Rate(t.Context(), p, r, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	s := w.summary()
	if diff := cmp.Diff(cards.TagRecall{Tag: "layer:tls", Reviews: 10, Recall: 0.8}, s.Layers[3]); diff != "" || s.Weakest != "tls" {
		t.Errorf("weakest %q, layer (-want +got):\n%s", s.Weakest, diff)
	}
	st, err := w.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if today := st.Days[len(st.Days)-1]; st.TimeToday != 20*time.Minute || len(st.Days) != 365 || today.Reviews != 10 || today.Again != 2 {
		t.Errorf("time %v (an hour's absence counts two minutes), last of %d days %+v", st.TimeToday, len(st.Days), today)
	}
	ten := cards.Recalled{Reviews: 10, Rate: 0.8}
	want := cards.Retention{Month: ten, Year: ten, Ever: ten, Young: ten, Least: 0.9, Most: 0.9}
	if diff := cmp.Diff(want, st.Retention, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("retention (-want +got):\n%s", diff)
	}
	if h := st.Hours[w.now.In(berlin).Hour()]; h.Answers != 10 || h.Reviews != 10 {
		t.Errorf("this hour %+v, of %+v", h, st.Hours)
	}
	answered := 0
	for _, b := range st.Stability {
		answered += b.Cards
	}
	if answered != 10 || len(st.Difficulty) != 9 {
		t.Errorf("stabilities %+v, difficulties %+v", st.Stability, st.Difficulty)
	}
	if len(st.Forecast) != 30 || st.Reviews != 20 || st.Cards != 10 {
		t.Errorf("stats %+v", st)
	}
}

// Cards answered today whose steps are not over come back: the forecast
// counts them, as what is left of today.
func TestForecastCountsTodaysAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(10), cards.Room{New: 5, Reviews: 100})
	for range 5 {
		w.answer(cards.Good)
	}
	if got := must(w.Stats(t.Context())).Forecast; got[0] != 5 || got[1] != 0 {
		t.Errorf("five cards in their steps: %v", got)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if got := w.summary().Counts; got.Learning != 5 {
		t.Errorf("the next day: %+v, want them back", got)
	}
}
