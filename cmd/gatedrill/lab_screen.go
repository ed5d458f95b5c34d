package main

import (
	"context"
	"errors"
	"io"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/tui"
)

// screenLabs is the lab service as the screens want it.
type screenLabs struct{ *labrun.Service }

var _ tui.Labs = screenLabs{}

// newScreenLabs makes the labs of the terminal program. Handle waits for the
// cluster; wrong verdicts make cards due.
func newScreenLabs(e *env, s *study.Service, handle func(context.Context) (*cluster.Handle, error)) screenLabs {
	due := func(lab string, _ labs.Step, cards []string) {
		// Cards that cannot be made due now stay as they are; the wrong
		// verdict itself is in the history.
		_, _ = s.MakeDue(context.Background(), cards, "wrong in lab "+lab)
	}
	return screenLabs{newLabs(e, handle, due)}
}

// Start gives up another lab that is in progress: the screen has asked.
func (s screenLabs) Start(ctx context.Context, id string) error {
	if _, err := s.List(ctx); err != nil { // reads what other programs wrote
		return err
	}
	if v := s.View(); v.Phase != labs.PhaseIdle && v.Phase != labs.PhaseSolved && v.Lab.ID != id {
		if err := s.Reset(ctx); err != nil && !errors.Is(err, labrun.ErrNoLab) {
			return err
		}
	}
	return s.Service.Start(ctx, id)
}

// Shell is the learner's shell, for the whole terminal.
func (s screenLabs) Shell(ctx context.Context) (tea.ExecCommand, error) {
	cmd, err := s.Service.Shell(ctx)
	if err != nil {
		return nil, err
	}
	return shellCommand{cmd}, nil
}

// shellCommand lets Bubble Tea give a command the terminal.
type shellCommand struct{ *cluster.Cmd }

// SetStdin gives the command its input.
func (c shellCommand) SetStdin(r io.Reader) { c.Stdin = r }

// SetStdout gives the command its output.
func (c shellCommand) SetStdout(w io.Writer) { c.Stdout = w }

// SetStderr gives the command its errors.
func (c shellCommand) SetStderr(w io.Writer) { c.Stderr = w }

// labInTrace is what a lab in progress adds to the trace command: the CAs of
// the labs, and the filter that hides what is not verified yet.
func labInTrace(ctx context.Context, e *env) (labTrace, error) {
	h, err := e.attach(ctx)
	if err != nil {
		return labTrace{}, fail(exitUnknown, err)
	}
	c, err := openCluster(h, e.Now)
	if err != nil {
		return labTrace{}, fail(exitUnknown, err)
	}
	s := newLabs(e, e.attach, nil)
	t := labTrace{Filter: s.Path}
	// A cluster without the labs' world has no CAs of theirs.
	if trust, err := c.World.Trust(ctx); err == nil {
		t.Trust = trust
	}
	return t, nil
}
