package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/optimize"
	"github.com/gatedrill/gatedrill/cards/sqlite/sqlitetest"
	"github.com/gatedrill/gatedrill/cards/study"
)

// The newest answers, by the clock that the learner had then.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	db := filled(t, 4)
	for i, c := range []string{"c0", "c1", "c2", "c0"} {
		if err := rate(t, db, c, cards.Easy, start.Add(time.Duration(i)*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	abroad := cards.Calendar{Zone: time.FixedZone("far", 9*3600), Rollover: 4}.Moment(start.Add(4 * 24 * time.Hour))
	id, err := db.Answer(t.Context(), "c3", func(m cards.Memory) (cards.Answer, error) {
		return cards.Answer{Moment: abroad, Rating: cards.Again, Before: m, After: m}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Outcomes(t.Context(), calendar.Day(start)+2, 100)
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v; want the answers of three days", got, err)
	}
	if got[0].Hour != 21 || got[0].Rating != cards.Again || got[1].Hour != start.Hour() || got[1].State != cards.Review || got[1].Stability < 8 || got[2].State != cards.New {
		t.Errorf("%+v", got)
	}
	if _, err := db.Undo(t.Context(), id, at(start.Add(5*24*time.Hour)), replay(t)); err != nil {
		t.Fatal(err)
	}
	if got, err = db.Outcomes(t.Context(), 0, 3); err != nil || len(got) != 1 {
		t.Errorf("of the newest three lines one is an answer that stands: %+v, %v", got, err)
	}
}

func TestHoldings(t *testing.T) {
	t.Parallel()
	db := filled(t, 3)
	if err := rate(t, db, "c0", cards.Easy, start); err != nil {
		t.Fatal(err)
	}
	h, err := db.Holdings(t.Context())
	want := cards.Holdings{Cards: 3, Stability: map[int]int{8: 1}, Difficulty: map[int]int{1: 1}}
	if diff := cmp.Diff(want, h); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// Answers for the optimizer: in order, without those taken back.
func TestRatings(t *testing.T) {
	t.Parallel()
	db := filled(t, 3)
	var ids []cards.ID
	for i, c := range []string{"c0", "c1", "c0", "c1", "c0"} {
		id, err := answer(t, db, c, cards.Rating(1+i%4), start.Add(time.Duration(i)*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if _, err := db.Undo(t.Context(), ids[2], at(start.Add(9*24*time.Hour)), replay(t)); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	err := db.Ratings(t.Context(), func(card string, answers []cards.Rated) error {
		for _, a := range answers {
			got[card] = append(got[card], fmt.Sprint(a.At.UTC().Sub(start), a.Day-calendar.Day(start), a.Rating, a.First))
		}
		return nil
	})
	want := map[string][]string{"c0": {"0s 0 again true", "96h0m0s 4 again false"}, "c1": {"24h0m0s 1 hard true", "72h0m0s 3 easy false"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// million is a database of 100 000 cards with a log of a million answers over
// three years.
func million(b *testing.B) *DB {
	b.Helper()
	db := filled(b, 100_000)
	if err := sqlitetest.GiveLife(b.Context(), db.path, start, calendar.Day(start)); err != nil {
		b.Fatal(err)
	}
	return db
}

// What the statistics wait for, and the optimizer, with a million answers.
func BenchmarkMillion(b *testing.B) {
	db := million(b)
	s, err := study.Open(b.Context(), study.Config{
		Store: db, Scheduler: study.Always(scheduler(b)), Decks: unchanged{}, Now: func() time.Time { return start },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Stats", func(b *testing.B) {
		for b.Loop() {
			if st, err := s.Stats(b.Context()); err != nil || st.Reviews != 1_000_000 || st.Retention.Month.Reviews == 0 {
				b.Fatalf("%+v, %v", st.Retention, err)
			}
		}
	})
	b.Run("Holdings", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.Holdings(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Outcomes", func(b *testing.B) {
		for b.Loop() {
			if o, err := db.Outcomes(b.Context(), calendar.Day(start)-29, cards.HoursMost); err != nil || len(o) == 0 {
				b.Fatal(len(o), err)
			}
		}
	})
	b.Run("Evidence", func(b *testing.B) {
		for b.Loop() {
			l, err := s.Evidence(b.Context())
			if err != nil || l.Reviews() < 800_000 {
				b.Fatal(l.Reviews(), err)
			}
			if _, err := optimize.Fit(b.Context(), l, optimize.Config{Relearning: 1}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
