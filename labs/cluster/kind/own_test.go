package kind

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// stand puts a script on PATH in an engine's place.
func stand(t *testing.T, name, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("uses shell scripts as stand-ins")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
}

func TestNoEngineIsSaidAtOnce(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	b := New(Options{Home: t.TempDir()})
	_, err := b.Up(t.Context(), nil)
	if !errors.Is(err, ErrNoEngine) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"docker: not on PATH", "podman: not on PATH", "nerdctl: not on PATH", "install Docker"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

func TestEngineThatDoesNotAnswerIsNamed(t *testing.T) {
	stand(t, "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1\n")
	_, err := findEngine(t.Context(), "docker")
	if !errors.Is(err, ErrNoEngine) || !strings.Contains(err.Error(), "Cannot connect to the Docker daemon") {
		t.Errorf("got %v", err)
	}
	if _, err := findEngine(t.Context(), "lxc"); err == nil || !strings.Contains(err.Error(), `"lxc"`) {
		t.Errorf("got %v", err)
	}
}

// fakeDocker answers what kind and we ask of an engine that runs one cluster
// called gatedrill; cp answers with the mark in $MARK, deletions are noted.
const fakeDocker = `
case "$1" in
info) exit 0 ;;
ps) [ -e "$CLUSTER" ] && echo gatedrill-control-plane; exit 0 ;;
inspect) case "$*" in *State.Running*) echo true ;; *) echo control-plane ;; esac ;;
cp) [ -e "$MARK" ] && exec tar -C "$(dirname "$MARK")" -c "$(basename "$MARK")"; echo "Could not find the file" >&2; exit 1 ;;
rm) echo "$*" >>"$CLUSTER.deleted"; rm -f "$CLUSTER" ;;
esac
`

func TestClustersOfOthersAreLeftAlone(t *testing.T) {
	stand(t, "docker", fakeDocker)
	dir := t.TempDir()
	there, mark := filepath.Join(dir, "cluster"), filepath.Join(dir, "mark")
	t.Setenv("CLUSTER", there)
	t.Setenv("MARK", mark)
	put := func(file, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	deleted := func() bool { _, err := os.Stat(there + ".deleted"); return err == nil }
	for _, tt := range []struct {
		name   string
		record *record
		mark   string
	}{
		{"no record of ours", nil, ""},
		{"a record, and another's mark", &record{ID: "ours", Stage: complete}, "theirs"},
		{"a record, and no mark", &record{ID: "ours", Stage: created}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			put(there, "")
			_ = os.Remove(mark)
			if tt.mark != "" {
				put(mark, tt.mark)
			}
			b := New(Options{Home: t.TempDir()})
			if tt.record != nil {
				if err := b.write(*tt.record); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.Up(t.Context(), nil); !errors.Is(err, ErrForeign) {
				t.Errorf("up: %v", err)
			}
			if err := b.Down(t.Context()); !errors.Is(err, ErrForeign) {
				t.Errorf("down: %v", err)
			}
			if deleted() {
				t.Error("it was deleted")
			}
		})
	}
	t.Run("our own", func(t *testing.T) {
		put(there, "")
		put(mark, "ours")
		b := New(Options{Home: t.TempDir()})
		if err := b.write(record{ID: "ours", Stage: created}); err != nil {
			t.Fatal(err)
		}
		if err := b.Down(t.Context()); err != nil || !deleted() {
			t.Errorf("down: %v, deleted %v", err, deleted())
		}
		if s := b.State(t.Context()); s.State != cluster.Off {
			t.Errorf("after that it is %+v", s)
		}
	})
}

func TestAttachWithoutACluster(t *testing.T) {
	b := New(Options{Home: t.TempDir()})
	if _, err := b.Attach(context.Background()); !errors.Is(err, cluster.ErrNotRunning) {
		t.Errorf("got %v", err)
	}
}
