package history_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/history"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func rec(minute int, attempt, lab string, k history.Kind) history.Record {
	return history.Record{At: at.Add(time.Duration(minute) * time.Minute), Attempt: attempt, Lab: lab, Kind: k}
}

func TestTornLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "deep", "history.jsonl")
	f := history.Open(path)
	if got, _, err := f.Read(0); err != nil || got != nil {
		t.Fatalf("no file: %v %v", got, err)
	}
	if err := f.Append(rec(0, "1", "a", history.Started)); err != nil {
		t.Fatal(err)
	}
	h, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.WriteString(`{"at":"2026-11-23T12:01:00Z","kind":"ver`); err != nil { // killed in mid-write
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	got, next, err := f.Read(0)
	if err != nil || len(got) != 1 {
		t.Fatalf("with a torn line: %v %v", got, err)
	}
	if err := f.Append(rec(2, "1", "a", history.Reset)); err != nil {
		t.Fatal(err)
	}
	got, _, err = f.Read(next)
	if err != nil || len(got) != 1 || got[0].Kind != history.Reset {
		t.Errorf("after a torn line: %v %v", got, err)
	}
}

func TestTwoPrograms(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			f := history.Open(path)
			for range 50 {
				if err := f.Append(rec(0, "1", "a", history.Hint)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got, _, err := history.Open(path).Read(0)
	if err != nil || len(got) != 200 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	records := []history.Record{
		rec(0, "1", "a", history.Started), rec(2, "1", "a", history.Paused), rec(60, "1", "a", history.Resumed), rec(63, "1", "a", history.Solved),
		rec(70, "2", "a", history.Started), rec(200, "2", "a", history.Verdict), // two hours away, not paused: ten minutes
		rec(201, "2", "a", history.Reset),
		rec(300, "3", "b", history.Started),
	}
	s := history.Sums(records)
	if got := s["a"]; got != (history.Sum{Attempts: 2, Solved: 1, Best: 5 * time.Minute}) {
		t.Errorf("a: %+v", got)
	}
	if got := s["b"]; got != (history.Sum{Attempts: 1, InProgress: "3"}) {
		t.Errorf("b: %+v", got)
	}
	if got := history.Current(records); len(got) != 1 || got[0].Attempt != "3" {
		t.Errorf("current: %v", got)
	}
	for attempt, want := range map[string]bool{"1": true, "2": true, "3": false, "elsewhere": false} {
		if got := history.GivenUp(records, attempt); got != want {
			t.Errorf("%s given up: %v", attempt, got)
		}
	}
	if !history.GivenUp(records[:4], "1") {
		t.Error("a solved attempt is still in progress")
	}
	if got := history.Current(records[:7]); got != nil {
		t.Errorf("current after reset: %v", got)
	}
}
