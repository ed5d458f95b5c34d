package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// ErrNoLab is returned where a lab must be in progress and none is.
var ErrNoLab = errors.New("no lab is in progress (start one: gatedrill lab start ID)")

// ErrUnknownLab is returned for an id that no lab has.
var ErrUnknownLab = errors.New("no lab is called")

// Config is what a Service needs of the world.
type Config struct {
	// Library gives the labs and the world they share. It is asked once, when
	// the first of them is needed.
	Library func() ([]labs.Lab, labs.World)
	Connect func(ctx context.Context) (*Cluster, error)
	// Lacks says what the cluster is known to lack for a lab, without asking
	// it; may be nil.
	Lacks   func(*labs.Lab) []string
	Read    Reader
	History *history.File
	Now     func() time.Time
	// OnUrge urges the cards that an attempt's wrong verdicts call for,
	// when it ends. What it could not do it says itself; they come again when
	// the attempt is put away.
	OnUrge func(lab string, cards []string) error
	// Dir holds the working directories of learners' shells.
	Dir string
	// PID is this program's; Alive says whether another one still runs.
	PID   int
	Alive func(pid int) bool
	// HealthyWithin and BrokenWithin bound the waits at a lab's start; 0
	// means 30 s each.
	HealthyWithin, BrokenWithin time.Duration
}

// Service runs labs, one at a time. Its methods may be called from any
// goroutine.
type Service struct {
	c       Config
	library func() ([]labs.Lab, labs.World)

	mu      sync.Mutex
	state   State
	unread  unread
	place   place
	read    int64            // offset in the history
	records []history.Record // all of them
	number  int              // of the view
	changed chan struct{}    // closed with every new view

	open sync.Mutex // one session is opened at a time
	sess *session
}

// New makes a service. It touches nothing until a method is called.
func New(c Config) *Service {
	if c.HealthyWithin == 0 {
		c.HealthyWithin = 30 * time.Second
	}
	if c.BrokenWithin == 0 {
		c.BrokenWithin = 30 * time.Second
	}
	if c.Alive == nil {
		c.Alive = func(int) bool { return false }
	}
	return &Service{c: c, library: sync.OnceValues(c.Library), state: State{Phase: labs.PhaseIdle}, changed: make(chan struct{})}
}

// List returns all labs, with what the history says of each. When a cluster
// is connected, Missing names what it lacks.
func (s *Service) List(context.Context) ([]labs.Listing, error) {
	if err := s.sync(); err != nil {
		return nil, err
	}
	all, _ := s.library()
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := history.Sums(s.records)
	var out []labs.Listing
	for i := range all {
		l := listing(&all[i])
		sum := sums[l.ID]
		l.Attempts, l.Solved, l.Best = sum.Attempts, sum.Solved, sum.Best
		l.InProgress = s.state.Lab != nil && s.state.Lab.ID == l.ID && s.state.Phase != labs.PhaseSolved
		if l.InProgress {
			l.StepsDone, l.Worked = s.state.stepsDone(), s.state.Worked(s.c.Now())
		}
		switch {
		case s.sess != nil:
			l.Missing = lacks(s.sess.cluster, &all[i])
		case s.c.Lacks != nil:
			l.Missing = s.c.Lacks(&all[i])
		}
		out = append(out, l)
	}
	return out, nil
}

// stepsDone counts the runbook's steps that are answered rightly.
func (s State) stepsDone() int {
	n := 0
	for _, name := range labs.Steps() {
		if s.done(name) {
			n++
		}
	}
	return n
}

// lacks lists what a lab requires and a cluster has not.
func lacks(c *Cluster, lab *labs.Lab) []string {
	var out []string
	for _, r := range lab.Requires {
		if !slices.Contains(c.Capabilities, labs.Capability(r)) {
			out = append(out, r)
		}
	}
	return out
}

func (s *Service) lab(id string) (*labs.Lab, error) {
	all, _ := s.library()
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("%w %q (list them: gatedrill lab list)", ErrUnknownLab, id)
}

// sync reads what was added to the history, by whomever, and applies it.
func (s *Service) sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.syncLocked(nil)
	return err
}

// syncLocked applies new records; the one equal to own is this program's.
func (s *Service) syncLocked(own *history.Record) ([]Effect, error) {
	records, next, err := s.c.History.Read(s.read)
	if err != nil {
		return nil, err
	}
	s.read = next
	var effects []Effect
	for _, r := range records {
		s.records = append(s.records, r)
		mine := own != nil && r.At.Equal(own.At) && r.Kind == own.Kind && r.Attempt == own.Attempt && r.Step == own.Step
		effects = append(effects, s.fold(Recorded{Record: r, Own: mine})...)
	}
	if len(records) > 0 {
		s.bump()
	}
	return effects, nil
}

// fold applies one record to the state.
func (s *Service) fold(e Recorded) []Effect {
	s.unread = s.unread.follow(e.Record)
	if e.Kind == history.Started {
		lab, err := s.lab(e.Lab)
		s.unread = unread{}
		if err != nil {
			s.state, s.unread = State{Phase: labs.PhaseIdle}, unread{e.Lab, e.Attempt}
			return nil
		}
		s.state = begin(lab, e.Record)
		return nil
	}
	if s.state.Lab == nil || e.Attempt != s.state.Attempt {
		return nil
	}
	var effects []Effect
	s.state, effects = next(s.state, e)
	return effects
}

// write appends a record, applies it, and carries out what follows from it.
func (s *Service) write(r history.Record) error {
	s.mu.Lock()
	r.At = r.At.UTC().Round(0)
	effects, err := s.syncLocked(nil)
	if err == nil {
		err = s.c.History.Append(r)
	}
	if err == nil {
		var more []Effect
		more, err = s.syncLocked(&r)
		effects = append(effects, more...)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.carryOut(r.Lab, effects)
}

func (s *Service) carryOut(lab string, effects []Effect) error {
	var errs []error
	for _, e := range effects {
		switch e := e.(type) {
		case Write:
			errs = append(errs, s.write(e.Record))
		case Urge:
			errs = append(errs, s.urge(lab, e.Cards))
		}
	}
	return errors.Join(errs...)
}

// apply applies an event that is not recorded.
func (s *Service) apply(e Event) error {
	s.mu.Lock()
	if s.state.Lab == nil {
		s.mu.Unlock()
		return nil
	}
	var effects []Effect
	s.state, effects = next(s.state, e)
	id := s.state.Lab.ID
	s.bump()
	s.mu.Unlock()
	return s.carryOut(id, effects)
}

// record writes a record of the attempt in progress.
func (s *Service) record(k history.Kind, change func(*history.Record)) error {
	st := s.now()
	if st.Lab == nil {
		return s.noLab()
	}
	r := history.Record{At: s.c.Now(), Attempt: st.Attempt, Lab: st.Lab.ID, Kind: k}
	if change != nil {
		change(&r)
	}
	return s.write(r)
}

func (s *Service) now() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// bump tells watchers that the view is another one. Called with mu held.
func (s *Service) bump() {
	s.number++
	close(s.changed)
	s.changed = make(chan struct{})
}

// View returns the session as it is now.
func (s *Service) View() labs.View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.viewLocked()
}

func (s *Service) viewLocked() labs.View {
	v := s.state.view(s.c.Now(), s.place)
	if s.state.Lab == nil {
		return v
	}
	sum := history.Sums(s.records)[s.state.Lab.ID]
	v.Lab.Attempts, v.Lab.Solved, v.Lab.Best = sum.Attempts, sum.Solved, sum.Best
	v.Lab.InProgress = v.Phase != labs.PhaseSolved
	return v
}

// Watch waits for the next change after a view number and returns the view
// with its number.
func (s *Service) Watch(ctx context.Context, after int) (labs.View, int, error) {
	for {
		s.mu.Lock()
		if s.number > after {
			defer s.mu.Unlock()
			return s.viewLocked(), s.number, nil
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return labs.View{}, after, ctx.Err()
		case <-changed:
		}
	}
}
