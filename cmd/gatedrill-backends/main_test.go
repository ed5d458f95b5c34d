package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/verify"
)

func TestTableSaysWhatWasProved(t *testing.T) {
	list := []labs.Lab{{ID: "one"}, {ID: "two", Requires: []string{"mesh-admin"}}, {ID: "three"}}
	got := table(list, []proofs{
		{"sandbox", map[string][]verify.Line{"one": {{OK: true}, {OK: true}}, "two": {{OK: true}, {Check: "reset: objects as before"}}}},
		{"context", map[string][]verify.Line{"one": {{OK: true}}, "two": {{Check: "not offered: the cluster lacks mesh-admin", NotOffered: true}}}},
	})
	for _, want := range []string{
		"| lab | requires | sandbox | context |\n|---|---|---|---|\n",
		"| one | – | ✓ 2 | ✓ 1 |\n", "| two | mesh-admin | ✗ reset: objects as before | not offered |\n",
		"| three | – | not tried | not tried |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range [][]string{nil, {"sandbox"}, {"kind=" + bad}, {"kind=" + bad + ".gone"}} {
		if err := run(tt, nil); err == nil {
			t.Errorf("%v is no error", tt)
		}
	}
}
