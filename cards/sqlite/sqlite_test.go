package sqlite

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
)

var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func openAt(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

var calendar = cards.Calendar{Rollover: 4}

func config() Config { return Config{Random: rand.Reader, Calendar: calendar} }

// at is a moment of a learner who lives by UTC.
func at(t time.Time) cards.Moment { return calendar.Moment(t) }

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "cards.db") }

// filled is a database of a deck of n cards: c0, c1, …
func filled(t testing.TB, n int) *DB {
	t.Helper()
	db := openAt(t, temp(t))
	if err := db.Fill(t.Context(), []cards.Deck{deckOf(n)}, cards.NewTurns, "first turns", 2); err != nil {
		t.Fatal(err)
	}
	return db
}

func deckOf(n int) cards.Deck {
	d := cards.Deck{Name: "tls", File: "tls.md"}
	for i := range n {
		d.Cards = append(d.Cards, cards.Card{
			ID: fmt.Sprintf("c%d", i), Deck: "tls", Front: "question?", Back: "answer", Source: "https://x.y/",
			Tags: []string{"tls", fmt.Sprintf("layer:%s", cards.Layers()[i%6])}, Labs: []string{"H1"}, File: "tls.md", Line: 10 * i,
		})
	}
	return d
}

func scheduler(t testing.TB) cards.Scheduler {
	t.Helper()
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// replay is that of the study service.
func replay(t testing.TB) cards.Replayer {
	s := scheduler(t)
	return func(events []cards.Event) (cards.Memory, error) { return cards.Replay(s, events) }
}

// rate answers a card as the study service does.
func rate(t testing.TB, db *DB, card string, r cards.Rating, when time.Time) error {
	t.Helper()
	_, err := answer(t, db, card, r, when)
	return err
}

func answer(t testing.TB, db *DB, card string, r cards.Rating, when time.Time) (cards.ID, error) {
	t.Helper()
	s := scheduler(t)
	return db.Answer(t.Context(), card, func(m cards.Memory) (cards.Answer, error) {
		choices, err := s.Preview(card, m, at(when))
		a := cards.Answer{Moment: at(when), Rating: r, Took: 3 * time.Second, Before: m, After: m.After(choices[r-1].After), Algorithm: s.Algorithm(card)}
		for i, c := range choices {
			a.Shown[i] = c.Interval
		}
		return a, err
	})
}

func memoryFor(t testing.TB, db *DB, card string) cards.Memory {
	t.Helper()
	r, err := db.Card(t.Context(), card)
	if err != nil {
		t.Fatal(err)
	}
	return r.Memory
}

func logLines(t testing.TB, db *DB) int {
	t.Helper()
	var n int
	if err := db.sql.QueryRow("SELECT count(*) FROM log").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFillKeepsMemory(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := filled(t, 3)
	if err := rate(t, db, "c1", cards.Good, start); err != nil {
		t.Fatal(err)
	}
	want := memoryFor(t, db, "c1")
	d := deckOf(3)
	d.Cards = d.Cards[1:]
	d.Cards[0].Front = "another wording?"
	if err := db.Fill(ctx, []cards.Deck{d}, cards.NewTurns, "second", 0); err != nil {
		t.Fatal(err)
	}
	got, err := db.Card(ctx, "c1")
	if err != nil {
		t.Fatal(err)
	}
	if got.Card.Front != "another wording?" || got.Memory != want {
		t.Errorf("got %+v, want the new wording and memory %+v", got, want)
	}
	if _, err := db.Card(ctx, "c0"); !errors.Is(err, cards.ErrNoCard) {
		t.Errorf("a card that left its deck: got %v, want ErrNoCard", err)
	}
	c, err := db.Catalogue(ctx)
	if diff := cmp.Diff(cards.Catalogue{Fingerprint: "second", Total: 2}, c); err != nil || diff != "" {
		t.Errorf("catalogue: %v\n%s", err, diff)
	}
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	db := filled(t, 2)
	rows, err := db.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if diff := cmp.Diff(deckOf(2).Cards[i], r.Card); diff != "" {
			t.Errorf("card %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestUrge(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := filled(t, 12)
	if err := rate(t, db, "c1", cards.Easy, start); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Act(ctx, cards.Suspended, []string{"c7"}, at(start)); err != nil {
		t.Fatal(err)
	}
	before := memoryFor(t, db, "c1")
	now := at(start.Add(time.Hour))
	ids, err := db.Urge(ctx, []string{"layer:entry", "c2", "no-such"}, "wrong in lab H1", now)
	if diff := cmp.Diff([]string{"c1", "c2"}, ids); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	want := before
	want.Urged, want.UrgedBy = now.At, "wrong in lab H1"
	if got := memoryFor(t, db, "c1"); got != want {
		t.Errorf("got %+v, want only the reason added: %+v", got, want)
	}
	q, err := db.Queue(ctx, cards.Ask{Now: now, Ahead: now.At}, 10)
	if err != nil || len(q.Urged) != 2 || q.Counts.Due != 2 || len(q.New) != 0 {
		t.Errorf("queue without any limit left: %+v, %v; want the two urged cards", q, err)
	}
	sums, err := db.Tallies(ctx, 0, 1<<20)
	if err != nil || len(sums) != 1 || sums[0].Answers != 1 {
		t.Errorf("sums %+v, %v: want the one answer only", sums, err)
	}
	if ids, err = db.Urge(ctx, nil, "x", now); err != nil || ids != nil {
		t.Errorf("no topics: %v, %v", ids, err)
	}
}

// Every list of the queue is a walk along its index.
func TestQueueUsesItsIndexes(t *testing.T) {
	t.Parallel()
	if want := fmt.Sprintf("lapses >= %d AND stability < %d", cards.LeechLapses, cards.MatureDays); !strings.Contains(isLeech, want) {
		t.Errorf("%q does not say %q", isLeech, want)
	}
	db := filled(t, 1)
	for index, where := range map[string]string{
		"card_lapses": isLeech,
		"card_urged":  isUrged + " ORDER BY urged", "card_step": isStep + " ORDER BY due",
		"card_review (": isReview + " ORDER BY due_day", "card_new": isNew + " ORDER BY ord",
		"card_review_of_deck (": isReview + ofDeck + " ORDER BY due_day", "card_new_of_deck (": isNew + ofDeck + " ORDER BY ord",
	} {
		args := make([]any, strings.Count(where, "?"))
		rows, err := db.sql.Query("EXPLAIN QUERY PLAN SELECT id FROM card WHERE "+where, args...)
		if err != nil {
			t.Fatal(err)
		}
		plan := ""
		for rows.Next() {
			var a, b, c int
			var detail string
			if err := rows.Scan(&a, &b, &c, &detail); err != nil {
				t.Fatal(err)
			}
			plan += detail + "\n"
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s is not walked:\n%s", index, plan)
		}
	}
}
