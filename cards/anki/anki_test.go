package anki

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func quiet(string, int, int) {}

func mustRead(t *testing.T, file string) *Collection {
	t.Helper()
	c, err := Read(t.Context(), file, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The packages of one collection that Anki wrote are read alike, whatever
// their form. testdata/make.py made them.
func TestAllFormsAreReadAlike(t *testing.T) {
	t.Parallel()
	want := mustRead(t, "testdata/old.apkg")
	first := repacked(t, "testdata/old.apkg", "collection.anki21", "collection.anki2")
	for _, tt := range []struct{ file, form string }{
		{"testdata/new.apkg", "collection.anki21b"}, {"testdata/new.colpkg", "collection.anki21b"},
		{"testdata/old.colpkg", "collection.anki21"}, {first, "collection.anki2"},
	} {
		got := mustRead(t, tt.file)
		if got.Form != tt.form {
			t.Errorf("%s: read %s, want %s", tt.file, got.Form, tt.form)
		}
		for id := range got.Types { // a whole collection has types that no note uses
			if _, used := want.Types[id]; !used {
				delete(got.Types, id)
			}
		}
		got.Form = want.Form
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.file, diff)
		}
	}
}

func TestWhatIsRead(t *testing.T) {
	t.Parallel()
	c := mustRead(t, "testdata/new.apkg")
	if len(c.Notes) != 6 || len(c.Cards) != 8 || len(c.Reviews) != 12 || len(c.Left) != 0 || c.OldSteps || c.Rollover != 4 {
		t.Errorf("%d notes, %d cards, %d reviews, left %v, old steps %v, rollover %d", len(c.Notes), len(c.Cards), len(c.Reviews), c.Left, c.OldSteps, c.Rollover)
	}
	if diff := cmp.Diff([]Media{{"hop.png", 15}}, c.Media); diff != "" {
		t.Errorf("media (-want +got):\n%s", diff)
	}
	n := c.Notes[0]
	if n.GUID != "guidBasic1" || c.Types[n.Type].Name != "Basic" || c.Decks[c.Cards[0].Deck] != "Istio::Gateways" {
		t.Errorf("first note %+v of type %+v in deck %q", n, c.Types[n.Type], c.Decks[c.Cards[0].Deck])
	}
	if diff := cmp.Diff(Review{ID: 1793865600000, Card: c.Cards[0].ID, Ease: 1, Interval: -600, Last: 3, Factor: 2300, Took: 9000, Kind: Reviewed}, c.Reviews[3]); diff != "" {
		t.Errorf("a lapse (-want +got):\n%s", diff)
	}
	for _, typ := range c.Types {
		if typ.Cloze != (typ.Name == "Cloze") || len(typ.Templates) == 0 || len(typ.Fields) < 2 {
			t.Errorf("type %+v", typ)
		}
	}
}

// repacked is a copy of a package with one part under another name, and only
// that one.
func repacked(t *testing.T, file, from, to string) string {
	t.Helper()
	return packed(t, map[string][]byte{to: content(t, file, from), "media": []byte(`{"0": "hop.png"}`), "0": make([]byte, 15)})
}

func content(t *testing.T, file, name string) []byte {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	r, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func packed(t *testing.T, parts map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return written(t, b.Bytes())
}

func written(t *testing.T, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.apkg")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func squeezed(t *testing.T, b []byte) []byte {
	t.Helper()
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return e.EncodeAll(b, nil)
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("testdata/new.apkg")
	if err != nil {
		t.Fatal(err)
	}
	db := content(t, "testdata/old.apkg", "collection.anki21")
	bomb := append([]byte(magic), make([]byte, 4<<20)...)
	newMeta := []byte{8, 3}
	encrypted := append([]byte(nil), whole...)
	for _, head := range []struct {
		sign string
		flag int
	}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} {
		for at := 0; ; {
			i := bytes.Index(encrypted[at:], []byte(head.sign))
			if i < 0 {
				break
			}
			at += i + head.flag
			encrypted[at] |= 1
		}
	}
	for _, tt := range []struct {
		name, file string
		want       error
		says       string
	}{
		{"no file", filepath.Join(t.TempDir(), "none.apkg"), os.ErrNotExist, ""},
		{"a folder", t.TempDir(), ErrNoPackage, "no plain file"},
		{"no zip", written(t, []byte("hello, this is no zip file")), ErrNoPackage, "no zip file, or it is cut off"},
		{"cut off", written(t, whole[:len(whole)/2]), ErrNoPackage, "cut off"},
		{"encrypted", written(t, encrypted), ErrEncrypted, "without a password"},
		{"a zip of something else", packed(t, map[string][]byte{"a.txt": nil}), ErrNoPackage, "it holds none of"},
		{"a form of tomorrow", packed(t, map[string][]byte{"meta": {8, 4}, "collection.anki21c": nil}), nil, "version 4, this program knows 3"},
		{"meta that is none", packed(t, map[string][]byte{"meta": {255}, "collection.anki2": nil}), ErrDamaged, "meta"},
		{"an empty collection", packed(t, map[string][]byte{"collection.anki2": nil}), ErrDamaged, "cut off"},
		{"a collection of noise", packed(t, map[string][]byte{"collection.anki2": bytes.Repeat([]byte("noise"), 100)}), ErrDamaged, "encrypted, or not written by Anki"},
		{"a collection cut off", packed(t, map[string][]byte{"collection.anki2": db[:len(db)/3]}), ErrDamaged, ""},
		{"a compressed one cut off", packed(t, map[string][]byte{"meta": newMeta, "collection.anki21b": squeezed(t, db)[:2000]}), ErrDamaged, ""},
		{"a zip bomb", packed(t, map[string][]byte{"collection.anki21": bomb}), ErrTooLarge, "more than 2 MiB"},
		{"a compressed zip bomb", packed(t, map[string][]byte{"meta": newMeta, "collection.anki21b": squeezed(t, bomb)}), ErrTooLarge, "more than 2 MiB"},
		{"a view for a table", packed(t, map[string][]byte{"collection.anki21": made(t, "CREATE TABLE col (a); CREATE TABLE cards (a); CREATE TABLE revlog (a);"+
			"CREATE VIEW notes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n")}), ErrNoPackage, "no table notes"},
		{"another database", packed(t, map[string][]byte{"collection.anki21": made(t, "CREATE TABLE a (b)")}), ErrNoPackage, "no table col"},
		{"a collection without settings", packed(t, map[string][]byte{"collection.anki21": made(t, schema11)}), ErrDamaged, "settings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := read(t.Context(), tt.file, 2<<20, quiet)
			if err == nil || c != nil || (tt.want != nil && !errors.Is(err, tt.want)) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %v that says %q", err, tt.want, tt.says)
			}
		})
	}
}

// made is a database of SQLite.
func made(t *testing.T, text string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNamesOfMediaStayInTheirFolder(t *testing.T) {
	t.Parallel()
	db := content(t, "testdata/old.apkg", "collection.anki21")
	c := mustRead(t, packed(t, map[string][]byte{
		"collection.anki21": db, "0": []byte("x"),
		"media": []byte(`{"0": "good.png", "1": "../../.ssh/id", "2": "/etc/passwd", "3": "..\\up.png", "4": "C:x.png", "5": "", "6": ".."}`),
	}))
	if diff := cmp.Diff([]Media{{"good.png", 1}}, c.Media); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"6 media with names that lead out of their folder"}, c.Left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	c = mustRead(t, packed(t, map[string][]byte{"collection.anki21": db, "media": []byte("{")}))
	if len(c.Notes) != 6 || len(c.Left) != 1 || !strings.Contains(c.Left[0], "list of media cannot be read") {
		t.Errorf("%d notes, left %v", len(c.Notes), c.Left)
	}
}

// A cancelled import stops, and leaves no file behind.
func TestReadingCanBeStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Read(ctx, "testdata/new.apkg", quiet); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	want := mustRead(t, "testdata/old.apkg")
	file := filepath.Join(t.TempDir(), "out.apkg")
	want.Written = want.Cards[0].Changed
	if err := Write(t.Context(), file, want, quiet); err != nil {
		t.Fatal(err)
	}
	got := mustRead(t, file)
	want.Media, want.Written = nil, time.Time{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Whatever a package holds, reading ends, and gives a collection or an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/new.apkg", "testdata/old.apkg"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file := filepath.Join(t.TempDir(), "x.apkg")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := read(t.Context(), file, 8<<20, quiet)
		if (c == nil) == (err == nil) {
			t.Errorf("a collection %v and an error %v", c, err)
		}
	})
}

func FuzzFields(f *testing.F) {
	f.Add([]byte{0x0a, 0x03, 'a', 'b', 'c', 0x10, 0x96, 0x01})
	f.Add([]byte{0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := fieldsOf(b)
		if err != nil {
			return
		}
		size := 0
		for _, p := range m {
			size += len(p.bytes)
		}
		if size > len(b) {
			t.Errorf("%d bytes of %d", size, len(b))
		}
	})
}
