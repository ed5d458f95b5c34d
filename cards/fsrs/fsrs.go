// Package fsrs schedules cards by FSRS-6. Learning steps and intervals are
// made of its memory model by Anki's rules here. Time is always given, and
// days are the learner's own.
//
// It knows no storage; study calls it through the interface.
package fsrs

import (
	"fmt"
	"math"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// Scheduler is FSRS-6. It is safe for concurrent use.
type Scheduler struct {
	model      model.Model
	retention  float64
	learning   Steps
	relearning Steps
	maximum    int // days
	exact      bool
	algorithm  string
}

var _ cards.Scheduler = (*Scheduler)(nil)

// Algorithm is "fsrs-6/" and a digest of the values of all parameters and of
// the rules by which they are used: one name never means two things. It is one
// for all cards.
func (s *Scheduler) Algorithm(string) string { return s.algorithm }

// Aims are the wanted rate of recall, twice: all decks have the same.
func (s *Scheduler) Aims() (least, most float64) { return s.retention, s.retention }

// Preview says what each rating would do now. A clock or a day that went back
// behind the last review counts as no time passed.
func (s *Scheduler) Preview(card string, m cards.Memory, now cards.Moment) ([4]cards.Choice, error) {
	var out [4]cards.Choice
	if err := check(m); err != nil {
		return out, fmt.Errorf("schedule card %q: %w", card, err)
	}
	if now.At.Before(m.LastReview) {
		now.At = m.LastReview
	}
	now.Day = max(now.Day, m.LastDay)
	var states [4]model.State
	var intervals [4]float64 // days
	for i := range states {
		if m.State == cards.New {
			states[i] = s.model.First(i + 1)
		} else {
			states[i] = s.model.Next(model.State{Stability: m.Stability, Difficulty: m.Difficulty}, i+1, now.Day-m.LastDay)
		}
		intervals[i] = s.model.Interval(states[i].Stability, s.retention)
	}
	waits := s.waits(m, intervals, s.fuzz(card, m.Reps))
	for i, w := range waits {
		r := cards.Again + cards.Rating(i)
		out[i] = cards.Choice{Rating: r, After: after(m, states[i], w, now), Interval: w.interval()}
		if m.State == cards.Review && r == cards.Again {
			out[i].After.Lapses++
		}
	}
	return out, nil
}

// Next applies one rating.
func (s *Scheduler) Next(card string, m cards.Memory, r cards.Rating, now cards.Moment) (cards.Memory, error) {
	if r < cards.Again || r > cards.Easy {
		return cards.Memory{}, fmt.Errorf("schedule card %q: there is no rating %d", card, int(r))
	}
	all, err := s.Preview(card, m, now)
	return all[r-cards.Again].After, err
}

// check refuses a memory that no answer can have led to, so that a damaged
// log is named instead of scheduled by.
func check(m cards.Memory) error {
	if m.State < cards.New || m.State > cards.Relearning {
		return fmt.Errorf("it is in %v", m.State)
	}
	if m.State != cards.New && !(m.Stability > 0 && m.Stability <= math.MaxFloat32 && m.Difficulty >= 1 && m.Difficulty <= 10) {
		return fmt.Errorf("stability %v and difficulty %v are none that FSRS gives", m.Stability, m.Difficulty)
	}
	return nil
}

// wait is the time until a card comes again: days, or a step within the day.
type wait struct {
	days  int
	delay time.Duration
	step  int
	state cards.State
}

func (w wait) interval() time.Duration {
	if w.days > 0 {
		return time.Duration(w.days) * 24 * time.Hour
	}
	return w.delay
}

func after(m cards.Memory, known model.State, w wait, now cards.Moment) cards.Memory {
	a := cards.Memory{
		State: w.state, Stability: known.Stability, Difficulty: known.Difficulty,
		LastReview: now.At, LastDay: now.Day, Reps: m.Reps + 1, Lapses: m.Lapses, Step: w.step, Suspended: m.Suspended,
	}
	if w.days > 0 {
		a.DueDay = now.Day + w.days
	} else {
		a.Due = now.At.Add(w.delay)
	}
	return a
}

// waits says when the card comes again after each rating.
func (s *Scheduler) waits(m cards.Memory, intervals [4]float64, f fuzz) [4]wait {
	again, hard, good, easy := intervals[0], intervals[1], intervals[2], intervals[3]
	days := func(n int) wait { return wait{days: n, state: cards.Review} }
	if m.State == cards.Review {
		first := days(f.days(again, 1))
		if w, ok := s.relearning.again(cards.Relearning); ok {
			first = w
		}
		last := m.DueDay - m.LastDay
		h := f.days(hard, grown(hard, last))
		g := f.days(good, max(grown(good, last), h+1))
		e := f.days(easy, max(grown(easy, last), g+1))
		return [4]wait{first, days(h), days(g), days(e)}
	}
	path, state := s.learning, cards.Learning
	if m.State == cards.Relearning {
		path, state = s.relearning, cards.Relearning
	}
	g := f.days(whole(good), 1)
	out := [4]wait{days(f.days(whole(again), 1)), days(f.days(whole(hard), 1)), days(g), days(f.days(whole(easy), g+1))}
	for i, step := range []func() (wait, bool){
		func() (wait, bool) { return path.again(state) },
		func() (wait, bool) { return path.hard(m.Step, state) },
		func() (wait, bool) { return path.good(m.Step, state) },
	} {
		if w, ok := step(); ok {
			out[i] = w
		}
	}
	return out
}

// grown is the least interval of a card that was known: where FSRS lets it
// grow, chance does not shorten it.
func grown(interval float64, last int) int {
	if last > 0 && math.Round(interval) > float64(last) {
		return last + 1
	}
	return 1
}

func whole(interval float64) float64 { return max(1, math.Round(interval)) }
