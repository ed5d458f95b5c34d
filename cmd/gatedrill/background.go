package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/tui"
)

// background brings the cluster up while the learner does something else, and
// tells the screens how it goes. A cluster outlives the program; what ends
// with it is only the bringing up.
type background struct {
	backend cluster.Backend
	now     func() time.Time

	mu      sync.Mutex
	status  tui.ClusterStatus
	version int
	changed chan struct{} // closed and replaced at each change
	began   time.Time
	running bool
	guarded bool
	ended   bool // found gone, as if by itself
	closed  chan struct{}
	wg      sync.WaitGroup
}

var _ tui.Cluster = (*background)(nil)

func newBackground(b cluster.Backend, now func() time.Time) *background {
	return &background{
		backend: b, now: now, changed: make(chan struct{}), closed: make(chan struct{}), version: 1,
		status: tui.ClusterStatus{Name: b.Name(), State: tui.ClusterOff},
	}
}

// Ensure begins to bring the cluster up, unless it is up or on its way.
func (b *background) Ensure(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running || b.status.State == tui.ClusterReady {
		return
	}
	b.running, b.ended, b.began = true, false, b.now()
	b.setLocked(func(s *tui.ClusterStatus) { s.State, s.Trouble = tui.ClusterStarting, "" })
	b.wg.Go(func() { b.bring(ctx) })
}

// headStart is what the screen's first frame gets before a start competes
// with it for the machine.
const headStart = 150 * time.Millisecond

func (b *background) bring(ctx context.Context) {
	select {
	case <-time.After(headStart):
	case <-ctx.Done():
	}
	_, err := b.backend.Up(ctx, b.progress)
	b.set(func(s *tui.ClusterStatus) {
		b.running = false
		s.Waiting, s.Done, s.Total, s.Elapsed = "", 0, 0, b.now().Sub(b.began)
		switch {
		case err == nil:
			s.State, s.Trouble = tui.ClusterReady, ""
			b.guardLocked(ctx)
		case ctx.Err() != nil || errors.Is(err, context.Canceled):
			s.State = tui.ClusterOff
		default:
			s.State, s.Trouble = tui.ClusterFailed, err.Error()
		}
	})
}

func (b *background) progress(p cluster.Progress) {
	b.set(func(s *tui.ClusterStatus) {
		s.State = tui.ClusterStarting
		if p.Phase == "build" || p.Phase == "download" {
			s.State = tui.ClusterGetting
		}
		s.Waiting, s.Done, s.Total, s.Elapsed, s.Trouble = p.Waiting, p.Done, p.Total, b.now().Sub(b.began), ""
	})
}

func (b *background) set(f func(*tui.ClusterStatus)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.setLocked(f)
}

func (b *background) setLocked(f func(*tui.ClusterStatus)) {
	f(&b.status)
	b.version++
	close(b.changed)
	b.changed = make(chan struct{})
}

// Watch waits for the next change after the given number.
func (b *background) Watch(ctx context.Context, after int) (tui.ClusterStatus, int, error) {
	for {
		b.mu.Lock()
		status, version, changed := b.status, b.version, b.changed
		b.mu.Unlock()
		if version > after {
			return status, version, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return status, version, context.Cause(ctx)
		}
	}
}

// Handle waits until the cluster is up, bringing it up if need be.
func (b *background) Handle(ctx context.Context) (*cluster.Handle, error) {
	b.Ensure(ctx)
	for after := 0; ; {
		status, version, err := b.Watch(ctx, after)
		if err != nil {
			return nil, err
		}
		switch status.State {
		case tui.ClusterReady:
			return b.attach(ctx)
		case tui.ClusterFailed:
			return nil, fmt.Errorf("start the %s: %s", status.Name, status.Trouble)
		}
		after = version
	}
}

// attach finds the running cluster; of one that is gone is said how it went,
// so that the next Ensure starts it again.
func (b *background) attach(ctx context.Context) (*cluster.Handle, error) {
	h, err := b.backend.Attach(ctx)
	switch {
	case errors.Is(err, cluster.ErrNotRunning):
		b.set(func(s *tui.ClusterStatus) { b.goneLocked(s, err) })
	case errors.Is(err, cluster.ErrTaken):
		b.set(taken(err))
	}
	return h, err
}

// guardEvery is how often to look whether the cluster is still there.
const guardEvery = time.Second

// guardLocked begins to look after a cluster that is up: it may be stopped,
// and started again, by a command elsewhere.
func (b *background) guardLocked(ctx context.Context) {
	if b.guarded {
		return
	}
	b.guarded = true
	b.wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-b.closed:
				return
			case <-time.After(guardEvery):
				b.look(ctx)
			}
		}
	})
}

// look says that the cluster is gone, or there again.
func (b *background) look(ctx context.Context) {
	_, err := b.backend.Attach(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.running:
	case err == nil && b.status.State != tui.ClusterReady:
		b.setLocked(func(s *tui.ClusterStatus) { s.State, s.Trouble = tui.ClusterReady, "" })
	case errors.Is(err, cluster.ErrNotRunning) && (b.status.State == tui.ClusterReady || b.ended && !errors.Is(err, cluster.ErrEnded)):
		b.setLocked(func(s *tui.ClusterStatus) { b.goneLocked(s, err) })
	case errors.Is(err, cluster.ErrTaken) && b.status.State == tui.ClusterReady:
		b.setLocked(taken(err))
	}
}

// taken says that somebody else uses the cluster by now.
func taken(err error) func(*tui.ClusterStatus) {
	return func(s *tui.ClusterStatus) { s.State, s.Trouble = tui.ClusterFailed, err.Error() }
}

// goneLocked tells a cluster that was stopped on purpose, by a command
// elsewhere, from one that ended by itself. One that had to be killed looks
// for a moment as if it had.
func (b *background) goneLocked(s *tui.ClusterStatus, err error) {
	b.ended = errors.Is(err, cluster.ErrEnded)
	s.State, s.Trouble = tui.ClusterOff, ""
	if b.ended {
		s.State = tui.ClusterFailed
		s.Trouble = fmt.Sprintf("the %s ended by itself; see: gatedrill cluster status", s.Name)
	}
}

// Close waits for the bringing up to end; its context has ended before.
func (b *background) Close() {
	close(b.closed)
	b.wg.Wait()
}
