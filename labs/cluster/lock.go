package cluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Lock keeps other programs from what is done with a directory meanwhile, until
// unlock. Before it waits for one it says so.
func Lock(ctx context.Context, dir string, wait func()) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock the cluster: %w", err)
	}
	l := lockOf(dir)
	got, err := l.TryLock()
	if err == nil && !got {
		wait()
		_, err = l.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the cluster: %w", err)
	}
	return func() { _ = l.Unlock() }, nil
}

// Locked says whether somebody holds a directory's lock.
func Locked(dir string) bool {
	l := lockOf(dir)
	got, err := l.TryRLock()
	if got {
		_ = l.Unlock()
	}
	return err == nil && !got
}

func lockOf(dir string) *flock.Flock { return flock.New(filepath.Join(dir, "lock")) }
