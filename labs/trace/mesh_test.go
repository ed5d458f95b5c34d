package trace_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// TestMesh: walks side by side tell what each alone tells; those that are
// brief leave out which other objects name the host, and nothing else.
func TestMesh(t *testing.T) {
	t.Parallel()
	w := crowd()
	w.ok()
	s := w.snapshot()
	requests := []labs.Request{w.request}
	for i := range 8 {
		r := w.request
		r.Name, r.URL = strconv.Itoa(i), "https://app-"+strconv.Itoa(i%4)+".example.org/"
		requests = append(requests, r)
	}
	m := trace.Of(s)
	got := make([]labs.Path, len(requests))
	var wg sync.WaitGroup
	for i, r := range requests {
		wg.Go(func() { got[i] = m.Brief(r) })
	}
	wg.Wait()
	for i, r := range requests {
		want := trace.Trace(r, s)
		if f := want.Layer(labs.LayerRoute).Facts; i == 0 && len(f["candidates"].([]string)) == 0 {
			t.Error("the whole walk names no other object")
		}
		for _, h := range want.Hops {
			for _, l := range h.Layers {
				delete(l.Facts, "candidates")
			}
		}
		if d := cmp.Diff(want, got[i]); d != "" {
			t.Errorf("%s (-alone +beside others):\n%s", r.URL, d)
		}
	}
}
