// Package kindtest makes the kind cluster that live tests share. What it is
// made of is said by a file, so that tests run where no image can be pulled;
// its data lie apart from those of the person.
package kindtest

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kind"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// Name is what the tests' cluster is called.
const Name = "gatedrill-test"

// variable says what the tests' cluster is made of: "public" for the public
// images, else a file for kind.ReadSettings.
const variable = "GATEDRILL_TEST_KIND"

// Settings reads what the cluster is made of. It skips the test, with the
// reason, under -short and where no cluster is asked for.
func Settings(t testing.TB) kind.Settings {
	t.Helper()
	file := os.Getenv(variable)
	switch {
	case testing.Short():
		t.Skip("needs a kind cluster: not with -short")
	case file == "":
		t.Skip("needs a kind cluster: run it by make test-kind")
	case file == "public":
		return kind.Settings{Name: Name}
	}
	s, err := kind.ReadSettings(file)
	if err != nil {
		t.Fatalf("$%s: %v", variable, err)
	}
	s.Name = Name
	return s
}

// Backend returns the tests' kind cluster without making it. It skips as
// Settings does, and where there is no container engine.
func Backend(t testing.TB) *kind.Backend { return backend(t, false) }

// Indirect returns the same cluster as a machine sees it that has no way to
// the node's network: macOS, a VM, a rootless engine.
func Indirect(t testing.TB) *kind.Backend { return backend(t, true) }

func backend(t testing.TB, indirect bool) *kind.Backend {
	t.Helper()
	set := Settings(t)
	if err := kind.Engine(t.Context(), set.Engine); err != nil {
		t.Skipf("needs a kind cluster: %v", err)
	}
	self := sandboxtest.Program(t)
	tools := sandboxtest.Tools(t)
	return kind.New(kind.Options{
		Home: sandboxtest.Home(t), Self: []string{self}, Environ: os.Environ(), Settings: set, Indirect: indirect,
		App: sandboxtest.Programs(t).App, Tools: tools, Now: time.Now,
	})
}

// Up returns the way into the running cluster, which is made if need be.
func Up(t testing.TB) *cluster.Handle {
	t.Helper()
	b := Backend(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	h, err := b.Up(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return h
}

// Stop ends the node as a crash of the engine would.
func Stop(t testing.TB) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), cmp.Or(Settings(t).Engine, "docker"), "kill", Name+"-control-plane")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("kill the node: %v: %s", err, out)
	}
}
