package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/syllabus"
)

var update = flag.Bool("update", false, "make docs/syllabus.md anew")

// The page says what the labs are now, and what was proved of them.
func TestPageIsUpToDate(t *testing.T) {
	const docs = "../../docs"
	if *update {
		if err := run(docs, nil); err != nil {
			t.Fatal(err)
		}
	}
	list, s, err := library()
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := readProofs(filepath.Join(docs, "proofs.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := syllabus.Page(s, list, proofs)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(docs, "syllabus.md"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("docs/syllabus.md is out of date (make golden):\n%s", d)
	}
}

func TestProofsAreTaken(t *testing.T) {
	t.Parallel()
	list, _, err := library()
	if err != nil {
		t.Fatal(err)
	}
	lines := `[{"lab":"no-bookings","check":"base healthy","ok":true,"tookSeconds":1},{"lab":"no-bookings","check":"fault seen","ok":true},
		{"lab":"shop-is-gone","check":"base healthy","ok":true},{"lab":"shop-is-gone","check":"reset","ok":false,"why":"left"},
		{"lab":"orders-in-mid-air","check":"not offered: the cluster lacks sidecar","ok":false,"notOffered":true}]`
	file := filepath.Join(t.TempDir(), "sandbox.json")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := take(file, list, map[string]syllabus.Proof{"shop-is-gone": {Holds: 3}, "no-bread-today": {Holds: 9, Lab: "as it was"}, "gone": {Holds: 1}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]syllabus.Proof{"no-bookings": {Holds: 2}, "shop-is-gone": {Fails: "reset"}, "orders-in-mid-air": {Lacked: true}, "no-bread-today": {Holds: 9, Lab: "as it was"}}
	for _, l := range list {
		if p, ok := want[l.ID]; ok && p.Lab == "" {
			if p.Lab, err = syllabus.Fingerprint(l); err != nil {
				t.Fatal(err)
			}
			want[l.ID] = p
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"sandbox":               "want BACKEND=FILE",
		"moon=" + bad:           "want BACKEND=FILE",
		"kind=" + bad:           "bad.json",
		"kind=" + bad + ".gone": "bad.json.gone",
	} {
		if err := run(dir, []string{arg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", arg, err, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("a mistake left %v behind, %v", entries, err)
	}
}
