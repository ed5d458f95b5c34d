package optimize

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// learner answers cards for two years, so that there is a log to fit.
type learner struct {
	rng *rand.Rand
	// recall is the chance that a card is recalled so long after its last
	// answer, on that day; grow is told of each answer.
	recall func(c *card, days, day int) float64
	grow   func(c *card, rating cards.Rating, days int)
	// away says on which days nothing is studied.
	away func(day int) bool
	// habit are the odds of hard, good and easy for what is recalled.
	habit [3]float64
}

type card struct {
	state    model.State // what the scheduler goes by
	memory   model.State // what is true
	strength float64     // of the card itself, for learners that no model describes
	due      int
	last     int
}

const lifetime = 730 // days

var begin = time.Date(2024, 1, 1, 8, 0, 0, 0, time.UTC)

// study gives the answers to some cards, each card's by itself.
func (l learner) study(n int) [][]cards.Rated {
	out := make([][]cards.Rated, n)
	all := make([]card, n)
	for i := range all {
		all[i].due = int(float64(i) / float64(n) * lifetime * 0.7)
		all[i].last = -1
		all[i].strength = math.Exp(l.rng.NormFloat64() * 0.7)
	}
	published := model.Default()
	for day := range lifetime {
		if l.away(day) {
			continue
		}
		answers, most := 0, 1+n/20
		for i := range all {
			c := &all[i]
			if c.due > day || answers >= most {
				continue
			}
			answers++
			at := begin.AddDate(0, 0, day).Add(time.Duration(answers) * 11 * time.Second)
			for try := 0; try < 4; try++ { // until it is known, as steps are
				r := l.answer(c, day)
				out[i] = append(out[i], cards.Rated{At: at.Add(time.Duration(try) * 10 * time.Minute), Day: day, Rating: r, First: c.last < 0})
				days := day - c.last
				if c.last < 0 {
					c.state = published.First(int(r))
				} else {
					c.state = published.Next(c.state, int(r), days)
				}
				l.grow(c, r, days)
				c.last = day
				if r > cards.Again && (try > 0 || r == cards.Easy || c.state.Stability > 4) {
					break
				}
			}
			wait := published.Interval(c.state.Stability, 0.9) * (0.95 + 0.1*l.rng.Float64())
			c.due = day + max(1, int(math.Round(wait)))
		}
	}
	return out
}

func (l learner) answer(c *card, day int) cards.Rating {
	known := 0.55 // of cards never seen
	if c.last >= 0 {
		known = l.recall(c, day-c.last, day)
	}
	if l.rng.Float64() >= known {
		return cards.Again
	}
	switch x := l.rng.Float64(); {
	case x < l.habit[0]:
		return cards.Hard
	case x < l.habit[0]+l.habit[1]:
		return cards.Good
	}
	return cards.Easy
}

// simulated is a learner whose memory is FSRS-6 with weights of its own, who
// studies every day.
func simulated(seed uint64, n int) [][]cards.Rated {
	w := model.Weights{
		0.4, 0.9, 1.9, 12, 7, 0.6, 2.1, 0.02, 1.5, 0.25, 1.1,
		1.8, 0.09, 0.35, 1.9, 0.4, 2.2, 0.7, 0.25, 0.12, 0.28,
	}
	m, err := model.New(w, 1)
	if err != nil {
		panic(err)
	}
	l := learner{rng: rand.New(rand.NewPCG(seed, 1)), habit: [3]float64{0.12, 0.78, 0.1}, away: func(int) bool { return false }}
	l.recall = func(c *card, days, _ int) float64 {
		if days == 0 {
			return 0.85
		}
		return m.Recall(c.memory.Stability, float64(days))
	}
	l.grow = func(c *card, r cards.Rating, days int) {
		if c.last < 0 {
			c.memory = m.First(int(r))
			return
		}
		c.memory = m.Next(c.memory, int(r), days)
	}
	return l.study(n)
}

// lifelike is a learner whom FSRS does not describe: cards of very different
// strength that are forgotten exponentially, good and bad days, two holidays
// and days off with a backlog after them, more practice in the second year,
// and a hand that seldom presses hard.
func lifelike(seed uint64, n int) [][]cards.Rated {
	rng := rand.New(rand.NewPCG(seed, 2))
	mood := make([]float64, lifetime)
	off := make([]bool, lifetime)
	for d := range mood {
		mood[d] = rng.NormFloat64() * 0.4
		off[d] = rng.Float64() < 0.17 || d > 190 && d < 212 || d > 520 && d < 541
	}
	l := learner{rng: rng, habit: [3]float64{0.04, 0.9, 0.06}, away: func(d int) bool { return off[d] }}
	l.recall = func(c *card, days, day int) float64 {
		if days == 0 {
			return 0.9
		}
		half := c.strength * c.memory.Stability * (1 + 0.3*float64(day)/lifetime)
		p := 0.04 + 0.95*math.Exp(-math.Pow(float64(days)/half, 0.7)*0.12)
		odds := math.Log(p/(1-p)) + mood[day]
		return 1 / (1 + math.Exp(-odds))
	}
	l.grow = func(c *card, r cards.Rating, days int) {
		s := &c.memory.Stability
		switch {
		case c.last < 0:
			*s = []float64{0, 0.5, 1.2, 2.6, 9}[r]
		case days == 0:
			*s *= 1.08
		case r == cards.Again:
			*s = max(0.4, 0.6*math.Pow(*s, 0.5))
		default: // waiting long pays, up to a point
			*s += (1.1 + 0.2*float64(r-cards.Hard)) * math.Min(float64(days), 2**s) * math.Pow(*s+1, -0.12)
		}
	}
	return l.study(n)
}

func logOf(histories [][]cards.Rated) *Log {
	var l Log
	for _, h := range histories {
		l.Add(h)
	}
	return &l
}
