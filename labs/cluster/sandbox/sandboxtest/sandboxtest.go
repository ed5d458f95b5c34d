// Package sandboxtest brings up the sandbox that live tests share. It is not
// the sandbox that people use: its data lie in $GATEDRILL_TEST_HOME, else in
// the user's cache directory.
// Only the programs are the same.
package sandboxtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// patience bounds a start, a build of the programs from nothing included.
const patience = 25 * time.Minute

// Up returns the way into the running sandbox. It skips the test, with the
// reason, under -short and where the sandbox cannot run.
func Up(t testing.TB) *cluster.Handle {
	t.Helper()
	b := Backend(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := renew(ctx, b, reporter(t)); err != nil {
		t.Fatal(err)
	}
	h, err := b.Up(ctx, reporter(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the sandbox's log: %s", filepath.Join(Home(t), "sandbox", "run", "daemon.log"))
		}
	})
	return h
}

// renew builds what changed and stops a sandbox that runs older programs:
// tests are of today's source.
func renew(ctx context.Context, b *sandbox.Backend, report func(cluster.Progress)) error {
	if err := b.Install(ctx, report); err != nil {
		return err
	}
	if s, err := b.Status(ctx); err != nil || !s.Outdated {
		return err
	}
	return b.Down(ctx)
}

// Backend returns the sandbox without starting it. It skips as Up does.
func Backend(t testing.TB) *sandbox.Backend {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the sandbox: not with -short")
	}
	if runtime.GOOS != "linux" {
		t.Skip("needs the sandbox, which needs Linux")
	}
	self := []string{Program(t), "sandbox"}
	if p := sandbox.Preflight(t.Context(), self); len(p) > 0 {
		t.Skipf("needs the sandbox, which this system forbids: %+v", p)
	}
	return sandbox.New(sandbox.Options{Home: Home(t), Self: self, Environ: os.Environ(), Programs: Programs(t)})
}

// Programs says where our programs come from: they are those of the person's
// own sandbox, renewed when the source has changed.
func Programs(t testing.TB) programs.Source {
	t.Helper()
	data := dataHome(t)
	return programs.Source{
		Dir: filepath.Join(data, "programs"), Cache: filepath.Join(data, "cache"),
		Given: os.Getenv("GATEDRILL_PROGRAMS"), Tree: tree(t), Envoy: os.Getenv("GATEDRILL_ENVOY"),
		Releases: programs.OfficialReleases,
	}
}

// Tools are the directories that hold kubectl and istioctl.
func Tools(t testing.TB) []string {
	t.Helper()
	s := Programs(t)
	if s.Given != "" {
		return []string{s.Given}
	}
	return []string{s.Dir}
}

// reporter logs each phase once.
func reporter(t testing.TB) func(cluster.Progress) {
	var mu sync.Mutex
	last := ""
	return func(p cluster.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Phase != last {
			t.Logf("sandbox: %s after %s", p.Phase, p.Elapsed.Round(10*time.Millisecond))
		}
		last = p.Phase
	}
}

// Home is the test sandbox's data directory.
func Home(t testing.TB) string {
	t.Helper()
	if d := os.Getenv("GATEDRILL_TEST_HOME"); d != "" {
		return d
	}
	d, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(d, "gatedrill-test")
}

// dataHome is where the program keeps its data, see cmd/gatedrill.
func dataHome(t testing.TB) string {
	t.Helper()
	if d := os.Getenv("GATEDRILL_HOME"); d != "" {
		return d
	}
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "gatedrill")
	}
	h, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(h, ".local", "share", "gatedrill")
}

// tree is the source tree that the test was built from.
func tree(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "cmd", "gatedrill-sandbox", "go.mod")); err == nil {
			return dir
		}
		if up := filepath.Dir(dir); up != dir {
			dir = up
			continue
		}
		t.Fatal("the test does not run in gatedrill's source tree")
	}
}

// Program builds the program itself, whose hidden commands the preflight and
// shells run.
func Program(t testing.TB) string {
	t.Helper()
	if err := os.MkdirAll(Home(t), 0o700); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(Home(t), "gatedrill")
	cmd := exec.Command("go", "build", "-o", exe, "./cmd/gatedrill")
	cmd.Dir = tree(t)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build gatedrill: %v\n%s", err, out)
	}
	return exe
}
