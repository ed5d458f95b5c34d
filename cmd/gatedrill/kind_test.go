package main

import (
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kind/kindtest"
	"github.com/gatedrill/gatedrill/labs/verify"
)

// TestKindLabs proves on kind what TestLiveLabs proves in the sandbox, of the
// same labs, unchanged.
func TestKindLabs(t *testing.T) {
	kindtest.Up(t)
	backend := kindtest.Backend(t)
	e := &env{Stdout: io.Discard, Stderr: os.Stderr, Now: time.Now, Home: t.TempDir(), Zone: time.UTC,
		Getenv:  func(string) string { return "" },
		backend: func(*env) (cluster.Backend, error) { return backend, nil },
	}
	t.Cleanup(func() {
		if err := backend.Down(context.Background()); err != nil { // the test's own context has ended
			t.Error(err)
		}
		e.close()
	})
	list, _ := loadLabs(e)
	for _, lab := range list {
		t.Run(lab.ID, func(t *testing.T) {
			ok, lines, err := verifyLabs(t.Context(), e, []string{lab.ID}, func(line verify.Line) {
				t.Logf("%v %s %s %s", line.OK, line.Check, line.Took.Round(time.Millisecond), line.Why)
			})
			if err != nil || !ok || len(lines) < 8 {
				t.Errorf("ok %v, %d lines, %v", ok, len(lines), err)
			}
		})
	}
}
