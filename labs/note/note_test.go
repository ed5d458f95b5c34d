package note_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/note"
)

type cake struct {
	Name   string `json:"name"`
	Layers int    `json:"layers"`
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "made", "for", "it", "cake.json")
	var got cake
	if found, err := note.Read(path, &got); found || err != nil {
		t.Fatalf("no note: %v, %v", found, err)
	}
	want := cake{"opera", 7}
	if err := note.Write(path, want); err != nil {
		t.Fatal(err)
	}
	if found, err := note.Read(path, &got); !found || err != nil {
		t.Fatalf("a note: %v, %v", found, err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want mode 0600", fi.Mode(), err)
	}
}

func TestBrokenNoteIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cake.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var got cake
	if found, err := note.Read(path, &got); found || err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, %v: want an error that names the file", found, err)
	}
}

// Whoever reads while many write finds one text of theirs, and nothing of
// theirs is left lying about.
func TestReplaceIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	texts := []string{strings.Repeat("a", 100_000), strings.Repeat("b", 50_000)}
	if err := note.Replace(path, []byte(texts[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 20 {
				if err := note.Replace(path, []byte(text), 0o644); err != nil {
					t.Error(err)
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() { writers.Wait(); close(ended) }()
	for {
		got, err := os.ReadFile(path)
		if err != nil || string(got) != texts[0] && string(got) != texts[1] {
			t.Fatalf("%d bytes, %v: half of a text", len(got), err)
		}
		select {
		case <-ended:
		default:
			continue
		}
		break
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v: want the file alone", files, err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v: want mode 0644", fi, err)
	}
	if err := note.Replace(filepath.Join(path, "log"), nil, 0o600); err == nil {
		t.Error("a file below a file was written")
	}
}
