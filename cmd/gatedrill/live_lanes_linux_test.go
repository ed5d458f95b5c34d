package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// TestLiveLanes proves two labs side by side in sandboxes made for it: each is
// told in one piece, and nothing of the sandboxes is left.
func TestLiveLanes(t *testing.T) {
	sandboxtest.Up(t)                      // the programs are there, and of today
	home, err := os.MkdirTemp("", "lanes") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	cmd := exec.CommandContext(t.Context(), sandboxtest.Program(t), "lab", "verify", "shop-is-gone", "nobody-gets-in", "--lanes", "2")
	cmd.Env = append(os.Environ(), "GATEDRILL_HOME="+home, "GATEDRILL_PROGRAMS="+sandboxtest.Tools(t)[0])
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var order []string // of labs
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "✓" && (len(order) == 0 || order[len(order)-1] != f[1]) {
			order = append(order, f[1])
		}
	}
	if len(order) != 2 || !strings.Contains(string(out), "2 labs in 2 sandboxes") {
		t.Errorf("labs in the order %q:\n%s", order, out)
	}
	if left, err := filepath.Glob(filepath.Join(home, "lanes", "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %q, %v", left, err)
	}
}
