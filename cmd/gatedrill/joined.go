package main

import (
	"context"
	"errors"
	"io"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/explain"
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/tui"
)

// joinLabs fills the ports that need a cluster, or says why there is none.
// The result ends what it began; the cluster and the lab in it stay.
func joinLabs(e *env, s *lateStudy, ports *tui.Ports, opts *tui.Options) func() {
	backend, err := e.cluster()
	if err != nil {
		opts.NoLabs = err.Error()
		return func() {}
	}
	b := newBackground(backend, e.Now)
	quiet := *e // a broken lab is not listed here; `lab list` says why
	quiet.Stderr = io.Discard
	p := &labPort{Service: newLabs(&quiet, b.Handle, func(lab string, cards []string) error {
		_, err := s.Urge(opts.Context, cards, "wrong in lab "+lab)
		return err
	})}
	ports.Cluster, ports.Labs, ports.Shell = b, p, besideLab(p.Service)
	ports.Explain = explain.Log
	ports.Coach = &coach{study: s, labs: p.Service}
	return func() {
		// The lab stays, its clock stops; a pause that cannot be noted only
		// makes the attempt look longer.
		_ = p.Leave(context.Background())
		p.Close()
		b.Close()
	}
}

// labPort fits the lab service to the screens.
type labPort struct{ *labrun.Service }

var _ tui.Labs = (*labPort)(nil)

// Trace walks what the command would walk, and refuses the rest in its words.
func (p *labPort) Trace(ctx context.Context, url string) (labs.Path, error) {
	q, err := traceFlags{request: labs.Request{From: "outside"}}.build([]string{url})
	if err != nil {
		return labs.Path{}, err
	}
	return p.Service.Trace(ctx, q.request.URL)
}

// Shell is the learner's shell as the screens want it.
func (p *labPort) Shell(ctx context.Context) (tea.ExecCommand, error) {
	cmd, err := p.Service.Shell(ctx, nil)
	if err != nil {
		return nil, err
	}
	return onScreen{cmd}, nil
}

// onScreen is a command that takes the terminal over.
type onScreen struct{ *exec.Cmd }

func (c onScreen) SetStdin(r io.Reader) {
	if c.Stdin == nil {
		c.Stdin = r
	}
}

func (c onScreen) SetStdout(w io.Writer) {
	if c.Stdout == nil {
		c.Stdout = w
	}
}

func (c onScreen) SetStderr(w io.Writer) {
	if c.Stderr == nil {
		c.Stderr = w
	}
}

// traceInLab is what a lab in progress adds to `gatedrill trace`.
func traceInLab(ctx context.Context, e *env) (labTrace, error) {
	s := newLabs(e, e.attach, nil)
	defer s.Close()
	trust, err := s.Trust(ctx)
	if err != nil {
		return labTrace{}, err
	}
	return labTrace{Trust: trust, Filter: s.Path, Hides: hides(s.View().Phase)}, nil
}

// hides says whether a lab in that phase still asks what is broken.
func hides(p labs.Phase) bool {
	return p == labs.PhaseBreaking || p == labs.PhaseDiagnosing || p == labs.PhaseUnearned
}

// hiddenByLab is a path that was recorded, without what a lab in progress
// still hides: the recording may be of its own cluster.
func hiddenByLab(e *env, p labs.Path) labs.Path {
	if in := labOfContext(context.Background(), e, nil); in.Filter != nil {
		return in.Filter(p)
	}
	return p
}

// labOfContext is what a lab in progress hides of a cluster that somebody
// names, nil for a recording of one: it may be the lab's own by another way.
func labOfContext(ctx context.Context, e *env, h *cluster.Handle) labTrace {
	if e.lab == nil {
		return labTrace{}
	}
	s := newLabs(e, e.attach, nil)
	defer s.Close()
	_ = s.Path(labs.Path{}) // reads how far it is
	v := s.View()
	if !hides(v.Phase) || h != nil && e.another(ctx, h) {
		return labTrace{}
	}
	say(e.Stderr, "lab "+v.Lab.ID+" is in progress, and this may be its cluster: what it asks for is not shown")
	return labTrace{Filter: s.Path, Hides: true}
}

// another says whether a cluster is another one than that of the labs, for
// sure.
func (e *env) another(ctx context.Context, h *cluster.Handle) bool {
	own, err := e.attach(ctx)
	if err != nil {
		return errors.Is(err, cluster.ErrNotRunning) && !errors.Is(err, cluster.ErrNoAnswer)
	}
	a, err := own.Identity(ctx)
	if err != nil {
		return false
	}
	b, err := h.Identity(ctx)
	return err == nil && a != b
}
