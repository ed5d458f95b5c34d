package main

import (
	"context"
	"net"
	"os"
	"slices"
	"sync"
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
		s.Zone, _ = names.get(nil)
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

// TestWorldNames: names that come later are asked for once, and what has no
// address stays a name.
func TestWorldNames(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[string]int{}
	n := newWorldNames(func(_ context.Context, host string) ([]string, error) {
		mu.Lock()
		asked[host]++
		mu.Unlock()
		if host == "lb.example.net" {
			return []string{"198.51.100.7"}, nil
		}
		return nil, &net.DNSError{IsNotFound: true}
	})
	if zone, why := n.get(nil); zone != nil || why == "" {
		t.Errorf("before any request: %v, %q", zone, why)
	}
	n.learn(t.Context(), []string{"shop.example.com"})
	for range 2 {
		zone, why := n.get([]string{"lb.example.net", "gone.example.net"})
		if _, ok := zone["gone.example.net"]; ok || why != "" || !slices.Equal(zone["lb.example.net"], []string{"198.51.100.7"}) {
			t.Errorf("%v, %q", zone, why)
		}
	}
	if asked["lb.example.net"] != 1 || asked["gone.example.net"] != 1 {
		t.Errorf("asked %v", asked)
	}
}
