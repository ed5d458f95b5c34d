package cluster_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

func TestLock(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "for", "it")
	if cluster.Locked(dir) {
		t.Error("locked before it is there")
	}
	unlock, err := cluster.Lock(t.Context(), dir, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	if !cluster.Locked(dir) {
		t.Error("not locked")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	waits := false
	if _, err := cluster.Lock(ctx, dir, func() { waits = true }); !errors.Is(err, context.DeadlineExceeded) || !waits {
		t.Errorf("%v, waits: %v", err, waits)
	}
	time.AfterFunc(50*time.Millisecond, unlock)
	unlock, err = cluster.Lock(t.Context(), dir, func() {})
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if cluster.Locked(dir) {
		t.Error("still locked")
	}
}
