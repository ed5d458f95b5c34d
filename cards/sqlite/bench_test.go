package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/sqlite/sqlitetest"
	"github.com/gatedrill/gatedrill/cards/study"
)

// large is a database of n cards, all but 1000 of them in review, half of
// these overdue, with a log of n answers over two years.
func large(b *testing.B, n int) *DB {
	b.Helper()
	db := filled(b, n)
	if err := sqlitetest.GivePast(b.Context(), db.path, start, calendar.Day(start), 1); err != nil {
		b.Fatal(err)
	}
	return db
}

func ask() cards.Ask {
	return cards.Ask{Now: at(start), Ahead: start.Add(20 * time.Minute), Room: cards.Room{New: 20, Reviews: 200}}
}

// The whole day's queue of 200 reviews out of 100 000 cards.
func BenchmarkDueQueue100k(b *testing.B) {
	db := large(b, 100_000)
	for _, deck := range []string{"", "tls", "none"} {
		b.Run(fmt.Sprintf("deck=%q", deck), func(b *testing.B) {
			a := ask()
			a.Deck = deck
			for b.Loop() {
				q, err := db.Queue(b.Context(), a, 200)
				if err != nil || (deck != "none") != (len(q.Due) == 200) {
					b.Fatalf("%d due, %v", len(q.Due), err)
				}
			}
		})
	}
}

func BenchmarkAnswer(b *testing.B) {
	db := large(b, 100_000)
	i := 0
	for b.Loop() {
		i++
		if err := rate(b, db, fmt.Sprintf("c%d", i%1000), cards.Good, start.Add(time.Duration(i)*time.Second)); err != nil {
			b.Fatal(err)
		}
	}
}

// An answer is taken back in the presence of 100 000 others.
func BenchmarkUndo(b *testing.B) {
	db := large(b, 100_000)
	again := replay(b)
	i := 0
	for b.Loop() {
		i++
		b.StopTimer()
		id, err := answer(b, db, fmt.Sprintf("c%d", i%1000), cards.Good, start.Add(time.Duration(i)*time.Second))
		b.StartTimer()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := db.Undo(b.Context(), id, at(start), again); err != nil {
			b.Fatal(err)
		}
	}
}

// What screens ask every second.
func BenchmarkVersion(b *testing.B) {
	db := large(b, 1000)
	for b.Loop() {
		if _, err := db.Version(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRebuild100k(b *testing.B) {
	db := large(b, 100_000)
	again := replay(b)
	for b.Loop() {
		if done, err := db.Rebuild(b.Context(), again); err != nil || done.Events != 100_000 {
			b.Fatal(done, err)
		}
	}
}

// A log of as many lines is joined, of which one is new.
func BenchmarkMerge100k(b *testing.B) {
	db := large(b, 100_000)
	again := replay(b)
	other := openAt(b, temp(b))
	if _, err := other.Merge(b.Context(), db.path, again); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		kind := cards.Marked
		if memoryFor(b, db, "c1").Marked {
			kind = cards.Unmarked
		}
		if _, err := db.Act(b.Context(), kind, []string{"c1"}, at(start)); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if done, err := other.Merge(b.Context(), db.path, again); err != nil || done.Added != 1 {
			b.Fatal(done, err)
		}
	}
}

// unchanged are decks that were taken over already.
type unchanged struct{}

func (unchanged) Fingerprint() string { return "first" }

func (unchanged) Load() ([]cards.Deck, int) { panic("decks that did not change are read") }

// What the home screen waits for, and what a review does, with 100 000 cards.
func BenchmarkStudy100k(b *testing.B) {
	db := large(b, 100_000)
	c := study.Config{
		Store: db, Scheduler: study.Always(scheduler(b)), Decks: unchanged{}, Now: func() time.Time { return start },
	}
	s, err := study.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Set(b.Context(), false, "new=20", "reviews=400"); err != nil {
		b.Fatal(err)
	}
	b.Run("Summary", func(b *testing.B) {
		for b.Loop() {
			if sum, err := s.Summary(b.Context()); err != nil || sum.Due < 200 || sum.Streak != sqlitetest.Days {
				b.Fatalf("%+v, %v", sum, err)
			}
		}
	})
	b.Run("OpenAndSummary", func(b *testing.B) {
		for b.Loop() {
			openAndSum(b, db.path, c)
		}
	})
	b.Run("Next", func(b *testing.B) {
		for b.Loop() {
			if p, err := s.Next(b.Context(), ""); p == nil || err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Stats", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Stats(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func openAndSum(b *testing.B, path string, c study.Config) {
	b.Helper()
	db, err := Open(b.Context(), path, config())
	if err != nil {
		b.Fatal(err)
	}
	c.Store = db
	s, err := study.Open(b.Context(), c)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Summary(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
