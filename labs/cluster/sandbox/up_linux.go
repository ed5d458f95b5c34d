package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// Up finds the sandbox running, or gets its programs and starts it, and
// returns when a gateway can be configured. What forbids namespaces is named
// before anything is started. When ctx ends first, a sandbox that this call
// started is ended too.
func (b *Backend) Up(ctx context.Context, report func(cluster.Progress)) (*cluster.Handle, error) {
	began := time.Now()
	say := func(p cluster.Progress) {
		p.Elapsed = time.Since(began)
		if report != nil {
			report(p)
		}
	}
	d, started, err := b.ensureDaemon(ctx, say)
	if err != nil {
		return nil, err
	}
	if err := b.follow(ctx, d, say); err != nil {
		if started && ctx.Err() != nil {
			b.end(d)
		}
		return nil, err
	}
	return b.handle(d)
}

// Install gets the programs without starting anything.
func (b *Backend) Install(ctx context.Context, report func(cluster.Progress)) error {
	lock, err := b.lock(ctx, func(cluster.Progress) {})
	if err != nil {
		return err
	}
	if lock == nil { // it runs, so its programs are there; new ones are built beside them
		return programs.Ensure(ctx, b.o.Programs, report)
	}
	defer lock.Close()
	return programs.Ensure(ctx, b.o.Programs, report)
}

// Attach returns the way into a running sandbox.
func (b *Backend) Attach(context.Context) (*cluster.Handle, error) {
	d, ok := b.running()
	r, err := b.readReport()
	switch {
	case err != nil:
		return nil, err
	case r.Phase == phaseFailed:
		return nil, fmt.Errorf("%w: %s", cluster.ErrEnded, r.Error)
	case !ok && r.Phase != "": // who stops it removes the report
		return nil, cluster.ErrEnded
	case !ok:
		return nil, cluster.ErrNotRunning
	case r.Phase != phaseReady:
		return nil, fmt.Errorf("%w yet: it is starting (%s)", cluster.ErrNotRunning, r.Phase)
	}
	return b.handle(d)
}

// ensureDaemon returns the running daemon and whether this call started it.
func (b *Backend) ensureDaemon(ctx context.Context, say func(cluster.Progress)) (daemon, bool, error) {
	if err := b.checkPath(); err != nil {
		return daemon{}, false, err
	}
	lock, err := b.lock(ctx, say)
	if err != nil {
		return daemon{}, false, err
	}
	if lock == nil {
		d, ok := b.running()
		if !ok {
			return daemon{}, false, fmt.Errorf("the sandbox in %s ended just now; try again", b.dir)
		}
		return d, false, b.sameSettings(d)
	}
	defer lock.Close() // the daemon has its own copy by then
	if problems := Preflight(ctx, b.o.Self); len(problems) > 0 {
		return daemon{}, false, preflightError(problems)
	}
	if err := programs.Ensure(ctx, b.o.Programs, say); err != nil {
		return daemon{}, false, err
	}
	d, err := b.start(lock)
	return d, err == nil, err
}

// lock takes the start lock, waiting while another process starts the
// sandbox. It returns nil when the sandbox runs.
func (b *Backend) lock(ctx context.Context, say func(cluster.Progress)) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(b.lockFile()), 0o700); err != nil {
		return nil, fmt.Errorf("make the sandbox's directory: %w", err)
	}
	f, err := os.OpenFile(b.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the sandbox: %w", err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", b.lockFile(), err)
		}
		if _, ok := b.running(); ok {
			f.Close()
			return nil, nil
		}
		say(cluster.Progress{Phase: "waiting", Waiting: "another gatedrill that is starting the sandbox"})
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// sameSettings refuses to pass a sandbox with other settings off as the one
// that was asked for.
func (b *Backend) sameSettings(d daemon) error {
	if b.o.CRDs != "" && b.o.CRDs != d.CRDs {
		return fmt.Errorf("the sandbox runs with the %s Gateway API definitions; stop it first: gatedrill sandbox stop", d.CRDs)
	}
	if b.o.MeshConfig != "" && b.o.MeshConfig != d.MeshConfig {
		return errors.New("the sandbox runs with other mesh settings; stop it first: gatedrill sandbox stop")
	}
	return nil
}

// follow reports the daemon's progress until it is ready.
func (b *Backend) follow(ctx context.Context, d daemon, say func(cluster.Progress)) error {
	var last report
	for {
		r, err := b.readReport()
		if err != nil {
			return err
		}
		switch {
		case r.Phase == phaseReady:
			return b.alive(d)
		case r.Phase == phaseFailed:
			return fmt.Errorf("the sandbox did not start: %s\nits log: %s", r.Error, b.logFile())
		}
		if err := b.alive(d); err != nil {
			return err
		}
		if r.Phase != last.Phase || r.Waiting != last.Waiting {
			last = r
		}
		say(cluster.Progress{Phase: r.Phase, Waiting: r.Waiting})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// alive returns why the daemon is not, with the last it said.
func (b *Backend) alive(d daemon) error {
	alive := d.alive()
	if d.inside {
		_, alive = b.running()
	}
	if alive {
		return nil
	}
	if b.wasStopped(d) {
		return errors.New("the sandbox was stopped by another program while it was starting (start it again: gatedrill cluster up)")
	}
	return fmt.Errorf("the sandbox ended by itself; the end of its log, %s:\n%s", b.logFile(), b.lastLog(8))
}
