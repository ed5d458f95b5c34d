package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// Status says how the sandbox is.
func (b *Backend) Status(context.Context) (Status, error) {
	s := Status{State: cluster.Off, Dir: b.dir, Missing: b.o.Programs.Missing()}
	r, err := b.readReport()
	if err != nil {
		return s, err
	}
	d, ok := b.running()
	if !ok {
		if r.Phase == phaseFailed {
			s.failed(r.Error)
		} else if r.Phase != "" {
			s.failed("it ended without being stopped")
		}
		return s, nil
	}
	s.Inside = d.inside
	if r.Phase == phaseFailed { // it has said so, and is about to end
		s.failed(r.Error)
		s.PID, s.CRDs, s.Started, s.Phases = d.PID, d.CRDs, d.Started, r.Phases
		return s, nil
	}
	s.State, s.PID, s.CRDs, s.Started = cluster.Starting, d.PID, d.CRDs, d.Started
	s.Phase, s.Waiting, s.Phases = r.Phase, r.Waiting, r.Phases
	if r.Phase == phaseReady {
		s.State, s.Kubeconfig, s.DialSocket = cluster.Ready, b.kubeconfig(), b.dialSocket()
	}
	s.Processes, s.Anonymous = d.memory()
	s.Outdated = programs.ChangedSince(b.o.Programs.Dir, d.Started)
	return s, nil
}

// Logs copies the daemon's log, and follows it when asked to, until ctx ends.
func (b *Backend) Logs(ctx context.Context, w io.Writer, follow bool) error {
	f, err := os.Open(b.logFile())
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the sandbox has no log: it was never started in %s", b.dir)
	}
	if err != nil {
		return fmt.Errorf("open the sandbox's log: %w", err)
	}
	defer f.Close()
	for {
		if _, err := io.Copy(w, f); err != nil {
			return err
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}
