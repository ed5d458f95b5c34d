// Package optimize fits the weights of the memory model to what a learner's
// log says of cards that were recalled or forgotten. Its rules are those of
// fsrs-rs, whose results it is compared with: how many reviews are too few,
// which are left out as outliers, how much recent ones count, and how the
// weights are kept near those published.
//
// It knows no storage and no scheduler; study calls it.
package optimize

import (
	"math"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// Log is what is known of a learner's memory, card by card.
type Log struct {
	histories []history
}

// history are the answers to one card since it was new, oldest first.
type history struct {
	ratings []uint8
	days    []int32 // since the answer before; 0 of the first one
	at      []int64 // milliseconds
}

// Add adds the answers to one card, oldest first. What was before it was new
// the last time does not count; a card whose beginning is not known is no
// evidence.
func (l *Log) Add(answers []cards.Rated) {
	begin := -1
	for i, a := range answers {
		if a.First {
			begin = i
		}
	}
	if begin < 0 {
		return
	}
	var h history
	last := answers[begin].Day
	for _, a := range answers[begin:] {
		if a.Rating < cards.Again || a.Rating > cards.Easy {
			continue
		}
		h.ratings = append(h.ratings, uint8(a.Rating))
		h.days = append(h.days, int32(max(0, a.Day-last)))
		h.at = append(h.at, a.At.UnixMilli())
		last = max(last, a.Day)
	}
	if len(h.ratings) > 1 {
		h.days[0] = 0
		l.histories = append(l.histories, h)
	}
}

// Reviews are the answers that came a day or more after the one before: those
// that tell of memory.
func (l *Log) Reviews() int {
	n := 0
	for _, h := range l.histories {
		n += h.reviews()
	}
	return n
}

func (h history) reviews() int {
	n := 0
	for _, d := range h.days {
		if d > 0 {
			n++
		}
	}
	return n
}

// opening is how a card began: its first rating, and the first wait of a day
// or more with what came of it.
func (h history) opening() (rating uint8, days int32, recalled bool) {
	for i, d := range h.days {
		if d > 0 {
			return h.ratings[0], d, h.ratings[i] > model.Again
		}
	}
	return h.ratings[0], 0, false
}

// lesson is a history with what each of its reviews counts.
type lesson struct {
	history
	weights []float64 // 0 of what is not counted
	counted int
}

// lessons weighs the reviews of some histories: the oldest of all a quarter of
// the newest.
func lessons(histories []history) []lesson {
	type place struct {
		card, review int
		at           int64
	}
	var order []place
	out := make([]lesson, len(histories))
	for c, h := range histories {
		out[c] = lesson{history: h, weights: make([]float64, len(h.ratings))}
		for i, d := range h.days {
			if d > 0 {
				order = append(order, place{c, i, h.at[i]})
			}
		}
	}
	slices.SortStableFunc(order, func(a, b place) int { return int(min(max(a.at-b.at, -1), 1)) })
	last := max(float64(len(order)-1), 1)
	for i, p := range order {
		out[p.card].weights[p.review] = oldest + (1-oldest)*math.Pow(float64(i)/last, 3)
		out[p.card].counted++
	}
	return out
}

const oldest = 0.25

// Loss is the mean log-loss of what a model expects of the log: ln 2 for one
// that knows nothing, less for one that knows more. Recent reviews count more.
func (l *Log) Loss(m model.Model) float64 {
	var sum, weights float64
	for _, s := range lessons(l.histories) {
		state := m.First(int(s.ratings[0]))
		for i := 1; i < len(s.ratings); i++ {
			if w := s.weights[i]; w > 0 {
				loss, _ := surprise(m.Recall(state.Stability, float64(s.days[i])), s.ratings[i] > model.Again)
				sum += w * loss
				weights += w
			}
			state = m.Next(state, int(s.ratings[i]), int(s.days[i]))
		}
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

// surprise is the log-loss of one review, with its slope in the recall that
// was expected. Where nothing was left to chance it has none.
func surprise(expected float64, recalled bool) (loss, slope float64) {
	const least = 1e-7
	p := min(max(expected, least), 1-least)
	switch {
	case recalled:
		loss, slope = -math.Log(p), -1/p
	default:
		loss, slope = -math.Log(1-p), 1/(1-p)
	}
	if p != expected {
		slope = 0
	}
	return loss, slope
}

// Span is the time from the first to the last answer.
func (l *Log) Span() time.Duration {
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for _, h := range l.histories {
		first, last = min(first, h.at[0]), max(last, h.at[len(h.at)-1])
	}
	return time.Duration(max(last-first, 0)) * time.Millisecond
}
