package fsrs

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// Config are the parameters. The zero value of a field is its default.
type Config struct {
	Retention   float64   // wanted rate of recall, 0.7 … 0.99; 0.9
	MaximumDays int       // longest interval; 36500
	Weights     []float64 // the 21 of FSRS-6, see model.Migrate; those published with it
	Learning    Steps     // of a new card; 1 and 10 minutes. Empty, but not nil, is none
	Relearning  Steps     // of a forgotten card; 10 minutes
	Exact       bool      // intervals are not moved by chance
}

// The values of an empty Config.
const (
	DefaultRetention = 0.9
	defaultMaximum   = 36500 // days
)

// DefaultLearning are the steps of a new card, and DefaultRelearning those of a
// forgotten one.
func DefaultLearning() Steps   { return Steps{time.Minute, 10 * time.Minute} }
func DefaultRelearning() Steps { return Steps{10 * time.Minute} }

// rules is part of every name and is counted up when this package makes other
// intervals of the same parameters.
const rules = 2

// New validates the parameters. The error names the first one that is wrong.
func New(c Config) (*Scheduler, error) {
	s, err := build(c)
	if err != nil {
		return nil, fmt.Errorf("fsrs parameters: %w", err)
	}
	return s, nil
}

func build(c Config) (*Scheduler, error) {
	s := &Scheduler{exact: c.Exact, retention: DefaultRetention, maximum: defaultMaximum, learning: DefaultLearning(), relearning: DefaultRelearning()}
	if c.Retention != 0 {
		s.retention = c.Retention
	}
	if !(s.retention >= 0.7 && s.retention <= 0.99) {
		return nil, fmt.Errorf("retention %v is not within 0.7 … 0.99", c.Retention)
	}
	if c.MaximumDays != 0 {
		s.maximum = c.MaximumDays
	}
	if s.maximum < 1 || s.maximum > defaultMaximum {
		return nil, fmt.Errorf("maximum of %d days is not within 1 … %d", c.MaximumDays, defaultMaximum)
	}
	for _, p := range []struct {
		name  string
		given Steps
		into  *Steps
	}{{"learning", c.Learning, &s.learning}, {"relearning", c.Relearning, &s.relearning}} {
		if p.given == nil {
			continue
		}
		if err := p.given.check(); err != nil {
			return nil, fmt.Errorf("%s %w", p.name, err)
		}
		*p.into = append(Steps{}, p.given...)
	}
	w := model.Published()
	if c.Weights != nil {
		if len(c.Weights) != len(w) {
			return nil, fmt.Errorf("%d weights, FSRS-6 has %d", len(c.Weights), len(w))
		}
		copy(w[:], c.Weights)
	}
	var err error
	if s.model, err = model.New(w, len(s.relearning)); err != nil {
		return nil, err
	}
	s.algorithm = s.name()
	return s, nil
}

// name digests all that decides over a schedule.
func (s *Scheduler) name() string {
	text := fmt.Sprintf("rules %d, weights %v, retention %v, maximum %d, learning %v, relearning %v, exact %v",
		rules, s.model.Weights(), s.retention, s.maximum, []time.Duration(s.learning), []time.Duration(s.relearning), s.exact)
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("fsrs-6/%x", sum[:6])
}
