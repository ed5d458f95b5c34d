package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// victim names the database that a copy of this program answers cards in
// until it is killed.
const victim = "GATEDRILL_TEST_VICTIM"

func TestMain(m *testing.M) {
	if path := os.Getenv(victim); path != "" {
		fmt.Fprintln(os.Stderr, answerForEver(path))
		os.Exit(1)
	}
	if path := os.Getenv(migrant); path != "" {
		fmt.Fprintln(os.Stderr, migrateOnly(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// answerForEver prints a line after each answer that was saved.
func answerForEver(path string) error {
	ctx := context.Background()
	db, err := Open(ctx, path, config())
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		_, err := db.Answer(ctx, fmt.Sprintf("c%d", i%5), func(m cards.Memory) (cards.Answer, error) {
			after := m
			after.Reps, after.State, after.Due = m.Reps+1, cards.Learning, start.Add(time.Duration(i)*time.Second)
			return cards.Answer{Moment: at(start), Rating: cards.Good, Before: m, After: after, Algorithm: "test"}, nil
		})
		if err != nil {
			return err
		}
		fmt.Println(i)
	}
}

// A program that is killed in the middle of saving loses no answer that it
// called saved, and leaves nothing half written.
func TestKilledWhileSaving(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := temp(t)
	db := openAt(t, path)
	if err := db.Fill(ctx, []cards.Deck{deckOf(5)}, cards.NewTurns, "x", 0); err != nil {
		t.Fatal(err)
	}
	saved := 0
	for round := range 4 {
		saved += killAfter(t, path, 5+7*round)
		lines := logLines(t, db)
		if lines < saved || lines > saved+round+1 { // each victim may have saved one that it did not tell of
			t.Fatalf("%d answers were called saved, %d are in the log", saved, lines)
		}
		done, err := db.Rebuild(ctx, replayTest)
		if err != nil || done.Changed != 0 || done.Events != lines {
			t.Fatalf("after a kill the memory is not that of the log: %+v, %v", done, err)
		}
		var state string
		if err := db.sql.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&state); err != nil || state != "ok" {
			t.Fatalf("integrity: %q, %v", state, err)
		}
	}
}

func replayTest(events []cards.Event) (cards.Memory, error) { return events[len(events)-1].After, nil }

// killAfter lets a victim save some answers, kills it and returns how many
// it called saved.
func killAfter(t *testing.T, path string, answers int) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), victim+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for sc := bufio.NewScanner(out); sc.Scan(); {
		if n++; n == answers {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
	if n < answers {
		t.Fatalf("the victim saved %d answers, want %d", n, answers)
	}
	return n
}
