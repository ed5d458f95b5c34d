//go:build unix

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A terminal that cannot be painted is told what to use instead.
func TestDumbTerminalGetsNoScreens(t *testing.T) {
	t.Parallel()
	far, near, err := pty.Open()
	if err != nil {
		t.Skipf("no pty here: %v", err)
	}
	t.Cleanup(func() { _ = far.Close(); _ = near.Close() })
	var errs bytes.Buffer
	e := &env{
		Stdin: near, Stdout: near, Stderr: &errs, Now: time.Now, Home: t.TempDir(),
		Getenv: func(name string) string { return map[string]string{"TERM": "dumb"}[name] },
	}
	for _, args := range [][]string{nil, {"review"}} {
		errs.Reset()
		if got := run(t.Context(), e, args); got != exitUsage {
			t.Errorf("%v: exit code %d, want %d", args, got, exitUsage)
		}
		if got := errs.String(); !strings.Contains(got, "TERM=dumb") || !strings.Contains(got, "gatedrill review --plain") {
			t.Errorf("%v: said %q", args, got)
		}
	}
}
