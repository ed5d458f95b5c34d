package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
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
	var given []cards.ID
	ratings := []cards.Rating{cards.Good, cards.Again, cards.Good, cards.Easy, cards.Again, cards.Hard}
	for i, r := range ratings {
		before = append(before, memoryFor(t, db, "c0"))
		id, err := answer(t, db, "c0", r, start.AddDate(0, 0, 3*i))
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, id)
	}
	for i := len(ratings) - 1; i >= 0; i-- {
		id, err := db.Undo(t.Context(), given[i], at(start), replay(t))
		if err != nil || id != "c0" {
			t.Fatalf("undo %d: %q, %v", i, id, err)
		}
		if got := memoryFor(t, db, "c0"); got != before[i] {
			t.Errorf("undo %d: got %+v, want %+v", i, got, before[i])
		}
	}
	for id, want := range map[cards.ID]error{given[2]: cards.ErrUndone, {1: 9}: cards.ErrNoAnswer} {
		if _, err := db.Undo(t.Context(), id, at(start), replay(t)); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
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

// An answer in the middle is taken back: those after it stay, and count on
// what was known without it.
func TestUndoInTheMiddle(t *testing.T) {
	t.Parallel()
	db, without := filled(t, 1), filled(t, 1)
	times := []time.Time{start, start.AddDate(0, 0, 9), start.AddDate(0, 0, 20)}
	ratings := []cards.Rating{cards.Easy, cards.Again, cards.Good}
	var second cards.ID
	for i, r := range ratings {
		id, err := answer(t, db, "c0", r, times[i])
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			second = id
		} else if err := rate(t, without, "c0", r, times[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Undo(t.Context(), second, at(times[2]), replay(t)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(memoryFor(t, without, "c0"), memoryFor(t, db, "c0")); diff != "" {
		t.Errorf("not as if it had never been given (-want +got):\n%s", diff)
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
	for range 4 {
		db := openAt(t, temp(t))
		d := deckOf(5)
		for i := range d.Cards {
			d.Cards[i].Note = fmt.Sprintf("c%d", i/2*2)
		}
		if err := db.Fill(ctx, []cards.Deck{d}, cards.NewTurns, "notes", 0); err != nil {
			t.Fatal(err)
		}
		now := start
		var given []cards.ID
		for range 120 {
			now = now.Add(time.Duration(rng.IntN(60*36)-60) * time.Minute) // at times the clock goes back
			card := fmt.Sprintf("c%d", rng.IntN(5))
			var err error
			switch rng.IntN(8) {
			case 0:
				if len(given) > 0 {
					i := rng.IntN(len(given))
					_, err = db.Undo(ctx, given[i], at(now), replay(t))
					given = slices.Delete(given, i, i+1)
				}
			case 1:
				var done []cards.ID
				done, err = db.Act(ctx, cards.Actions()[rng.IntN(len(cards.Actions()))], []string{card}, at(now))
				given = append(given, done...)
			case 2:
				_, err = db.Urge(ctx, []string{card}, "wrong in lab H1", at(now))
			default:
				var id cards.ID
				id, err = answer(t, db, card, cards.Rating(1+rng.IntN(4)), now)
				given = append(given, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		rows, sums := state(t, db)
		done, err := db.Rebuild(ctx, replay(t))
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
		if _, err := db.sql.Exec("UPDATE card SET due_day = 1, state = 2, reps = 77 WHERE id = 'c2'"); err != nil {
			t.Fatal(err)
		}
		if done, err = db.Rebuild(ctx, replay(t)); err != nil || done.Changed != 1 {
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
			db, err := Open(t.Context(), path, config())
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
	if err := opened[0].Fill(t.Context(), []cards.Deck{deckOf(3)}, cards.NewTurns, "x", 0); err != nil {
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
	_, err := db.Answer(ctx, "c0", func(m cards.Memory) (cards.Answer, error) {
		cancel()
		return cards.Answer{Moment: at(start), Rating: cards.Good, Before: m, After: m}, nil
	})
	if err == nil || logLines(t, db) != 0 {
		t.Errorf("got %v and %d lines in the log", err, logLines(t, db))
	}
	if err := rate(t, db, "c0", cards.Good, start); err != nil {
		t.Errorf("the next answer: %v", err)
	}
}
