package observe

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// TestAnAPIThatStopsAnsweringIsNoticed: its watches stay open and tell
// nothing, so that what they last said would be taken for the truth.
func TestAnAPIThatStopsAnsweringIsNoticed(t *testing.T) {
	t.Parallel()
	var asleep atomic.Bool
	wake := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asleep.Load() {
			select {
			case <-wake:
			case <-r.Context().Done():
			}
			return
		}
		if r.URL.Path == "/readyz" {
			return
		}
		http.NotFound(w, r) // no such kinds, so no such objects
	}))
	t.Cleanup(api.Close)
	t.Cleanup(func() { close(wake) })
	o, err := New(&cluster.Handle{REST: &rest.Config{Host: api.URL}}, Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	defer func() { cancel(); <-done }()
	await := func(what string, want func(string) bool) {
		t.Helper()
		for end := time.After(15 * time.Second); ; {
			missing := o.Snapshot().Missing
			why := missing["cluster"] + missing["Deployment"]
			if want(why) {
				return
			}
			select {
			case <-o.Changed():
			case <-end:
				t.Fatalf("%s: Deployments are missing because %q", what, why)
			}
		}
	}
	await("awake", func(why string) bool { return why == "" })
	asleep.Store(true)
	await("asleep", func(why string) bool { return strings.Contains(why, "does not answer") })
	asleep.Store(false)
	await("awake again", func(why string) bool { return why == "" })
}
