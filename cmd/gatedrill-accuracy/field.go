//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

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

// run runs all cases. The first error of a sandbox ends the run.
func (f *field) run(ctx context.Context, cases []accuracy.Case) ([]accuracy.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f.begun, f.total = f.now(), len(cases)
	queue := make(chan accuracy.Case, len(cases))
	for _, c := range cases {
		queue <- c
	}
	close(queue)
	lanes := min(f.lanes, len(cases))
	errs := make([]error, lanes)
	var wg sync.WaitGroup
	for i := range lanes {
		wg.Go(func() {
			if errs[i] = f.lane(ctx, i, queue); errs[i] != nil {
				cancel(errs[i])
			}
		})
	}
	wg.Wait()
	return f.results, errors.Join(errs...)
}

// lane starts a sandbox and runs cases in it until there are none left.
func (f *field) lane(ctx context.Context, n int, queue <-chan accuracy.Case) (err error) {
	home := filepath.Join(f.home, "lane-"+strconv.Itoa(n+1))
	if err := os.MkdirAll(home, 0o700); err != nil {
		return fmt.Errorf("make the home of a sandbox: %w", err)
	}
	b := tool.Sandbox{Program: f.binary, Programs: f.programs, Home: home, Environ: os.Environ(), CRDs: "experimental"}.Backend(f.now)
	h, err := b.Up(ctx, func(cluster.Progress) {})
	if err != nil {
		return err
	}
	if f.keep {
		fmt.Fprintf(f.log, "the sandbox stays: GATEDRILL_HOME=%s %s sandbox run -- kubectl get all -A\n", home, f.binary)
	} else {
		defer func() { err = errors.Join(err, b.Down(context.WithoutCancel(ctx))) }()
	}
	l, err := accuracy.Open(ctx, h, f.now, home)
	if err != nil {
		return err
	}
	defer l.Close()
	for c := range queue {
		o := accuracy.Options{Trace: f.trace, Keep: f.keep && len(queue) == 0}
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
