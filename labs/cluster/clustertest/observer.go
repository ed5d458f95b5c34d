package clustertest

import (
	"context"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Observer sees what Look returns, every 50 ms while it runs.
type Observer struct {
	Look func() snapshot.Snapshot

	mu      sync.Mutex
	last    snapshot.Snapshot
	changed chan struct{}
	fail    chan error
}

// NewObserver makes an observer of what look returns.
func NewObserver(look func() snapshot.Snapshot) *Observer {
	return &Observer{Look: look, changed: make(chan struct{}, 1), fail: make(chan error, 1)}
}

// Run looks until ctx ends, or until Fail.
func (o *Observer) Run(ctx context.Context) error {
	for {
		s := o.Look()
		o.mu.Lock()
		o.last = s
		o.mu.Unlock()
		select {
		case o.changed <- struct{}{}:
		default:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-o.fail:
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Fail ends Run with an error.
func (o *Observer) Fail(err error) { o.fail <- err }

// Snapshot is the last look.
func (o *Observer) Snapshot() snapshot.Snapshot {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}

// Changed says that there is a newer snapshot.
func (o *Observer) Changed() <-chan struct{} { return o.changed }

// Fresh looks now.
func (o *Observer) Fresh(ctx context.Context) (snapshot.Snapshot, error) { return o.Look(), ctx.Err() }

// Close has nothing to end.
func (o *Observer) Close() {}
