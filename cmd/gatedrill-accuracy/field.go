//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/cmd/internal/lanes"
	"github.com/gatedrill/gatedrill/cmd/internal/tool"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/accuracy"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// field runs cases in several sandboxes.
type field struct {
	settings
	log   io.Writer
	now   func() time.Time
	trace accuracy.Tracer

	mu      sync.Mutex
	results []accuracy.Result
	begun   time.Time
	total   int
}

// run runs all cases. Without all of them there is no answer.
func (f *field) run(ctx context.Context, cases []accuracy.Case) ([]accuracy.Result, error) {
	f.begun, f.total = f.now(), len(cases)
	sandboxes := lanes.Sandboxes{Homes: f.home, Keep: f.keep, New: func(home string) cluster.Backend {
		return tool.Sandbox{Program: f.binary, Programs: f.programs, Home: home, Environ: os.Environ(), CRDs: "experimental"}.Backend(f.now)
	}}
	err := lanes.Run(ctx, f.lanes, cases, sandboxes, f.lane)
	return f.results, err
}

// lane runs cases in one sandbox.
func (f *field) lane(ctx context.Context, sandbox lanes.Lane[accuracy.Case]) error {
	if f.keep {
		fmt.Fprintf(f.log, "the sandbox stays: GATEDRILL_HOME=%s %s sandbox run -- kubectl get all -A\n", sandbox.Home, f.binary)
	}
	l, err := accuracy.Open(ctx, sandbox.Handle, f.now, sandbox.Home)
	if err != nil {
		return err
	}
	defer l.Close()
	for c := range sandbox.Work {
		o := accuracy.Options{Trace: f.trace, Keep: f.keep && len(f.results)+1 == f.total} // there is one lane
		if !f.record {
			if o.Said, err = accuracy.Said(os.DirFS(f.cases), c); err != nil && !errors.Is(err, accuracy.ErrNotRecorded) {
				return err
			}
		}
		r, err := l.Run(ctx, c, o)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
		if err := f.done(r); err != nil {
			return err
		}
	}
	return nil
}

// done keeps a result, and says so to whoever waits.
func (f *field) done(r accuracy.Result) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := r
	kept.Snapshot, kept.Path = snapshot.Snapshot{}, labs.Path{} // hundreds of them would fill the memory
	f.results = append(f.results, kept)
	fmt.Fprintf(f.log, "%3d/%d %6.1fs %-32s %4.1fs  %s\n", len(f.results), f.total, f.now().Sub(f.begun).Seconds(), r.Case.ID, r.Took.Seconds(), r.Words())
	if f.record && r.NotRun == "" && r.Problem == "" {
		return r.Record(f.cases)
	}
	return nil
}
