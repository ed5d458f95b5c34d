package fsrs

import (
	"crypto/sha256"
	"fmt"
	"math"
	"time"

	lib "github.com/open-spaced-repetition/go-fsrs/v4"
)

// Config are the parameters. The zero value of a field is its default.
type Config struct {
	Retention   float64         // wanted rate of recall, 0.7 … 0.99; 0.9
	MaximumDays int             // longest interval; 36500
	Weights     []float64       // the 21 of FSRS-6; those published with it
	Learning    []time.Duration // steps of a new card; 1 and 10 minutes
	Relearning  []time.Duration // steps of a forgotten card; 10 minutes
	Exact       bool            // intervals are not moved by chance
}

// The defaults stand here and not in the library, whose next version may have
// others.
const (
	defaultRetention = 0.9
	defaultMaximum   = 36500 // days
)

var (
	defaultWeights = [...]float64{
		0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
		1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
	}
	defaultLearning   = steps{time.Minute, 10 * time.Minute}
	defaultRelearning = steps{10 * time.Minute}
)

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
	s := &Scheduler{exact: c.Exact, maximum: defaultMaximum, learning: defaultLearning, relearning: defaultRelearning}
	retention := defaultRetention
	if c.Retention != 0 {
		retention = c.Retention
	}
	if !(retention >= 0.7 && retention <= 0.99) {
		return nil, fmt.Errorf("retention %v is not within 0.7 … 0.99", c.Retention)
	}
	if c.MaximumDays != 0 {
		s.maximum = c.MaximumDays
	}
	if s.maximum < 1 || s.maximum > defaultMaximum {
		return nil, fmt.Errorf("maximum of %d days is not within 1 … %d", c.MaximumDays, defaultMaximum)
	}
	weights := c.Weights
	if weights == nil {
		weights = defaultWeights[:]
	}
	if len(weights) != len(defaultWeights) {
		return nil, fmt.Errorf("%d weights, FSRS-6 has %d", len(weights), len(defaultWeights))
	}
	for _, p := range []struct {
		name  string
		given []time.Duration
		into  *steps
	}{{"learning", c.Learning, &s.learning}, {"relearning", c.Relearning, &s.relearning}} {
		if p.given == nil {
			continue
		}
		if err := checkSteps(p.name, p.given); err != nil {
			return nil, err
		}
		*p.into = append(steps{}, p.given...)
	}
	s.model = lib.Parameters{RequestRetention: retention, MaximumInterval: float64(s.maximum), EnableShortTerm: true}
	copy(s.model.W[:], weights)
	if err := s.checkWeights(); err != nil {
		return nil, err
	}
	s.algorithm = s.name()
	return s, nil
}

func checkSteps(what string, given []time.Duration) error {
	for _, d := range given {
		if d <= 0 || d >= 24*time.Hour {
			return fmt.Errorf("%s step of %v is not between 0 and one day", what, d)
		}
	}
	return nil
}

// leastInitial is the least stability after a first answer: the library takes
// it in the place of every smaller weight.
const leastInitial = 0.1

// initial is how many weights are stabilities after a first answer.
const initial = 4

// checkWeights finds what the library would use another value for, without a
// word.
func (s *Scheduler) checkWeights() error {
	p := s.model
	p.RelearningSteps = make([]float64, len(s.relearning)) // their number bounds two weights
	used := lib.NewFSRS(p).W
	for i, w := range p.W {
		switch {
		case math.IsNaN(w) || math.IsInf(w, 0) || used[i] != w:
			return fmt.Errorf("weight %d is %v, out of its range", i, w)
		case i < initial && w < leastInitial:
			return fmt.Errorf("weight %d is %v, and less than %v is taken for that", i, w, leastInitial)
		}
	}
	return nil
}

// name digests all that decides over a schedule.
func (s *Scheduler) name() string {
	text := fmt.Sprintf("rules %d, weights %v, retention %v, maximum %d, learning %v, relearning %v, exact %v",
		rules, s.model.W, s.model.RequestRetention, s.maximum, []time.Duration(s.learning), []time.Duration(s.relearning), s.exact)
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("fsrs-6/%x", sum[:6])
}
