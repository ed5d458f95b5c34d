// Package run leads a learner through a lab. The rules are a pure function,
// next(state, event) → (state, effects); Service carries the effects out
// against a cluster and the history file. What a session knows is recomputed
// from those two, so that a program that dies loses nothing.
//
// It talks to the cluster through ports of its own (see ports.go) and knows
// neither a backend nor a screen.
package run

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/history"
)

// holdFor is how long goals and guards must hold before a lab is solved, and goals
// before it was mended too early.
const holdFor = 3 * time.Second

// State is a session at one moment. It is a value: next returns a new one and
// leaves its argument as it was.
type State struct {
	Lab     *labs.Lab
	Attempt string
	Phase   labs.Phase
	Doing   string
	Trouble string // what ended the attempt, or is wrong with the cluster
	Since   time.Time

	wasBroken bool      // the fault was seen in the cluster
	seen      time.Time // when it was; a look from before is of the healthy base
	pid       int       // of the program that puts the lab in, or takes it out

	worked time.Duration
	last   history.Record // of this attempt

	steps   map[labs.Step]step
	goals   []labs.CheckView
	guards  []labs.CheckView
	path    map[labs.Layer]mark
	hops    map[spot]mark
	way     []string  // names of the hops seen so far, from the client inwards
	main    labs.Path // the last look at the main request
	capture labs.Answer
	broken  labs.Answer // the capture when the fault was first seen
	held    time.Time   // since when everything holds; zero when it does not
	wrong   []string    // cards that wrong verdicts call for
	due     []string    // those of them that were made due
}

// step is what the learner has done in one step.
type step struct {
	answer, reply string
	verdict       labs.Verdict
	verdictRight  bool
	findingRight  bool
	wrong, hints  int
}

// spot is one layer of one hop.
type spot struct {
	hop   string
	layer labs.Layer
}

// mark is one layer of the live path.
type mark struct {
	now, was labs.Verdict
	changed  time.Time
}

// next is the mark after another look.
func (m mark) next(v labs.Verdict, at time.Time) mark {
	if m.now != "" && m.now != v {
		m.was, m.changed = m.now, at
	}
	m.now = v
	return m
}

// shown is the mark on screen, of a layer that was verified.
func (m mark) shown(l labs.Layer) labs.PathMark {
	return labs.PathMark{Layer: l, Verdict: cmp.Or(m.now, labs.Unknown), Was: m.was, Changed: m.changed}
}

// Event is something that happened to a session.
type Event interface{ event() }

// Recorded is a line of the history, written by this program or another.
// Own says that this one wrote it just now, so that it carries out what
// follows from it.
type Recorded struct {
	history.Record
	Own bool
}

// Observed is a look at the cluster.
type Observed struct {
	At      time.Time
	Main    labs.Path
	Goals   []check.Result
	Guards  []check.Result
	Trouble string // what keeps the lab from being judged
	// Replaced says that goals and guards hold although something is gone,
	// which may be the learner's way to mend the lab. It may also be that the
	// answers are older than the loss.
	Replaced bool
	Unready  bool // pods are on their way, by which an answer may change
	// Stated says that the capture is what the author wrote down; true where
	// nothing is written down.
	Stated bool
}

// Working says what is being waited for.
type Working struct {
	Phase labs.Phase
	Doing string
}

func (Recorded) event() {}
func (Observed) event() {}
func (Working) event()  {}
func (Ending) event()   {}

// Ending says that the attempt is about to be put away.
type Ending struct{}

// Effect is something a driver has to do.
type Effect interface{ effect() }

// Write appends a record to the history.
type Write struct{ history.Record }

// Urge urges the cards that the attempt's wrong verdicts call for: they wait to
// be answered now.
type Urge struct{ Cards []string }

func (Write) effect() {}
func (Urge) effect()  {}

// begin is the state of a new attempt.
func begin(lab *labs.Lab, r history.Record) State {
	return State{Lab: lab, Attempt: r.Attempt, Phase: labs.PhasePreparing, Since: r.At, last: r, pid: r.PID,
		steps: map[labs.Step]step{}, path: map[labs.Layer]mark{}, hops: map[spot]mark{}}
}

// abandoned says who goes on with what a program left half done when it died;
// "" when nothing is.
func (s State) abandoned(alive func(pid int) bool) string {
	if alive(s.pid) {
		return ""
	}
	switch s.Phase {
	case labs.PhasePreparing, labs.PhaseBreaking:
		return fmt.Sprintf("The program that put the lab in ended before it was done. gatedrill lab start %s goes on with it.", s.Lab.ID)
	case labs.PhaseResetting:
		return "The program that reset the lab ended before it was done. gatedrill lab reset goes on with it."
	}
	return ""
}

// Worked is the time worked until now.
func (s State) Worked(now time.Time) time.Duration { return s.worked + history.Work(s.last, now) }

// done says whether a step needs nothing more.
func (s State) done(name labs.Step) bool {
	st := s.steps[name]
	return st.findingRight && (st.verdictRight || len(name.Layers()) == 0)
}

// current is the first step that is not done, "" when all are.
func (s State) current() labs.Step {
	for _, name := range labs.Steps() {
		if !s.done(name) {
			return name
		}
	}
	return ""
}

// diagnosed says that all steps are done.
func (s State) diagnosed() bool { return s.current() == "" }

// reached says why a step is not to be worked on yet: the runbook is walked
// in order. Going back to earlier steps is free.
func (s State) reached(name labs.Step) error {
	if first := s.current(); first != "" && name.After(first) {
		return &labs.AheadError{Step: name, First: first}
	}
	return nil
}

// Verdict is the true verdict of a step, from the reports of its layers.
// Capture has none.
func Verdict(lab *labs.Lab, p labs.Path, name labs.Step) labs.Verdict {
	off := 0
	all := lab.Reports(name, p)
	unknown := len(all) == 0
	for _, r := range all {
		switch r.Verdict {
		case labs.Broken:
			return labs.Broken
		case labs.OffPath:
			off++
		case labs.Healthy:
		default:
			unknown = true
		}
	}
	switch {
	case unknown:
		return labs.Unknown
	case off == len(all):
		return labs.OffPath
	}
	return labs.Healthy
}
