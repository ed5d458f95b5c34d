//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"tool": 0o755, "text": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"PATH=/nowhere", "PATH=/nowhere:" + dir}
	if got, err := find("tool", env); err != nil || got != filepath.Join(dir, "tool") {
		t.Errorf("find(tool) = %q, %v", got, err)
	}
	if got, err := find("./tool", nil); err != nil || got != "./tool" {
		t.Errorf("find(./tool) = %q, %v", got, err)
	}
	for _, name := range []string{"text", "none"} {
		if got, err := find(name, env); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("find(%s) = %q, %v; want an error that names PATH", name, got, err)
		}
	}
}

// supervise reaps every child of its process, so it is tried in one of its own.
func TestSupervise(t *testing.T) {
	if script := os.Getenv("SUPERVISE"); script != "" {
		code, err := supervise(exec.Command("/bin/sh", "-c", script))
		if err != nil {
			t.Fatal(err)
		}
		os.Exit(code)
	}
	for script, want := range map[string]int{
		"exit 0": 0, "exit 7": 7, "kill -9 $$": 137,
		"(sleep 0.1; exit 9) & wait; exit 3": 3,
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSupervise$")
		cmd.Env = append(os.Environ(), "SUPERVISE="+script)
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != want {
			t.Errorf("%s: exit code %d, want %d\n%s", script, cmd.ProcessState.ExitCode(), want, out)
		}
	}
}
