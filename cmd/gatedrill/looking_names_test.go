package main

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
)

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
	if zone, why := n.get([]string{"lb.example.net"}); zone != nil || why == "" {
		t.Errorf("before any request: %v, %q", zone, why)
	}
	n.ask(t.Context(), nil)
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
