package main

import (
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// footprint is what a sandbox holds while no lab is in it.
type footprint struct {
	processes int
	anonymous int64 // bytes
	links     int   // of the network, pods' among them
	routes    int
}

// settling is how long pods that stop are waited for before the first look;
// settledWithin bounds the wait at the end: the daemon gives memory back every
// two minutes.
const (
	settling      = 15 * time.Second
	settledWithin = 150 * time.Second
)

// footprint looks at what the sandbox holds.
func (l *learner) footprint() footprint {
	l.t.Helper()
	s, err := l.backend.Status(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	lines := func(file string) int { return strings.Count(l.must(0, "cluster", "run", "--", "cat", file), "\n") }
	return footprint{s.Processes, s.Anonymous, lines("/proc/net/dev"), lines("/proc/net/route")}
}

// within says whether nothing is more than a tenth above another footprint.
func (f footprint) within(most footprint) bool {
	return 10*f.processes <= 11*most.processes && 10*f.links <= 11*most.links && 10*f.routes <= 11*most.routes &&
		10*f.anonymous <= 11*most.anonymous
}

// egressFirst moves a lab that brings the egress gateway in to the front: it
// stays in the world from then on, and is nothing that a lab left.
func egressFirst(list []labs.Lab) []labs.Lab {
	i := slices.IndexFunc(list, func(l labs.Lab) bool { return slices.Contains(l.Requires, string(labs.CapabilityEgress)) })
	if i < 0 {
		return list
	}
	return slices.Concat(list[i:i+1], list[:i], list[i+1:])
}

// leftNothing compares the sandbox with what it was after the first lab.
func (l *learner) leftNothing(first footprint) {
	l.t.Helper()
	last := l.footprint()
	for end := time.Now().Add(settledWithin); !last.within(first) && time.Now().Before(end); last = l.footprint() {
		time.Sleep(3 * time.Second)
	}
	l.t.Logf("after the first lab %+v, after all %+v", first, last)
	if !last.within(first) {
		l.t.Errorf("after all labs the sandbox holds more than after the first: %+v, it was %+v", last, first)
	}
}
