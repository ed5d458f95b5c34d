package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
)

var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func openAt(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
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

func temp(t testing.TB) string { return filepath.Join(t.TempDir(), "cards.db") }

// filled is a database of a deck of n cards: c0, c1, …
func filled(t testing.TB, n int) *DB {
	t.Helper()
	db := openAt(t, temp(t))
	if err := db.Fill(t.Context(), []cards.Deck{deckOf(n)}, "first", 2); err != nil {
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
	s, err := fsrs.New(fsrs.Config{Calendar: cards.Calendar{Rollover: 4}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rate answers a card as the study service does.
func rate(t testing.TB, db *DB, card string, r cards.Rating, at time.Time) error {
	t.Helper()
	s := scheduler(t)
	return db.Answer(t.Context(), card, func(m cards.Memory) (cards.Answer, error) {
		after, err := s.Next(m, r, at)
		return cards.Answer{
			At: at, Day: cards.Calendar{Rollover: 4}.Day(at), Rating: r, Took: 3 * time.Second,
			Before: m, After: after, Algorithm: s.Algorithm(),
		}, err
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
	if err := db.Fill(ctx, []cards.Deck{d}, "second", 0); err != nil {
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

func TestUndoIsExact(t *testing.T) {
	t.Parallel()
	db := filled(t, 1)
	var before []cards.Memory
	ratings := []cards.Rating{cards.Good, cards.Again, cards.Good, cards.Easy, cards.Again, cards.Hard}
	for i, r := range ratings {
		before = append(before, memoryFor(t, db, "c0"))
		if err := rate(t, db, "c0", r, start.AddDate(0, 0, 3*i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := len(ratings) - 1; i >= 0; i-- {
		id, err := db.Undo(t.Context(), start, 0)
		if err != nil || id != "c0" {
			t.Fatalf("undo %d: %q, %v", i, id, err)
		}
		if got := memoryFor(t, db, "c0"); got != before[i] {
			t.Errorf("undo %d: got %+v, want %+v", i, got, before[i])
		}
	}
	if _, err := db.Undo(t.Context(), start, 0); !errors.Is(err, cards.ErrNothingToUndo) {
		t.Errorf("got %v, want ErrNothingToUndo", err)
	}
	if n := logLines(t, db); n != 12 {
		t.Errorf("the log has %d lines, want 6 answers and 6 undos", n)
	}
	sums, err := db.Tallies(t.Context(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sums {
		if s.Answers+s.New+s.Reviews+s.Again+s.Forgot != 0 || s.Took != 0 {
			t.Errorf("sums of day %d are left over: %+v", s.Day, s)
		}
	}
}

func TestLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	db := filled(t, 1)
	if err := rate(t, db, "c0", cards.Good, start); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"DELETE FROM log", "UPDATE log SET rating = 4"} {
		if _, err := db.sql.Exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: got %v", q, err)
		}
	}
}

// Whatever is done, the memory is what the log replays to.
func TestRebuildGivesTheSame(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	rng := rand.New(rand.NewPCG(7, 11))
	s := scheduler(t)
	for range 4 {
		db := filled(t, 5)
		now := start
		for range 120 {
			now = now.Add(time.Duration(rng.IntN(60*36)) * time.Minute)
			day := cards.Calendar{Rollover: 4}.Day(now)
			card := fmt.Sprintf("c%d", rng.IntN(5))
			var err error
			switch rng.IntN(8) {
			case 0:
				if _, err = db.Undo(ctx, now, day); errors.Is(err, cards.ErrNothingToUndo) {
					err = nil
				}
			case 1:
				err = db.Suspend(ctx, card, rng.IntN(2) == 0, now, day)
			case 2:
				_, err = db.Urge(ctx, []string{card}, "wrong in lab H1", now, day)
			default:
				err = rate(t, db, card, cards.Rating(1+rng.IntN(4)), now)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rows, sums := state(t, db)
		replay := func(e []cards.Event) (cards.Memory, error) { return cards.Replay(s, e) }
		done, err := db.Rebuild(ctx, replay)
		if err != nil {
			t.Fatal(err)
		}
		if done.Changed != 0 || done.Cards != 5 || done.Events != logLines(t, db) {
			t.Errorf("rebuilt %+v, want nothing changed", done)
		}
		again, sumsAgain := state(t, db)
		if diff := cmp.Diff(rows, again); diff != "" {
			t.Errorf("cards after rebuilding (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(sums, sumsAgain); diff != "" {
			t.Errorf("sums after rebuilding (-before +after):\n%s", diff)
		}
		if _, err := db.sql.Exec("UPDATE card SET due = 1, state = 2, reps = 77 WHERE id = 'c2'"); err != nil {
			t.Fatal(err)
		}
		if done, err = db.Rebuild(ctx, replay); err != nil || done.Changed != 1 {
			t.Errorf("after damage to one card: rebuilt %+v, %v", done, err)
		}
		repaired, _ := state(t, db)
		if diff := cmp.Diff(rows, repaired); diff != "" {
			t.Errorf("damage was not repaired:\n%s", diff)
		}
	}
}

func state(t *testing.T, db *DB) ([]cards.Row, []cards.Tally) {
	t.Helper()
	rows, err := db.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sums, err := db.TagTallies(t.Context(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return rows, sums
}

func TestUrge(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := filled(t, 12)
	if err := rate(t, db, "c1", cards.Easy, start); err != nil {
		t.Fatal(err)
	}
	if err := db.Suspend(ctx, "c7", true, start, 1); err != nil {
		t.Fatal(err)
	}
	before := memoryFor(t, db, "c1")
	at := start.Add(time.Hour)
	ids, err := db.Urge(ctx, []string{"layer:entry", "c2", "no-such"}, "wrong in lab H1", at, 1)
	if diff := cmp.Diff([]string{"c1", "c2"}, ids); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	want := before
	want.Due, want.Reason = at, "wrong in lab H1"
	if got := memoryFor(t, db, "c1"); got != want {
		t.Errorf("got %+v, want only due and reason changed: %+v", got, want)
	}
	q, err := db.Queue(ctx, cards.Ask{Now: at, Ahead: at}, 10)
	if err != nil || len(q.Urged) != 2 || q.Counts.Due != 2 || len(q.New) != 0 {
		t.Errorf("queue without any limit left: %+v, %v; want the two urged cards", q, err)
	}
	sums, err := db.Tallies(ctx, 0, 1<<20)
	if err != nil || len(sums) != 1 || sums[0].Answers != 1 {
		t.Errorf("sums %+v, %v: want the one answer only", sums, err)
	}
	if ids, err = db.Urge(ctx, nil, "x", at, 1); err != nil || ids != nil {
		t.Errorf("no topics: %v, %v", ids, err)
	}
}

// Two programs have the file open and answer at once: nothing is lost.
func TestTwoProgramsLoseNothing(t *testing.T) {
	t.Parallel()
	path := temp(t)
	var opened [4]*DB
	var wg sync.WaitGroup
	for i := range opened { // also the making of the file is contended
		wg.Go(func() {
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			opened[i] = db
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if err := opened[0].Fill(t.Context(), []cards.Deck{deckOf(3)}, "x", 0); err != nil {
		t.Fatal(err)
	}
	const each = 25
	for i, db := range opened {
		wg.Go(func() {
			for n := range each {
				if err := rate(t, db, fmt.Sprintf("c%d", n%3), cards.Good, start.Add(time.Duration(n*len(opened)+i)*time.Minute)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	reps := 0
	for i := range 3 {
		reps += memoryFor(t, opened[1], fmt.Sprintf("c%d", i)).Reps
	}
	if want := each * len(opened); logLines(t, opened[2]) != want || reps != want {
		t.Errorf("%d lines in the log, %d reps, want %d of each", logLines(t, opened[2]), reps, want)
	}
	for _, db := range opened {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestCancelledAnswerIsNotStored(t *testing.T) {
	t.Parallel()
	db := filled(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Answer(ctx, "c0", func(m cards.Memory) (cards.Answer, error) {
		cancel()
		return cards.Answer{At: start, Rating: cards.Good, Before: m, After: m}, nil
	})
	if err == nil || logLines(t, db) != 0 {
		t.Errorf("got %v and %d lines in the log", err, logLines(t, db))
	}
	if err := rate(t, db, "c0", cards.Good, start); err != nil {
		t.Errorf("the next answer: %v", err)
	}
}

func sum(t *testing.T, path string) [32]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	healthy := func(t *testing.T, path string) {
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Fill(t.Context(), []cards.Deck{deckOf(200)}, "x", 0); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	exec := func(t *testing.T, path, query string) {
		db, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.sql.Exec(query); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"text", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("not a database, but long enough to look"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"cut to a few bytes", func(t *testing.T, path string) {
			healthy(t, path)
			if err := os.Truncate(path, 10); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"first page overwritten", func(t *testing.T, path string) {
			healthy(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copy(b[100:4000], bytes.Repeat([]byte{0xa5}, 3900))
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		{"newer", func(t *testing.T, path string) { exec(t, path, "PRAGMA user_version = 99") }, ErrNewer},
		{"of another program", func(t *testing.T, path string) { exec(t, path, "PRAGMA application_id = 1") }, ErrForeign},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			tt.make(t, path)
			before := sum(t, path)
			db, err := Open(t.Context(), path)
			if db != nil || !errors.Is(err, tt.want) || !strings.Contains(err.Error(), path) {
				t.Fatalf("got %v, want %v with the path", err, tt.want)
			}
			if sum(t, path) != before {
				t.Error("the file was changed")
			}
			if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
				t.Errorf("files were left beside it: %v", left)
			}
		})
	}
}

// Damage further inside shows when it is read; it is named, and the file is
// still left alone.
func TestDamageInside(t *testing.T) {
	t.Parallel()
	path := temp(t)
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Fill(t.Context(), []cards.Deck{deckOf(2000)}, "x", 0); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b); i++ {
		b[i] = 0xa5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	before := sum(t, path)
	db = openAt(t, path)
	if _, err := db.Rows(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
}

func TestBackupBeforeMigration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "odd name?#100%", "cards.db")
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Fill(ctx, []cards.Deck{deckOf(2)}, "x", 0); err != nil {
		t.Fatal(err)
	}
	if err := rate(t, db, "c1", cards.Good, start); err != nil {
		t.Fatal(err)
	}
	want := memoryFor(t, db, "c1")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	steps, err := released()
	if err != nil {
		t.Fatal(err)
	}
	broken := append(steps[:len(steps):len(steps)], "CREATE TABLE half (a); CREATE TABLE half (a);")
	if _, err := open(ctx, path, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("to version %d", len(broken))) {
		t.Fatalf("a broken migration: got %v", err)
	}
	next := append(steps[:len(steps):len(steps)], "ALTER TABLE card ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;")
	db, err = open(ctx, path, next)
	if err != nil {
		t.Fatal(err)
	}
	if got := memoryFor(t, db, "c1"); got != want {
		t.Errorf("after the migration: %+v, want %+v", got, want)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path); !errors.Is(err, ErrNewer) {
		t.Errorf("the old program opens the new file: %v", err)
	}
	for _, name := range []string{".v1.backup", ".v1-2.backup"} {
		old := openAt(t, path+name)
		if got := memoryFor(t, old, "c1"); got != want {
			t.Errorf("in %s: %+v, want %+v", name, got, want)
		}
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
		"card_urged":  isUrged + " ORDER BY due", "card_step": isStep + " ORDER BY due",
		"card_review (": isReview + " ORDER BY due", "card_new": isNew + " ORDER BY ord",
		"card_review_of_deck (": isReview + ofDeck + " ORDER BY due", "card_new_of_deck (": isNew + ofDeck + " ORDER BY ord",
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

func TestFolderThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cards.db")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a folder in the place of the file: %v", err)
	}
	if err := os.WriteFile(path+"x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(path+"x", "cards.db")); err == nil || !strings.Contains(err.Error(), "make a folder") {
		t.Errorf("a file in the place of the folder: %v", err)
	}
}
