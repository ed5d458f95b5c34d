package run

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// halfReset plays a program that is killed when the base is back and the lab
// is not out yet.
func (b *bench) halfReset() {
	b.Helper()
	b.must(b.service.Start(b.Context(), "typo"))
	b.wait(labs.PhaseDiagnosing)
	b.must(b.config.History.Append(history.Record{At: time.Now(), Attempt: b.service.now().Attempt, Lab: "typo", Kind: history.Leaving, PID: 77}))
	if _, err := b.engine.Mend(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// A reset that was killed in the middle is known as one: nobody mended the
// lab too early, and whoever comes next ends it.
func TestKilledWhileGoingOut(t *testing.T) {
	for name, finish := range map[string]func(b *bench) error{
		"reset": func(b *bench) error { return b.service.Reset(b.Context()) },
		"start": func(b *bench) error { return b.service.Start(b.Context(), "other") },
		"resume": func(b *bench) error {
			err := b.service.Resume(b.Context())
			if errors.Is(err, ErrNoLab) {
				return nil
			}
			return errors.Join(err, errors.New("resume found a lab"))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.halfReset()
			time.Sleep(5 * time.Second) // a screen that is open sees the goals hold
			if v := b.service.View(); v.Phase != labs.PhaseResetting {
				t.Errorf("%s: the open session is %s: %s", name, v.Phase, v.Trouble)
			}
			b.service.Close()
			b.service = New(b.config)
			v, err := b.service.Check(t.Context())
			b.must(err)
			if v.Phase != labs.PhaseResetting || !strings.Contains(v.Trouble, "gatedrill lab reset goes on") {
				t.Errorf("%s: %s %q", name, v.Phase, v.Trouble)
			}
			b.must(finish(b))
			if name == "start" {
				b.wait(labs.PhaseDiagnosing)
			} else if _, err := b.engine.Marked(t.Context()); !errors.Is(err, fault.ErrNoLab) {
				t.Errorf("%s: the lab is still in the cluster: %v", name, err)
			}
			b.service.Close()
		})
	}
}

// A reset that goes on in another program is left to it.
func TestResetInAnotherProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.halfReset()
		b.service.Close()
		b.config.Alive = func(pid int) bool { return pid == 77 }
		b.service = New(b.config)
		if err := b.service.Start(t.Context(), "typo"); err == nil || !strings.Contains(err.Error(), "being reset by another program") {
			t.Errorf("start: %v", err)
		}
		v, err := b.service.Check(t.Context())
		b.must(err)
		if v.Phase != labs.PhaseResetting || v.Trouble != "" {
			t.Errorf("%s %q", v.Phase, v.Trouble)
		}
	})
}

// A program that leaves a lab while it goes in goes on with it when it comes
// back.
func TestLeftWhileGoingIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		look := b.seen.Look
		b.seen.Look = func() snapshot.Snapshot { return snapshot.Snapshot{} }
		b.must(b.service.Start(t.Context(), "typo"))
		time.Sleep(time.Second)
		b.must(b.service.Leave(t.Context()))
		b.seen.Look = look
		b.must(b.service.Resume(t.Context()))
		b.wait(labs.PhaseDiagnosing)
		b.must(b.service.Leave(t.Context()))
	})
}

// A lab that was left while it went in says who goes on with it.
func TestStatusOfALabLeftWhileGoingIn(t *testing.T) {
	b := newBench(t)
	b.must(b.config.History.Append(history.Record{At: time.Now(), Attempt: "dead", Lab: "typo", Kind: history.Started, PID: 77}))
	v, err := b.service.Check(t.Context())
	b.must(err)
	if v.Phase != labs.PhasePreparing || !strings.Contains(v.Trouble, "gatedrill lab start typo goes on with it") {
		t.Errorf("%s %q", v.Phase, v.Trouble)
	}
}
