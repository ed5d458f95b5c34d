package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
)

// env is what the commands know of the world: streams, home directory,
// clock and environment. Nothing below cmd reads any of them by itself.
type env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Now    func() time.Time
	Getenv func(string) string
	Zone   *time.Location // the learner's zone; days roll over in it
	Home   string         // data directory; made on first use

	// backend makes the backend that labs run on; commands ask for it by
	// cluster, which makes it once.
	backend func(e *env) (cluster.Backend, error)
	opened  cluster.Backend
	labs    []string   // other folders of labs
	keep    bool       // a cluster that could not be made is left to be looked at
	lookup  lookupFunc // this machine's DNS
	// lab says what a lab in progress adds to `trace`; nil where labs are
	// not wired in.
	lab func(ctx context.Context, e *env) (labTrace, error)
}

// The exit codes of all commands, documented in `gatedrill help exit-codes`.
const (
	exitFailed  = 1 // the command could not do its work, or the answer is no
	exitUsage   = 2 // wrong arguments, or a terminal is needed
	exitUnknown = 3 // the cluster could not be asked: neither yes nor no
)

// exitError carries an exit code through cobra. An empty message prints
// nothing: the command has said everything already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// fail wraps an error with an exit code. A nil error exits silently.
func fail(code int, err error) error { return &exitError{code: code, err: err} }

// usagef is an error of usage: exit code 2.
func usagef(format string, a ...any) error { return fail(exitUsage, fmt.Errorf(format, a...)) }

// hosted fills an env from the process.
func hosted() (*env, error) {
	e := &env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Now: time.Now, Getenv: os.Getenv, Zone: learnerZone(os.Getenv, os.Readlink),
		backend: chosenBackend, lab: traceInLab, lookup: net.DefaultResolver.LookupHost,
	}
	home, err := homeDir(os.Getenv, os.UserHomeDir)
	if err != nil {
		return nil, err
	}
	e.Home = home
	return e, nil
}

// homeDir says where gatedrill keeps everything: $GATEDRILL_HOME, else
// $XDG_DATA_HOME/gatedrill, else ~/.local/share/gatedrill.
func homeDir(getenv func(string) string, userHome func() (string, error)) (string, error) {
	if d := getenv("GATEDRILL_HOME"); d != "" {
		return filepath.Abs(d)
	}
	d, err := dataHome(getenv, userHome)
	if err != nil {
		return "", fmt.Errorf("%w (set GATEDRILL_HOME)", err)
	}
	return filepath.Join(d, "gatedrill"), nil
}

// dataHome is where programs keep what they have: $XDG_DATA_HOME, else
// ~/.local/share.
func dataHome(getenv func(string) string, userHome func() (string, error)) (string, error) {
	if d := getenv("XDG_DATA_HOME"); d != "" {
		return d, nil
	}
	h, err := userHome()
	if err != nil {
		return "", fmt.Errorf("find a home directory: %w", err)
	}
	return filepath.Join(h, ".local", "share"), nil
}

// path names a file in the data directory.
func (e *env) path(parts ...string) string {
	return filepath.Join(append([]string{e.Home}, parts...)...)
}

// cluster returns the backend that labs run on.
func (e *env) cluster() (cluster.Backend, error) {
	if e.opened == nil {
		b, err := e.backend(e)
		if err != nil {
			return nil, err
		}
		e.opened = b
	}
	return e.opened, nil
}

// close ends what the commands began for the cluster.
func (e *env) close() {
	if e.opened != nil {
		e.opened.Close()
		e.opened = nil
	}
}

// attach returns the running cluster.
func (e *env) attach(ctx context.Context) (*cluster.Handle, error) {
	b, err := e.cluster()
	if err != nil {
		return nil, err
	}
	h, err := b.Attach(ctx)
	var said *kubecontext.Trouble // says what to do by itself
	if errors.Is(err, cluster.ErrNotRunning) && !errors.As(err, &said) {
		return nil, fmt.Errorf("attach to the %s: %w (start it with: gatedrill cluster up)", b.Name(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("attach to the %s: %w", b.Name(), err)
	}
	return h, nil
}

// bring returns the cluster that runs, and makes the chosen one run where none
// does.
func (e *env) bring(ctx context.Context) (*cluster.Handle, error) {
	h, err := e.attach(ctx)
	if !errors.Is(err, cluster.ErrNotRunning) {
		return h, err
	}
	b, err := e.cluster()
	if err != nil {
		return nil, err
	}
	say(e.Stderr, "no cluster is running; starting the "+b.Name())
	if h, err = e.up(ctx, b); err != nil {
		return nil, fmt.Errorf("start the %s: %w", b.Name(), err)
	}
	return h, nil
}

// up makes a cluster run, saying on standard error how far it is.
func (e *env) up(ctx context.Context, b cluster.Backend) (*cluster.Handle, error) {
	line := newProgressLine(e.Stderr)
	defer line.done()
	return b.Up(ctx, line.report)
}
