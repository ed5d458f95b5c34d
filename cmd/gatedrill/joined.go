package main

import (
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui"
)

// joinLabs fills the ports that need a cluster, or says why there is none.
// The result ends what it began.
func joinLabs(e *env, _ *study.Service, ports *tui.Ports, opts *tui.Options) func() {
	backend, err := e.backend(e)
	if err != nil {
		opts.NoLabs = err.Error()
		return func() {}
	}
	b := newBackground(backend, e.Now)
	ports.Cluster = b
	return b.Close
}
