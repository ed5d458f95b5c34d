package tui_test

import (
	"errors"
	"testing"

	"github.com/gatedrill/gatedrill/tui"
)

// Hosts are listed before a URL was typed; one is picked, narrowed down to,
// and traced.
func TestTracePicksAHost(t *testing.T) {
	t.Parallel()
	play(t, 100, 30, nil, func(x *world) {
		x.Press("t")
		x.Has("↓ picks one of these", "4 hosts", "*.example.org")
		x.Press("down", "enter")
		x.Has("stands for many hosts")
		wantCalls(t, x)
		x.Press("/")
		x.Type("api v1") // no cell holds the path
		x.Has("No host matches")
		x.Press("esc", "/")
		x.Type("api")
		x.HasNot("*.example.org")
		x.Press("enter", "enter")
		wantCalls(t, x, "trace https://api.example.com/v1")
		x.Has("no virtual host")
		x.HasNot("4 hosts")
		x.Press("enter", "down") // another one
		x.Has("▶ api.example.com")
	})
}

// A URL is typed as ever, whatever the hosts are: none, hidden, not read.
func TestTraceWithoutHosts(t *testing.T) {
	t.Parallel()
	setup := func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.labs.HostsErr = errors.New("a lab hides them")
	}
	play(t, 80, 24, setup, func(x *world) {
		x.Press("t")
		x.Has("its hosts are not listed: a lab hides them")
		x.HasNot("↓ hosts")
		x.Press("down")
		x.Type("a.example/b")
		x.Press("enter")
		wantCalls(t, x, "trace https://a.example/b")
	})
}
