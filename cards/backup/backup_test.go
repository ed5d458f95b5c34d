package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// place is a home whose clock the test sets.
type place struct {
	Home
	t   *testing.T
	now time.Time
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
	p.Home = Home{
		Dir: t.TempDir(), Database: "cards.db", Files: []string{"history.jsonl"}, Folders: []string{"decks"},
		Now: func() time.Time { p.now = p.now.Add(time.Millisecond); return p.now },
		Day: func(at time.Time) int { return int(at.Unix() / 86400) },
		Replace: func(path string, text []byte, mode fs.FileMode) error {
			return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, mode))
		},
	}
	return p
}

func (p *place) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.Dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) text(name string) string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.Dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

func (p *place) keep(reason string) Copy {
	p.t.Helper()
	path, err := p.Make(p.t.Context(), reason, func(_ context.Context, to string) error {
		return os.WriteFile(to, []byte("the log at "+p.now.Format(time.RFC3339)), 0o600)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	c, err := p.Find(path)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func TestRestore(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("decks/mine.md", "one")
	p.write("decks/same.md", "same")
	p.write("decks/note.txt", "no deck")
	p.write("history.jsonl", "a\nb\n")
	p.write("programs/large", "not kept")
	c := p.keep("asked")
	p.write("decks/mine.md", "two")
	p.write("decks/new.md", "new")
	p.write("history.jsonl", "a\nb\nc\n")
	var database string
	done, err := p.Restore(t.Context(), c, func(_ context.Context, file string) error {
		b, err := os.ReadFile(file)
		database = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Restored{Copy: c, Written: []string{"decks/mine.md"}, Same: 2}, done); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(database, "the log at 2026-11-01") {
		t.Errorf("the database is %q", database)
	}
	if got := []string{p.text("decks/mine.md"), p.text("decks/new.md"), p.text("history.jsonl")}; !slices.Equal(got, []string{"one", "new", "a\nb\nc\n"}) {
		t.Errorf("%q", got)
	}
	p.write("history.jsonl", "x\na\n")
	if _, err := p.Restore(t.Context(), c, func(context.Context, string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := p.text("history.jsonl"); got != "a\nb\nx\n" {
		t.Errorf("histories that went apart are joined to %q", got)
	}
}

func TestTenAreKeptOfEither(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for range 12 {
		if due, err := p.Due(); err != nil || !due {
			t.Fatalf("due %v, %v", due, err)
		}
		p.keep(Daily)
		if due, err := p.Due(); err != nil || due {
			t.Fatalf("due again %v, %v", due, err)
		}
		p.now = p.now.AddDate(0, 0, 1)
	}
	for range 13 {
		p.keep("import")
	}
	copies, err := p.List()
	if err != nil {
		t.Fatal(err)
	}
	daily := 0
	for _, c := range copies {
		if c.Reason == Daily {
			daily++
		}
	}
	if len(copies) != 2*kept || daily != kept || copies[0].Reason != "import" || !copies[0].Made.After(copies[1].Made) {
		t.Errorf("%d copies, %d of them daily, the first %+v", len(copies), daily, copies[0])
	}
	if newest, err := p.Find(""); err != nil || newest != copies[0] {
		t.Errorf("newest %+v, %v", newest, err)
	}
	if _, err := p.Find("nothing"); !errors.Is(err, ErrNone) {
		t.Errorf("a copy that is not there: %v", err)
	}
}

// A copy that fails, or is stopped, leaves nothing.
func TestNothingIsHalf(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("history.jsonl", "a\n")
	wrong := errors.New("no room")
	if _, err := p.Make(t.Context(), Daily, func(context.Context, string) error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := p.Make(stopped, Daily, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	entries, err := os.ReadDir(filepath.Join(p.Dir, Folder))
	if err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestCopiesThatAreRefused(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("decks/mine.md", strings.Repeat("text that is long enough ", 1000))
	c := p.keep("asked")
	whole, err := os.ReadFile(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	other := newPlace(t)
	other.Files = []string{"../outside"}
	other.write("../outside", "x")
	defer os.Remove(filepath.Join(other.Dir, "../outside"))
	strange := other.keep("asked")
	for name, file := range map[string]string{"cut off": write(t, whole[:len(whole)/2]), "no archive": write(t, []byte("hello")), "a name that leads out": strange.Path, "no file": "none"} {
		joined := false
		_, err := p.Restore(t.Context(), Copy{Path: file}, func(context.Context, string) error { joined = true; return nil })
		if err == nil || joined || !strings.Contains(err.Error(), "read backup") {
			t.Errorf("%s: %v, joined %v", name, err, joined)
		}
	}
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.tar.zst")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
