package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

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
