package main

import (
	"context"
	"net"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/record"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// redirecting is a cluster in which larch redirects to tamarack.
func redirecting(t *testing.T) snapshot.Snapshot {
	t.Helper()
	f, err := os.Open("../../labs/accuracy/cases/t4-redirect-to-another-host/snapshot.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := record.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNamesOfRedirects: where a redirect leads to another host, its name is
// asked for as well, and only then can it be judged.
func TestNamesOfRedirects(t *testing.T) {
	t.Parallel()
	s := redirecting(t)
	whole := s.Zone
	var asked []string
	names := newWorldNames(func(_ context.Context, host string) ([]string, error) {
		asked = append(asked, host)
		if a := snapshot.Resolve(whole, host); len(a) > 0 {
			return a, nil
		}
		return nil, &net.DNSError{IsNotFound: true}
	})
	q := question{request: labs.Request{Name: "main", From: "outside", URL: "http://larch.example.com/", Follow: true}}
	look := func() snapshot.Snapshot {
		s.Zone, _ = names.get()
		return s
	}
	names.learn(t.Context(), hostsOf([]labs.Request{q.request}))
	if p := trace.Trace(q.request, look()); overall(p) == labs.Healthy {
		t.Error("without the other name it is healthy")
	}
	for range 2 {
		names.learn(t.Context(), q.hosts(look()))
	}
	if diff := cmp.Diff([]string{"larch.example.com", "tamarack.example.com"}, slices.Compact(slices.Sorted(slices.Values(asked)))); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if p := trace.Trace(q.request, look()); overall(p) != labs.Healthy {
		t.Errorf("with both names it is not healthy: %+v", p.Layers())
	}
	if names.learn(t.Context(), q.hosts(look())) {
		t.Error("it never ends")
	}
}
