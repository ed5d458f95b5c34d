// Package fsrs schedules cards by FSRS-6. It adapts go-fsrs to
// cards.Scheduler: parameters are validated instead of silently replaced,
// time is always given, and days are the learner's own.
//
// It knows no storage; study calls it through the interface.
package fsrs

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	lib "github.com/open-spaced-repetition/go-fsrs/v4"

	"github.com/gatedrill/gatedrill/cards"
)

// Config are the parameters. The zero value of a field is its default.
type Config struct {
	Retention   float64         // wanted rate of recall, 0.7 … 0.99; 0.9
	MaximumDays int             // longest interval; 36500
	Weights     []float64       // the 21 of FSRS-6; those of go-fsrs
	Learning    []time.Duration // steps of a new card; 1 and 10 minutes
	Relearning  []time.Duration // steps of a forgotten card; 10 minutes
	Calendar    cards.Calendar  // when a day begins
}

// Scheduler is FSRS-6. It is safe for concurrent use.
type Scheduler struct {
	fsrs      *lib.FSRS
	calendar  cards.Calendar
	algorithm string
}

var _ cards.Scheduler = (*Scheduler)(nil)

// New validates the parameters. The error names the first one that is wrong.
func New(c Config) (*Scheduler, error) {
	p, err := parameters(c)
	if err != nil {
		return nil, fmt.Errorf("fsrs parameters: %w", err)
	}
	if c.Calendar.Rollover < 0 || c.Calendar.Rollover > 23 {
		return nil, fmt.Errorf("fsrs parameters: rollover hour %d is not within 0 … 23", c.Calendar.Rollover)
	}
	return &Scheduler{fsrs: lib.NewFSRS(p), calendar: c.Calendar, algorithm: name(p)}, nil
}

func parameters(c Config) (lib.Parameters, error) {
	p := lib.DefaultParam()
	if c.Retention != 0 {
		p.RequestRetention = c.Retention
	}
	if !(p.RequestRetention >= 0.7 && p.RequestRetention <= 0.99) {
		return p, fmt.Errorf("retention %v is not within 0.7 … 0.99", c.Retention)
	}
	if c.MaximumDays != 0 {
		p.MaximumInterval = float64(c.MaximumDays)
	}
	if c.MaximumDays < 0 || c.MaximumDays > 36500 {
		return p, fmt.Errorf("maximum of %d days is not within 1 … 36500", c.MaximumDays)
	}
	if c.Weights != nil {
		if len(c.Weights) != len(p.W) {
			return p, fmt.Errorf("%d weights, FSRS-6 has %d", len(c.Weights), len(p.W))
		}
		copy(p.W[:], c.Weights)
	}
	var err error
	if p.LearningSteps, err = steps("learning", c.Learning, p.LearningSteps); err != nil {
		return p, err
	}
	if p.RelearningSteps, err = steps("relearning", c.Relearning, p.RelearningSteps); err != nil {
		return p, err
	}
	return p, checkWeights(p)
}

// checkWeights finds what NewFSRS would change without a word.
func checkWeights(p lib.Parameters) error {
	used := lib.NewFSRS(p).W
	for i, w := range p.W {
		if math.IsNaN(w) || math.IsInf(w, 0) || used[i] != w {
			return fmt.Errorf("weight %d is %v, out of its range", i, w)
		}
	}
	return nil
}

func steps(what string, given []time.Duration, def []float64) ([]float64, error) {
	if given == nil {
		return def, nil
	}
	out := make([]float64, 0, len(given))
	for _, d := range given {
		if d <= 0 || d >= 24*time.Hour {
			return nil, fmt.Errorf("%s step of %v is not between 0 and one day", what, d)
		}
		out = append(out, d.Minutes())
	}
	return out, nil
}

// name tells apart what would schedule differently.
func name(p lib.Parameters) string {
	d := lib.DefaultParam()
	describe := func(p lib.Parameters) string {
		return fmt.Sprint(p.W, p.RequestRetention, p.MaximumInterval, p.LearningSteps, p.RelearningSteps)
	}
	if describe(p) == describe(d) {
		return "fsrs-6/default"
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(describe(p))) // a hash's Write never fails
	return fmt.Sprintf("fsrs-6/%08x", h.Sum32())
}

// Algorithm is "fsrs-6/default", or "fsrs-6/" and a hash of the parameters.
func (s *Scheduler) Algorithm() string { return s.algorithm }

// Preview says what each rating would do now. A clock that went back behind
// the last review counts as no time passed.
func (s *Scheduler) Preview(m cards.Memory, now time.Time) ([4]cards.Choice, error) {
	var out [4]cards.Choice
	for r := cards.Again; r <= cards.Easy; r++ {
		after, wait, err := s.apply(m, r, now)
		if err != nil {
			return out, err
		}
		out[r-cards.Again] = cards.Choice{Rating: r, After: after, Interval: wait}
	}
	return out, nil
}

// Next applies one rating.
func (s *Scheduler) Next(m cards.Memory, r cards.Rating, now time.Time) (cards.Memory, error) {
	after, _, err := s.apply(m, r, now)
	return after, err
}

// apply gives go-fsrs whole days: it counts elapsed days by UTC dates, and
// so counts the learner's days when both moments are given as midnights of
// them. Steps within a day are then put on the real clock again, and a card
// due in some days is due when that day begins.
func (s *Scheduler) apply(m cards.Memory, r cards.Rating, now time.Time) (cards.Memory, time.Duration, error) {
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(m.LastReview) {
		now = m.LastReview
	}
	today := s.calendar.Date(s.calendar.Day(now))
	info, err := s.fsrs.Next(s.toLib(m), today, lib.Rating(r))
	if err != nil {
		return cards.Memory{}, 0, fmt.Errorf("schedule a card rated %q: %w", r, err)
	}
	after := cards.Memory{
		State:      cards.State(info.Card.State),
		Stability:  info.Card.Stability,
		Difficulty: info.Card.Difficulty,
		LastReview: now,
		Reps:       int(info.Card.Reps),
		Lapses:     int(info.Card.Lapses),
		Step:       s.position(info.Card),
		Suspended:  m.Suspended,
	}
	wait := info.Card.Due.Sub(today)
	after.Due = now.Add(wait)
	if days := int(info.Card.ScheduledDays); days > 0 {
		wait = time.Duration(days) * 24 * time.Hour
		after.Due = s.calendar.Start(s.calendar.Day(now) + days).UTC()
	}
	return after, wait, nil
}

func (s *Scheduler) toLib(m cards.Memory) lib.Card {
	c := lib.Card{
		State:      lib.State(m.State),
		Stability:  m.Stability,
		Difficulty: m.Difficulty,
		Reps:       uint64(max(m.Reps, 0)),
		Lapses:     uint64(max(m.Lapses, 0)),
	}
	if !m.LastReview.IsZero() {
		c.LastReview = s.calendar.Date(s.calendar.Day(m.LastReview))
	}
	if n := len(s.steps(m.State)); n > 0 {
		c.RemainingSteps = min(max(n-m.Step, 1), n)
	}
	return c
}

// position turns the steps that remain into the step that the card is at.
func (s *Scheduler) position(c lib.Card) int {
	return max(0, len(s.steps(cards.State(c.State)))-c.RemainingSteps)
}

func (s *Scheduler) steps(st cards.State) []float64 {
	switch st {
	case cards.Learning:
		return s.fsrs.LearningSteps
	case cards.Relearning:
		return s.fsrs.RelearningSteps
	case cards.New, cards.Review:
	}
	return nil
}
