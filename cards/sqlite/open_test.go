package sqlite

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/cards"
)

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
		db, err := Open(t.Context(), path, config())
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Fill(t.Context(), []cards.Deck{deckOf(200)}, cards.NewTurns, "x", 0); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	exec := func(t *testing.T, path, query string) {
		db, err := Open(t.Context(), path, config())
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
			db, err := Open(t.Context(), path, config())
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
	db, err := Open(t.Context(), path, config())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Fill(t.Context(), []cards.Deck{deckOf(2000)}, cards.NewTurns, "x", 0); err != nil {
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
	if err := db.Verify(t.Context()); !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "backup") {
		t.Errorf("verified: got %v, want ErrDamaged, and no word of a backup that is not there", err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
	backup := path + ".v1.backup"
	if err := os.WriteFile(backup, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Verify(t.Context()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "put the backup "+backup+" in its place") {
		t.Errorf("with a backup: got %v", err)
	}
}

func TestBackupBeforeMigration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "odd name?#100%", "cards.db")
	db, err := Open(ctx, path, config())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Fill(ctx, []cards.Deck{deckOf(2)}, cards.NewTurns, "x", 0); err != nil {
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
	broken := append(steps[:len(steps):len(steps)], step{sql: "CREATE TABLE half (a); CREATE TABLE half (a);"})
	if _, err := open(ctx, path, config(), broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("to version %d", len(broken))) {
		t.Fatalf("a broken migration: got %v", err)
	}
	next := append(steps[:len(steps):len(steps)], step{sql: "ALTER TABLE card ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;"})
	db, err = open(ctx, path, config(), next)
	if err != nil {
		t.Fatal(err)
	}
	if got := memoryFor(t, db, "c1"); got != want {
		t.Errorf("after the migration: %+v, want %+v", got, want)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path, config()); !errors.Is(err, ErrNewer) {
		t.Errorf("the old program opens the new file: %v", err)
	}
	if got, want := Backup(path), path+fmt.Sprintf(".v%d-2.backup", len(steps)); got != want {
		t.Errorf("the newest backup is %q, want %q", got, want)
	}
	for _, name := range []string{fmt.Sprintf(".v%d.backup", len(steps)), fmt.Sprintf(".v%d-2.backup", len(steps))} {
		old := openAt(t, path+name)
		if got := memoryFor(t, old, "c1"); got != want {
			t.Errorf("in %s: %+v, want %+v", name, got, want)
		}
	}
}

func TestFolderThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cards.db")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, config()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a folder in the place of the file: %v", err)
	}
	if err := os.WriteFile(path+"x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(path+"x", "cards.db"), config()); err == nil || !strings.Contains(err.Error(), "make a folder") {
		t.Errorf("a file in the place of the folder: %v", err)
	}
}
