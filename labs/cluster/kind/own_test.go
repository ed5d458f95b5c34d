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
	stand(t, "docker", "[ \"$1\" = -v ] && echo Docker version 1 && exit\necho 'Cannot connect to the Docker daemon' >&2; exit 1\n")
	_, err := findEngine(t.Context(), "docker")
	if !errors.Is(err, ErrNoEngine) || !strings.Contains(err.Error(), "Cannot connect to the Docker daemon") {
		t.Errorf("got %v", err)
	}
	if _, err := findEngine(t.Context(), "lxc"); err == nil || !strings.Contains(err.Error(), `"lxc"`) {
		t.Errorf("got %v", err)
	}
}

// fakeDocker answers what we ask of an engine that runs one cluster called
// gatedrill while $CLUSTER is there; $MOUNT is what its node has mounted as
// the mark. Deletions are noted.
const fakeDocker = `
case "$1" in
-v) echo "Docker version 1" ;;
info) exit 0 ;;
ps) [ -e "$CLUSTER" ] && echo gatedrill-control-plane; exit 0 ;;
inspect) echo '[{"Name":"/gatedrill-control-plane","State":{"Status":"exited"},
  "Config":{"Labels":{"io.x-k8s.kind.role":"control-plane"}},
  "Mounts":[{"Source":"'"$MOUNT"'","Destination":"/kind/gatedrill-owner"}]}]' ;;
rm) echo "$*" >>"$CLUSTER.deleted"; rm -f "$CLUSTER" ;;
*) echo "not expected: $*" >&2; exit 1 ;;
esac
`

func TestClustersOfOthersAreLeftAlone(t *testing.T) {
	stand(t, "docker", fakeDocker)
	dir := t.TempDir()
	there := filepath.Join(dir, "cluster")
	t.Setenv("CLUSTER", there)
	put := func() {
		if err := os.WriteFile(there, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	deleted := func() bool { _, err := os.Stat(there + ".deleted"); return err == nil }
	for _, tt := range []struct {
		name   string
		record *record
		mount  string
	}{
		{"no record of ours", nil, ""},
		{"made by another data directory", nil, "/elsewhere/kind/gatedrill/owner"},
		{"a start of ours was killed, and theirs came since", &record{ID: "1", Stage: creating, Engine: "docker"}, ""},
		{"ours was deleted, and theirs came since", &record{ID: "1", Stage: complete, Engine: "docker"}, ""},
		{"a record, and another's mark", &record{ID: "1", Stage: created, Engine: "docker"}, "/elsewhere/kind/gatedrill/owner"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			put()
			t.Setenv("MOUNT", tt.mount)
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
			if s := b.State(t.Context()); s.State != cluster.Foreign {
				t.Errorf("state %+v", s)
			}
			if deleted() {
				t.Error("it was deleted")
			}
		})
	}
	for _, st := range []stage{creating, created, complete} {
		t.Run("our own, "+string(st), func(t *testing.T) {
			put()
			_ = os.Remove(there + ".deleted")
			b := New(Options{Home: t.TempDir()})
			t.Setenv("MOUNT", "/host_mnt"+b.ownerFile()) // as a VM's engine has it
			if err := b.write(record{ID: "1", Stage: st, Engine: "docker"}); err != nil {
				t.Fatal(err)
			}
			if s := b.State(t.Context()); s.State == cluster.Foreign || s.State == cluster.Ready || s.Detail == "" {
				t.Errorf("before it is %+v", s)
			}
			if err := b.Down(t.Context()); err != nil || !deleted() {
				t.Errorf("down: %v, deleted %v", err, deleted())
			}
			if s := b.State(t.Context()); s.State != cluster.Off {
				t.Errorf("after that it is %+v", s)
			}
		})
	}
}

// The engine that holds a cluster is not exchanged for another one.
func TestAnotherEngineIsRefused(t *testing.T) {
	stand(t, "docker", fakeDocker)
	b := New(Options{Home: t.TempDir(), Settings: Settings{Engine: "docker"}})
	if err := b.write(record{ID: "1", Stage: complete, Engine: "podman"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Down(t.Context()); err == nil || !strings.Contains(err.Error(), "made in podman, and docker is asked for") {
		t.Errorf("down: %v", err)
	}
	if r, err := b.recorded(); err != nil || r == nil {
		t.Errorf("the record is gone: %v", err)
	}
}

func TestDockerThatIsPodmanIsNone(t *testing.T) {
	stand(t, "docker", "[ \"$1\" = -v ] && echo 'podman version 5.0.0'\nexit 0\n")
	if err := Engine(t.Context(), "docker"); !errors.Is(err, ErrNoEngine) || !strings.Contains(err.Error(), "another program of that name") {
		t.Errorf("got %v", err)
	}
}

func TestConfigBearsOurMark(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kind.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := New(Options{Home: t.TempDir(), Settings: Settings{Config: file}})
	write("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {disableDefaultCNI: true}\n")
	c, err := b.config()
	if err != nil || len(c.Nodes) != 1 || !c.Networking.DisableDefaultCNI || c.Nodes[0].ExtraMounts[0].HostPath != b.ownerFile() {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{
		"nodes: [{role: control-plane}, {role: worker}]": "2 nodes",
		"nodess: []": "nodess",
	} {
		write(text)
		if _, err := b.config(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAttachWithoutACluster(t *testing.T) {
	b := New(Options{Home: t.TempDir()})
	if _, err := b.Attach(context.Background()); !errors.Is(err, cluster.ErrNotRunning) {
		t.Errorf("got %v", err)
	}
}
