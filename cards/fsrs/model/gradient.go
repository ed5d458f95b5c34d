package model

import "math"

// Slope is how much a loss changes with each weight.
type Slope [21]float64

// Pull is how much a loss changes with a memory, and with the recall that is
// expected of it.
type Pull struct{ Stability, Difficulty, Recall float64 }

// The functions below are the derivatives of those in model.go, case by case:
// where one takes the smaller of two terms, its derivative follows that one,
// and where a bound cuts a value off, nothing passes.

// BackRecall passes a pull on the recall after some days on to the weights,
// and returns that on the stability.
func (m Model) BackRecall(stability, days, recall, pull float64, into *Slope) float64 {
	if pull == 0 || days <= 0 {
		return 0
	}
	base := 1 + m.factor*days/stability
	into[20] -= pull * recall * (math.Log(base) + m.decay/base*days/stability*m.factorByDecay)
	return pull * recall * m.decay / base * -days * m.factor / (stability * stability)
}

// BackFirst passes the pull on the memory after a first answer on.
func (m Model) BackFirst(rating int, pull Pull, into *Slope) {
	if w := m.w[rating-1]; w >= LeastStability && w <= MostStability {
		into[rating-1] += pull.Stability
	}
	if d := m.firstDifficulty(rating); d >= LeastDifficulty && d <= MostDifficulty {
		into[4] += pull.Difficulty
		offset := float64(rating - 1)
		into[5] -= pull.Difficulty * offset * math.Exp(m.w[5]*offset)
	}
}

// BackNext passes the pull on the memory after an answer on, and returns that
// on the memory before. Pull.Recall is what acts on the recall expected of
// that answer itself. Next and recall are what Step gave.
func (m Model) BackNext(s, next State, rating, days int, recall float64, pull Pull, into *Slope) Pull {
	if next.Stability <= LeastStability || next.Stability >= MostStability {
		pull.Stability = 0
	}
	back := Pull{Difficulty: m.backDifficulty(s.Difficulty, next.Difficulty, rating, pull.Difficulty, into)}
	switch {
	case pull.Stability == 0:
	case days <= 0:
		back.Stability += m.backSameDay(s.Stability, next.Stability, rating, pull.Stability, into)
	case rating == Again:
		back = back.add(m.backForgotten(s, next.Stability, recall, pull.Stability, into))
	default:
		back = back.add(m.backRecalled(s, recall, rating, pull.Stability, into))
	}
	back.Stability += m.BackRecall(s.Stability, float64(days), recall, back.Recall+pull.Recall, into)
	back.Recall = 0 // passed on
	return back
}

func (p Pull) add(o Pull) Pull {
	return Pull{p.Stability + o.Stability, p.Difficulty + o.Difficulty, p.Recall + o.Recall}
}

func (m Model) backDifficulty(d, next float64, rating int, pull float64, into *Slope) float64 {
	if pull == 0 || next <= LeastDifficulty || next >= MostDifficulty {
		return 0
	}
	from := float64(rating - 3)
	moved := d + (10-d)*(-m.w[6]*from)/9
	into[7] += pull * (m.easy - moved)
	into[4] += pull * m.w[7]
	into[5] -= pull * m.w[7] * 3 * (m.w[4] + 1 - m.easy) // e^(3·w5)
	rest := pull * (1 - m.w[7])
	into[6] -= rest * (10 - d) * from / 9
	return rest * (1 + m.w[6]*from/9)
}

func (m Model) backSameDay(s, next float64, rating int, pull float64, into *Slope) float64 {
	growth := next / s
	if rating >= Hard && growth <= 1 {
		return pull
	}
	by := pull * next
	into[17] += by * (float64(rating-3) + m.w[18])
	into[18] += by * m.w[17]
	into[19] -= by * math.Log(s)
	return pull * growth * (1 - m.w[19])
}

func (m Model) backRecalled(s State, recall float64, rating int, pull float64, into *Slope) Pull {
	penalty, bonus := m.factors(rating)
	grown := math.Exp((1 - recall) * m.w[10])
	logs := math.Log(s.Stability)
	bare := m.growth * math.Exp(-m.w[9]*logs)
	scale := bare * penalty * bonus // all but difficulty and recall
	rest := (11 - s.Difficulty) * (grown - 1)
	increase := scale * rest
	by := pull * s.Stability
	into[8] += by * increase
	into[9] -= by * increase * logs
	into[10] += by * scale * (11 - s.Difficulty) * (1 - recall) * grown
	switch rating {
	case Hard:
		into[15] += by * bare * rest
	case Easy:
		into[16] += by * bare * rest
	}
	return Pull{
		Stability:  pull * (1 + increase*(1-m.w[9])),
		Difficulty: -by * scale * (grown - 1),
		Recall:     -by * scale * (11 - s.Difficulty) * m.w[10] * grown,
	}
}

func (m Model) backForgotten(s State, next, recall, pull float64, into *Slope) Pull {
	if ceiling := s.Stability / m.ceiling; next >= ceiling {
		into[17] -= pull * ceiling * m.w[18]
		into[18] -= pull * ceiling * m.w[17]
		return Pull{Stability: pull / m.ceiling}
	}
	logs := math.Log(s.Stability + 1)
	power := math.Exp(m.w[13] * logs)
	by := pull * next
	into[11] += by / m.w[11]
	into[12] -= by * math.Log(s.Difficulty)
	into[13] += by / (power - 1) * power * logs
	into[14] += by * (1 - recall)
	return Pull{
		Stability:  by / (power - 1) * m.w[13] * power / (s.Stability + 1),
		Difficulty: -by * m.w[12] / s.Difficulty,
		Recall:     -by * m.w[14],
	}
}
