//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// full makes every write that lets a file grow fail, as on a full disk. It
// returns the function that makes room again.
func full(t *testing.T, path string) func() {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	size := uint64(0)
	if info, err := os.Stat(path + "-wal"); err == nil {
		size = uint64(info.Size())
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	now := old
	now.Cur = size
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Fatal(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	}
}

// The limit holds for the whole process: these tests are not parallel.
func TestDiskFull(t *testing.T) {
	db := filled(t, 40)
	answers := 0
	next := func() (string, error) {
		card := fmt.Sprintf("c%d", answers%40)
		err := rate(t, db, card, cards.Good, start.Add(time.Duration(answers)*time.Minute))
		if err == nil {
			answers++
		}
		return card, err
	}
	if _, err := next(); err != nil {
		t.Fatal(err)
	}
	room := full(t, db.path)
	defer room()
	for range 3 { // trying again while the disk is full does no harm
		card, err := next()
		if !errors.Is(err, ErrNoRoom) {
			t.Fatalf("got %v, want ErrNoRoom", err)
		}
		if m := memoryFor(t, db, card); m != (cards.Memory{}) {
			t.Errorf("half an answer was stored: %+v", m)
		}
		if n := logLines(t, db); n != answers {
			t.Errorf("%d lines in the log, want %d", n, answers)
		}
	}
	given, err := db.Answers(t.Context(), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Undo(t.Context(), given[0].ID, at(start), replay(t)); !errors.Is(err, ErrNoRoom) {
		t.Errorf("undo: got %v, want ErrNoRoom", err)
	}
	room()
	for range 50 {
		if _, err := next(); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	if n := logLines(t, db); n != answers {
		t.Errorf("%d lines in the log, want %d", n, answers)
	}
	var state string
	if err := db.sql.QueryRow("PRAGMA integrity_check").Scan(&state); err != nil || state != "ok" {
		t.Errorf("integrity: %q, %v", state, err)
	}
}

// A database that cannot be made on a full disk is named, and made later.
func TestDiskFullAtTheStart(t *testing.T) {
	path := temp(t)
	room := full(t, path)
	defer room()
	if _, err := Open(t.Context(), path, config()); !errors.Is(err, ErrNoRoom) {
		t.Errorf("got %v, want ErrNoRoom", err)
	}
	room()
	openAt(t, path)
}
