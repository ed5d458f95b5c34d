package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/tui"
)

// fakeBackend goes up as it is told to.
type fakeBackend struct {
	up     func(context.Context, func(cluster.Progress)) error
	mu     sync.Mutex
	handle *cluster.Handle
	gone   error // of Attach without a handle
}

var _ cluster.Backend = (*fakeBackend)(nil)

func (f *fakeBackend) Name() string { return "fake" }

func (f *fakeBackend) Up(ctx context.Context, report func(cluster.Progress)) (*cluster.Handle, error) {
	return f.handle, f.up(ctx, report)
}

func (f *fakeBackend) Attach(context.Context) (*cluster.Handle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.handle == nil {
		return nil, cmp.Or(f.gone, cluster.ErrNotRunning)
	}
	return f.handle, nil
}

func (f *fakeBackend) set(h *cluster.Handle, gone error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.handle, f.gone = h, gone
}

func (f *fakeBackend) Down(context.Context) error { return nil }

func (f *fakeBackend) State(context.Context) cluster.State { return cluster.State{Name: "fake"} }

func (f *fakeBackend) Reset(context.Context) error { return nil }

func (f *fakeBackend) Close() {}

func TestBackgroundTellsEveryStateOnTheWayUp(t *testing.T) {
	t.Parallel()
	step := make(chan cluster.Progress)
	b := newBackground(&fakeBackend{
		handle: &cluster.Handle{Name: "fake"},
		up: func(_ context.Context, report func(cluster.Progress)) error {
			for p := range step {
				report(p)
			}
			return nil
		},
	}, time.Now)
	b.Ensure(t.Context())
	b.Ensure(t.Context()) // twice is once
	after := 2            // off, then starting
	for _, c := range []struct {
		send cluster.Progress
		want string
	}{
		{cluster.Progress{Phase: "build", Waiting: "gatedrill-istio", Done: 3, Total: 9}, tui.ClusterGetting},
		{cluster.Progress{Phase: "istiod", Waiting: "istiod"}, tui.ClusterStarting},
	} {
		step <- c.send
		got, version, err := b.Watch(t.Context(), after)
		if err != nil || got.State != c.want || got.Waiting != c.send.Waiting || got.Total != c.send.Total {
			t.Fatalf("after %+v: got %+v, %v", c.send, got, err)
		}
		after = version
	}
	close(step)
	if h, err := b.Handle(t.Context()); err != nil || h.Name != "fake" {
		t.Fatalf("want the handle once it is up, got %v, %v", h, err)
	}
	b.Close()
}

func TestBackgroundNamesTheTroubleAndTriesAgain(t *testing.T) {
	t.Parallel()
	tries := 0
	b := newBackground(&fakeBackend{up: func(context.Context, func(cluster.Progress)) error {
		tries++
		return errors.New("user namespaces are forbidden: sysctl -w …")
	}}, time.Now)
	for want := 1; want <= 2; want++ {
		_, err := b.Handle(t.Context())
		if err == nil || !strings.Contains(err.Error(), "user namespaces are forbidden") {
			t.Fatalf("want the backend's own words, got %v", err)
		}
		if tries != want {
			t.Fatalf("want %d tries, got %d", want, tries)
		}
	}
	b.Close()
}

func TestBackgroundSeesAClusterComeAndGo(t *testing.T) {
	t.Parallel()
	f := &fakeBackend{handle: &cluster.Handle{Name: "fake"}, up: func(context.Context, func(cluster.Progress)) error { return nil }}
	b := newBackground(f, time.Now)
	b.Ensure(t.Context())
	if _, err := b.Handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	was := f.handle
	_, after, err := b.Watch(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		handle *cluster.Handle
		gone   error
		want   string
	}{
		{nil, cluster.ErrNotRunning, tui.ClusterOff}, // stopped elsewhere
		{was, nil, tui.ClusterReady},
		{nil, cluster.ErrEnded, tui.ClusterFailed},
		{was, nil, tui.ClusterReady},
		{nil, cluster.ErrEnded, tui.ClusterFailed},   // killed by who stops it,
		{nil, cluster.ErrNotRunning, tui.ClusterOff}, // then put in order
	} {
		f.set(c.handle, c.gone)
		got, number, err := b.Watch(t.Context(), after)
		if err != nil || got.State != c.want || (got.Trouble != "") != (c.want == tui.ClusterFailed) {
			t.Fatalf("want %q, got %+v, %v", c.want, got, err)
		}
		after = number
	}
}
