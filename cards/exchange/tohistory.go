package exchange

import (
	"fmt"
	"math"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
)

const defaultFactor = 2500 // of a card of which SM-2 knows nothing

// card is where a card stands in Anki's terms.
func (t *toAnki) card(m cards.Memory, place int) anki.Card {
	k := anki.Card{Reps: m.Reps, Lapses: m.Lapses, Data: "{}"}
	switch m.State {
	case cards.New:
		k.Due = int64(place + 1)
	case cards.Review:
		k.Type, k.Queue, k.Factor = anki.TypeReview, anki.TypeReview, defaultFactor
		k.Due, k.Interval = int64(m.DueDay-t.first), max(1, m.DueDay-m.LastDay)
	case cards.Learning, cards.Relearning:
		k.Type, k.Queue, k.Due = anki.TypeLearning, anki.TypeLearning, m.Due.Unix()
		if m.State == cards.Relearning {
			k.Type, k.Factor, k.Interval = anki.TypeRelearning, defaultFactor, max(1, int(math.Round(m.Stability)))
		}
	}
	if m.Stability > 0 {
		k.Data = fmt.Sprintf(`{"s":%.4f,"d":%.3f,"lrt":%d}`, m.Stability, m.Difficulty, m.LastReview.Unix())
	}
	if m.Suspended {
		k.Queue = anki.QueueSuspended
	}
	return k
}

// review is an answer as Anki writes it. One that came from Anki is what it
// was there.
func (t *toAnki) review(e cards.Event, card int64) anki.Review {
	r, known := readReview(e.Answer)
	if !known {
		r = anki.Review{Interval: interval(e.After, e.Moment), Last: interval(e.Before, cards.Moment{At: e.Before.LastReview, Day: e.Before.LastDay})}
		r.Factor = factor(e.After.Difficulty)
		switch e.Before.State {
		case cards.New, cards.Learning:
			r.Kind = anki.Learn
		case cards.Review:
			r.Kind = anki.Reviewed
		case cards.Relearning:
			r.Kind = anki.Relearn
		}
	}
	r.ID, r.Card, r.Ease, r.Took = t.reviewID(e.ID), card, int(e.Rating), int(e.Took/time.Millisecond)
	return r
}

// reviewID names a line as Anki does, by its millisecond.
func (t *toAnki) reviewID(id cards.ID) int64 {
	at := id.Time().UnixMilli()
	for t.used[at] { // of another home, in the same one
		at++
	}
	t.used[at] = true
	return at
}

// interval is in days, or in negative seconds.
func interval(m cards.Memory, since cards.Moment) int {
	switch m.State {
	case cards.New:
		return 0
	case cards.Review:
		return max(1, m.DueDay-since.Day)
	}
	return -max(1, int(m.Due.Sub(since.At)/time.Second))
}

// factor is FSRS's difficulty where Anki writes the ease, 100 to 1100.
func factor(difficulty float64) int {
	if difficulty < 1 {
		return 0
	}
	return int(math.Round((difficulty-1)/9*1000)) + 100
}
