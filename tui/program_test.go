package tui_test

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/teatest/v2"

	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// run starts the real program on a terminal of 80×24 that is only written to.
func run(t *testing.T, l *tuitest.Labs) (*teatest.TestModel, *tuitest.Study) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	study := &tuitest.Study{Total: tuitest.Summary(), Queue: tuitest.Prompts(2)}
	cluster := &tuitest.Cluster{}
	cluster.Show(tuitest.Ready())
	m := tui.New(tui.Ports{Study: study, Labs: l, Cluster: cluster}, tui.Options{Context: ctx})
	return teatest.NewTestModel(t, m, teatest.WithInitialTermSize(80, 24),
		teatest.WithProgramOptions(tea.WithColorProfile(colorprofile.ASCII))), study
}

func see(t *testing.T, tm *teatest.TestModel, text string) {
	t.Helper()
	teatest.WaitFor(t, tm.Output(), func(b []byte) bool { return bytes.Contains(b, []byte(text)) },
		teatest.WithDuration(10*time.Second), teatest.WithCheckInterval(5*time.Millisecond))
}

func TestProgramReviewsAndQuits(t *testing.T) {
	t.Parallel()
	tm, study := run(t, &tuitest.Labs{Listings: tuitest.Listings()})
	see(t, tm, "weakest: tls")
	tm.Send(tuitest.Key("r"))
	see(t, tm, "Say your answer, then look.")
	tm.Send(tuitest.Key("space"))
	see(t, tm, "ClientHello")
	tm.Send(tuitest.Key("3"))
	see(t, tm, "Question 2?")
	tm.Send(tuitest.Key("q"))
	tm.WaitFinished(t, teatest.WithFinalTimeout(10*time.Second))
	if len(study.Rated) != 1 {
		t.Errorf("stored %v, want one answer", study.Rated)
	}
}

func TestProgramHandsTheTerminalToTheShell(t *testing.T) {
	t.Parallel()
	var ran atomic.Bool
	l := &tuitest.Labs{Listings: tuitest.Listings()}
	l.Command = tuitest.Shell{Do: func() error {
		ran.Store(true)
		return nil
	}}
	tm, _ := run(t, l)
	see(t, tm, "weakest: tls")
	tm.Send(tuitest.Key("down"))
	tm.Send(tuitest.Key("enter"))
	l.Show(tuitest.Fixing(time.Now()))
	see(t, tm, "Diagnosis complete")
	tm.Send(tuitest.Key("t"))
	see(t, tm, "looking again")
	if !ran.Load() {
		t.Error("the shell did not run")
	}
	l.Show(tuitest.Solved(time.Now()))
	see(t, tm, "Solved in")
	tm.Send(tuitest.Key("ctrl+c"))
	tm.WaitFinished(t, teatest.WithFinalTimeout(10*time.Second))
	if !slices.Contains(l.Calls(), "recheck") {
		t.Errorf("calls %v: nothing was looked at again after the shell", l.Calls())
	}
}
