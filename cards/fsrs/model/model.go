// Package model is the memory model of FSRS-6: what an answer does to a
// card's stability and difficulty, and how likely it is to be recalled after
// some days. It is pure arithmetic over 21 weights, in the formulas of fsrs-rs
// and py-fsrs, whose vectors it is tested with.
//
// It knows no cards, no steps and no calendar. fsrs schedules by it, and
// optimize fits its weights to a learner's log.
package model

import (
	"fmt"
	"math"
)

// State is what is known of the memory of one card.
type State struct {
	Stability  float64 // days until recall falls to 90 %
	Difficulty float64 // 1 … 10
}

// The bounds of a state.
const (
	LeastStability  = 0.001
	MostStability   = 36500
	LeastDifficulty = 1
	MostDifficulty  = 10
)

// Ratings as FSRS numbers them.
const (
	Again = iota + 1
	Hard
	Good
	Easy
)

// Model is the memory model with its weights. It is a value.
type Model struct {
	w      Weights
	decay  float64
	factor float64

	factorByDecay float64 // how much the factor changes with the decay
	// What of the formulas hangs on the weights alone.
	growth  float64 // of a card that was recalled
	ceiling float64 // a forgotten card's stability is divided by it at least
	easy    float64 // difficulty that all others drift to
}

// New takes the weights as they are: one that is out of its range is refused.
// Relearning is the number of steps of a forgotten card. More than one of them
// narrow the range of two weights, which are moved into it: whoever adds a step
// need not know of weights.
func New(w Weights, relearning int) (Model, error) {
	clipped := w.Clip(1)
	for i := range w {
		if clipped[i] != w[i] { // a NaN is never equal
			low, high := w.bounds(1, i)
			return Model{}, fmt.Errorf("weight %d is %v, out of its range %.4g … %.4g", i, w[i], low, high)
		}
	}
	return Clipped(w, relearning), nil
}

func of(w Weights) Model {
	m := Model{w: w, decay: -w[20], growth: math.Exp(w[8]), ceiling: math.Exp(w[17] * w[18])}
	m.factor = math.Pow(wanted, 1/m.decay) - 1
	m.factorByDecay = (m.factor + 1) * -math.Log(wanted) / (m.decay * m.decay)
	m.easy = m.firstDifficulty(Easy)
	return m
}

// Clipped is the model with the weights moved into their ranges.
func Clipped(w Weights, relearning int) Model { return of(w.Clip(relearning)) }

// wanted is the recall that stability is measured at.
const wanted = 0.9

// Default is the model with the weights published with FSRS-6.
func Default() Model { return of(Published()) }

// Weights are those in use.
func (m Model) Weights() Weights { return m.w }

// Recall is the chance that a card is recalled so many days after its last
// answer.
func (m Model) Recall(stability, days float64) float64 {
	return power(1+m.factor*days/stability, m.decay)
}

// power is faster than math.Pow, and as good for the numbers here.
func power(x, y float64) float64 { return math.Exp(y * math.Log(x)) }

// Interval is the days after which recall has fallen to a rate.
func (m Model) Interval(stability, retention float64) float64 {
	return stability / m.factor * (math.Pow(retention, 1/m.decay) - 1)
}

// First is the memory after a card's first answer.
func (m Model) First(rating int) State {
	return State{stable(m.w[rating-1]), difficult(m.firstDifficulty(rating))}
}

// Next is the memory after an answer that was given some days after the one
// before; on the same day, for none.
func (m Model) Next(s State, rating, days int) State {
	next, _ := m.Step(s, rating, days)
	return next
}

// Step is Next with the recall that was expected of the answer.
func (m Model) Step(s State, rating, days int) (next State, recall float64) {
	recall = 1
	if days > 0 {
		recall = m.Recall(s.Stability, float64(days))
	}
	next = State{Difficulty: m.nextDifficulty(s.Difficulty, rating)}
	switch {
	case days <= 0:
		next.Stability = m.sameDay(s.Stability, rating)
	case rating == Again:
		next.Stability = m.forgotten(s, recall)
	default:
		next.Stability = m.recalled(s, recall, rating)
	}
	next.Stability = stable(next.Stability)
	return next, recall
}

func (m Model) firstDifficulty(rating int) float64 {
	return m.w[4] - math.Exp(m.w[5]*float64(rating-1)) + 1
}

// nextDifficulty moves less the higher difficulty is, and always a little
// towards that of a card that was easy at first.
func (m Model) nextDifficulty(d float64, rating int) float64 {
	moved := d + (10-d)*(-m.w[6]*float64(rating-3))/9
	return difficult(m.w[7]*m.easy + (1-m.w[7])*moved)
}

func (m Model) sameDay(s float64, rating int) float64 {
	growth := math.Exp(m.w[17]*(float64(rating-3)+m.w[18])) * power(s, -m.w[19])
	if rating >= Hard {
		growth = max(growth, 1)
	}
	return s * growth
}

func (m Model) recalled(s State, recall float64, rating int) float64 {
	penalty, bonus := m.factors(rating)
	return s.Stability * (1 + m.growth*
		(11-s.Difficulty)*
		power(s.Stability, -m.w[9])*
		(math.Exp((1-recall)*m.w[10])-1)*
		penalty*
		bonus)
}

func (m Model) factors(rating int) (penalty, bonus float64) {
	switch rating {
	case Hard:
		return m.w[15], 1
	case Easy:
		return 1, m.w[16]
	}
	return 1, 1
}

func (m Model) forgotten(s State, recall float64) float64 {
	left := m.w[11] *
		power(s.Difficulty, -m.w[12]) *
		(power(s.Stability+1, m.w[13]) - 1) *
		math.Exp((1-recall)*m.w[14])
	return min(left, s.Stability/m.ceiling)
}

func stable(s float64) float64 { return min(max(s, LeastStability), MostStability) }

func difficult(d float64) float64 { return min(max(d, LeastDifficulty), MostDifficulty) }

// FromSM2 approximates the memory of a card that was scheduled by SM-2, whose
// log does not tell how it came to its ease (2.5 for 250 %) and its interval
// in days. Retention is the recall that SM-2 is taken to have reached, as a
// rule 0.9.
func (m Model) FromSM2(ease, interval, retention float64) (State, error) {
	if !(retention > 0 && retention < 1) || math.IsNaN(ease) || math.IsInf(ease, 0) || math.IsNaN(interval) || math.IsInf(interval, 0) {
		return State{}, fmt.Errorf("ease %v, interval %v and retention %v are none that SM-2 has", ease, interval, retention)
	}
	stability := max(interval, LeastStability) * m.factor / (math.Pow(retention, 1/m.decay) - 1)
	difficulty := 11 - (ease-1)/(m.growth*math.Pow(stability, -m.w[9])*math.Expm1((1-retention)*m.w[10]))
	if math.IsNaN(stability) || math.IsInf(stability, 0) || math.IsNaN(difficulty) || math.IsInf(difficulty, 0) {
		return State{}, fmt.Errorf("no memory comes of ease %v, interval %v and retention %v", ease, interval, retention)
	}
	return State{stable(stability), difficult(difficulty)}, nil
}
