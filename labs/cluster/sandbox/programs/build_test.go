package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// small is a source tree with one program that embeds a file.
func small(t *testing.T) (Source, part) {
	t.Helper()
	tree := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":              "module example.com/small\n\ngo 1.26.0\n",
		"cmd/hello/main.go":   "package main\n\nimport _ \"embed\"\n\n//go:embed data/text\nvar text string\n\nfunc main() { println(text) }\n",
		"cmd/hello/data/text": "hello",
	} {
		put(t, filepath.Join(tree, name), text, 0o644)
	}
	s := Source{Dir: t.TempDir(), Tree: tree}
	return s, part{module: ".", packages: []string{"./cmd/hello"}, files: map[string]string{"hello": "gatedrill-hello"}}
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func TestBuildAndStamp(t *testing.T) {
	s, p := small(t)
	var last cluster.Progress
	m := &meter{report: func(pr cluster.Progress) { last = pr }}
	if s.fresh(p) {
		t.Fatal("fresh before anything was built")
	}
	if err := s.buildPart(t.Context(), p, m); err != nil {
		t.Fatal(err)
	}
	if last.Phase != "build" || last.Total < 10 {
		t.Errorf("last progress %+v", last)
	}
	if !s.fresh(p) {
		t.Fatal("not fresh after the build")
	}
	for _, f := range []string{"cmd/hello/main.go", "cmd/hello/data/text", "go.mod"} {
		path := filepath.Join(s.Tree, f)
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, string(old)+"\n", 0o644)
		if s.fresh(p) {
			t.Errorf("still fresh after %s changed", f)
		}
		put(t, path, string(old), 0o644)
	}
	put(t, filepath.Join(s.Tree, "cmd/hello/main_test.go"), "package main\n", 0o644)
	if !s.fresh(p) {
		t.Error("a test file made it stale")
	}
	if err := os.Remove(filepath.Join(s.Dir, "gatedrill-hello")); err != nil {
		t.Fatal(err)
	}
	if s.fresh(p) {
		t.Error("fresh without the program")
	}
}

func TestBuildFailureShowsTheCompilersWords(t *testing.T) {
	s, p := small(t)
	put(t, filepath.Join(s.Tree, "cmd/hello/broken.go"), "package main\n\nvar x int = \"no\"\n", 0o644)
	err := s.buildPart(t.Context(), p, &meter{})
	if err == nil || !strings.Contains(err.Error(), "broken.go:3") {
		t.Fatalf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBuildCancelled(t *testing.T) {
	s, p := small(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.buildPart(ctx, p, &meter{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestFollowCountsPackagesAndKeepsTheRest(t *testing.T) {
	var lines []string
	for range tail + 5 {
		lines = append(lines, "a.go:1:2: no")
	}
	in := "go: downloading k8s.io/api v0.36.1\nfmt\nk8s.io/api/core/v1\n# example.com/x\n" + strings.Join(lines, "\n")
	var done int64
	last := follow(strings.NewReader(in), func(_ string, n int64) { done = n })
	if done != 2 || len(last) != tail {
		t.Errorf("%d packages, %d lines kept", done, len(last))
	}
}

func TestOwnPrefersTheGivenDirectory(t *testing.T) {
	given, s := t.TempDir(), Source{Dir: t.TempDir()}
	s.Given = given
	err := s.own(t.Context(), &meter{})
	if err == nil || !strings.Contains(err.Error(), "gatedrill-sandbox is not there") {
		t.Fatalf("an empty directory: %v", err)
	}
	for _, name := range Names() {
		put(t, filepath.Join(given, name), "x", 0o755)
	}
	if err := s.own(t.Context(), &meter{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if to, err := os.Readlink(filepath.Join(s.Dir, name)); err != nil || to != filepath.Join(given, name) {
			t.Errorf("%s -> %q, %v", name, to, err)
		}
	}
}

func TestOwnWithoutAnySourceSaysWhatToSet(t *testing.T) {
	s := Source{Dir: t.TempDir()}
	err := s.own(t.Context(), &meter{})
	if err == nil || !strings.Contains(err.Error(), "GATEDRILL_SOURCE") {
		t.Fatalf("got %v", err)
	}
}

func TestChangedSince(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	if ChangedSince(dir, now.Add(-time.Hour)) {
		t.Error("changed without any program")
	}
	put(t, filepath.Join(dir, "kubectl"), "x", 0o755)
	if !ChangedSince(dir, now.Add(-time.Hour)) || ChangedSince(dir, now.Add(time.Hour)) {
		t.Error("a new program is not seen by its time")
	}
}

// Programs that are given in the very directory they are to be put into stay.
func TestGivenWhereTheyBelong(t *testing.T) {
	needShell(t)
	dir := t.TempDir()
	for _, name := range Names() {
		put(t, filepath.Join(dir, name), "the program "+name, 0o755)
	}
	put(t, filepath.Join(dir, EnvoyFile), says140, 0o755)
	s := Source{Dir: dir, Cache: t.TempDir(), Given: dir, Envoy: filepath.Join(dir, EnvoyFile)}
	for range 2 {
		if err := Ensure(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range Names() {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "the program "+name {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// What is given, or lies beside the executable, is not missing.
func TestMissing(t *testing.T) {
	t.Parallel()
	full, empty := t.TempDir(), t.TempDir()
	for _, name := range append(Names(), EnvoyFile) {
		if err := os.WriteFile(filepath.Join(full, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	envoy := filepath.Join(full, EnvoyFile)
	for _, tt := range []struct {
		name string
		s    Source
		want int
	}{
		{"nothing", Source{Dir: empty}, len(Names()) + 1},
		{"in the programs directory", Source{Dir: full}, 0},
		{"given", Source{Dir: empty, Given: full, Envoy: envoy}, 0},
		{"beside", Source{Dir: empty, Beside: full}, 1},
		{"given, but empty", Source{Dir: full, Given: empty, Envoy: filepath.Join(empty, "x")}, len(Names()) + 1},
	} {
		if got := tt.s.Missing(); len(got) != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestAppIsBuiltAnew: what was built before is not taken for a program given,
// when GATEDRILL_PROGRAMS names the programs directory itself.
func TestAppIsBuiltAnew(t *testing.T) {
	needShell(t)
	dir, bin := t.TempDir(), t.TempDir()
	built := 0
	put(t, filepath.Join(bin, "go"), "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\necho $GOARCH $(cat \"$COUNT\") >\"$2\"\n", 0o755)
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	count := filepath.Join(bin, "count")
	t.Setenv("COUNT", count)
	s := Source{Dir: dir, Given: dir, Tree: t.TempDir()}
	for range 2 {
		built++
		put(t, count, strconv.Itoa(built), 0o644)
		b, err := s.App(t.Context(), "s390x")
		if want := fmt.Sprintf("s390x %d\n", built); err != nil || string(b) != want {
			t.Errorf("got %q, %v; want %q", b, err, want)
		}
	}
	put(t, filepath.Join(dir, "gatedrill-app-linux-s390x"), "given", 0o755)
	if b, err := s.App(t.Context(), "s390x"); err != nil || string(b) != "given" {
		t.Errorf("given: %q, %v", b, err)
	}
}
