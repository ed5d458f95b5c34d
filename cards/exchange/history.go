package exchange

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// Learner is who imports: whose days are counted, and when.
type Learner struct {
	Calendar cards.Calendar
	Now      time.Time
}

// history turns what happened to cards in Anki into lines of our log. All of a
// line follows from what Anki wrote and from the learner's calendar.
type history struct {
	learner Learner
	model   model.Model // of SM-2's ease and interval it makes a memory
	col     *anki.Collection
}

// retention is the recall that SM-2 is taken to have reached.
const retention = 0.9

// maxTook is the longest an answer counts, as everywhere.
const maxTook = 2 * time.Minute

// of are the lines of one card, oldest first.
func (h *history) of(id, guid string, k anki.Card, reviews []anki.Review, said *remarks) ([]cards.Event, error) {
	kept := h.relevant(reviews, said)
	out := make([]cards.Event, 0, len(kept)+2)
	if e, ok, err := h.adopted(id, guid, k, kept, said); err != nil {
		return nil, err
	} else if ok {
		out = append(out, e)
	}
	started := len(out) > 0
	failed := 0
	for _, r := range kept {
		if isReset(r) {
			out = append(out, h.action(cards.Forgotten, id, guid, k.Ord, time.UnixMilli(r.ID)))
			started = false
			continue
		}
		if r.Kind == anki.Reviewed && r.Ease == int(cards.Again) {
			failed++
		}
		e := cards.Event{Kind: cards.Answered, Answer: cards.Answer{
			Card: id, Moment: h.moment(time.UnixMilli(r.ID)), Algorithm: rawReview(r), Rating: h.rating(r),
			Took: min(max(time.Duration(r.Took)*time.Millisecond, 0), maxTook),
		}}
		e.Before.State = stateBefore(r, started)
		e.ID = lineID("review", guid, k.Ord, time.UnixMilli(r.ID), strconv.FormatInt(r.ID, 10))
		started = true
		out = append(out, e)
	}
	switch {
	case k.Queue == anki.QueueSuspended:
		out = append(out, h.action(cards.Suspended, id, guid, k.Ord, h.past(k.Changed)))
	case failed >= cards.LeechLapses: // set aside by us, but not there
		out = append(out, h.action(cards.Resumed, id, guid, k.Ord, time.UnixMilli(kept[len(kept)-1].ID+1)))
	}
	return out, nil
}

// action is what a learner did to a card in Anki.
func (h *history) action(kind cards.Kind, id, guid string, ord int, at time.Time) cards.Event {
	return cards.Event{Kind: kind, ID: lineID(string(kind), guid, ord, at, ""), Answer: cards.Answer{
		Card: id, Moment: h.moment(at), Algorithm: cards.Elsewhere("anki"),
	}}
}

// isReset reports whether a line of Anki's history makes its card a new one.
func isReset(r anki.Review) bool { return r.Kind == anki.Manual && r.Factor == 0 && r.Interval == 0 }

// moment is a time in the learner's days.
func (h *history) moment(t time.Time) cards.Moment { return h.learner.Calendar.Moment(t) }

// past is a time that has passed. One that a wrong clock wrote becomes the same
// one whenever it is read: the collection's own beginning.
func (h *history) past(t time.Time) time.Time {
	for _, t := range []time.Time{t, h.col.Created} {
		if t.UnixMilli() > 0 && !t.After(h.learner.Now) {
			return t
		}
	}
	return time.UnixMilli(1)
}

// lineID names a line by what happened in Anki, wherever it is read.
func lineID(what, guid string, ord int, at time.Time, detail string) cards.ID {
	sum := sha256.Sum256([]byte(strings.Join([]string{"anki", what, guid, strconv.Itoa(ord), detail}, "\x00")))
	return cards.OldID(at, cards.ID{}, [16]byte(sum[:16]))
}

// relevant leaves out what is no answer, or cannot be one.
func (h *history) relevant(reviews []anki.Review, said *remarks) []anki.Review {
	out := make([]anki.Review, 0, len(reviews))
	latest := h.learner.Now.Add(24 * time.Hour).UnixMilli()
	for _, r := range reviews {
		switch {
		case r.ID < 1 || r.ID > latest:
			said.add("review", "left out, dated before 1970 or after today: a clock was wrong", "")
		case r.Kind == anki.Manual || r.Kind == anki.Moved || r.Ease == 0:
			if isReset(r) && len(out) > 0 {
				out = append(out, r)
			}
		case r.Ease < 1 || r.Ease > 4 || r.Kind < anki.Learn || r.Kind > anki.Filtered:
			said.add("review", "left out, of a kind that Anki does not have", "")
		case r.Kind == anki.Filtered && r.Factor == 0:
			said.add("review", "left out, crammed without an effect on the schedule", "")
		default:
			out = append(out, r)
		}
	}
	return out
}

// rating is the answer's grade. Steps of the first scheduler had three
// buttons: again, good, easy.
func (h *history) rating(r anki.Review) cards.Rating {
	if h.col.OldSteps && (r.Kind == anki.Learn || r.Kind == anki.Relearn) && (r.Ease == 2 || r.Ease == 3) {
		return cards.Rating(r.Ease + 1)
	}
	return cards.Rating(r.Ease)
}

func stateBefore(r anki.Review, started bool) cards.State {
	switch {
	case r.Kind == anki.Relearn:
		return cards.Relearning
	case r.Kind == anki.Reviewed || r.Kind == anki.Filtered:
		return cards.Review
	case started:
		return cards.Learning
	}
	return cards.New
}

// adopted is the memory of a card whose answers are not all there: none of
// them, or not the first ones.
func (h *history) adopted(id, guid string, k anki.Card, kept []anki.Review, said *remarks) (cards.Event, bool, error) {
	var at time.Time
	var days, factor int
	m := cards.Memory{State: cards.Review, Reps: k.Reps, Lapses: k.Lapses}
	known := false // FSRS's own memory is there
	switch {
	case len(kept) > 0 && kept[0].Kind == anki.Learn:
		return cards.Event{}, false, nil
	case len(kept) > 0:
		first := kept[0]
		days, factor = max(first.Last, 1), first.Factor
		at = h.past(time.UnixMilli(first.ID).AddDate(0, 0, -days))
		for _, r := range kept {
			if r.Kind == anki.Reviewed && r.Ease == int(cards.Again) {
				m.Lapses--
			}
		}
		m.Reps, m.Lapses = max(0, k.Reps-len(kept)), max(0, m.Lapses)
	case (k.Type == anki.TypeReview || k.Type == anki.TypeRelearning) && k.Interval > 0:
		days, factor = k.Interval, k.Factor
		at = h.lastReview(k)
		m.Stability, m.Difficulty, known = memoryOf(k.Data)
	default:
		return cards.Event{}, false, nil
	}
	days = min(days, 36500)
	if !known {
		ease := float64(factor) / 1000
		if ease < 1.3 || ease > 10 { // of FSRS, where it is the difficulty, or none
			ease = 2.5
		}
		s, err := h.model.FromSM2(ease, float64(days), retention)
		if err != nil {
			return cards.Event{}, false, fmt.Errorf("convert the memory of card %d: %w", k.ID, err)
		}
		m.Stability, m.Difficulty = s.Stability, s.Difficulty
		said.add("card", "history is not whole: the memory is made of ease and interval", "")
	}
	e := cards.Event{Kind: cards.Adopted, Answer: cards.Answer{Card: id, Moment: h.moment(at)}}
	m.LastReview, m.LastDay, m.DueDay = e.At, e.Day, e.Day+days
	e.After, e.Algorithm = m, cards.Elsewhere(fmt.Sprintf("anki interval %d factor %d", days, factor))
	e.ID = lineID("adopted", guid, k.Ord, at, fmt.Sprint(days, factor, m.Reps, m.Lapses, m.Stability, m.Difficulty))
	return e, true, nil
}

// lastReview is when a card without a history must have been answered last.
func (h *history) lastReview(k anki.Card) time.Time {
	at := h.past(k.Changed)
	if k.Due >= math.MaxInt32 || k.Due <= math.MinInt32 {
		return at
	}
	const noon = 8 * time.Hour // after the day's beginning
	if due := h.col.Created.AddDate(0, 0, int(k.Due)-min(k.Interval, 36500)).Add(noon); due.Before(at) && due.Unix() > 0 {
		return due
	}
	return at
}

// memoryOf reads FSRS's memory of a card, where Anki has computed one.
func memoryOf(data string) (stability, difficulty float64, ok bool) {
	var d struct {
		S float64 `json:"s"`
		D float64 `json:"d"`
	}
	if json.Unmarshal([]byte(data), &d) != nil {
		return 0, 0, false
	}
	return d.S, d.D, d.S > 0 && d.S <= 36500 && d.D >= 1 && d.D <= 10
}

// rawReview keeps what Anki wrote of an answer and our log has no place for, so
// that it can be given back. Ids that only one collection has are no part of it.
func rawReview(r anki.Review) string {
	return cards.Elsewhere(fmt.Sprintf("anki kind %d interval %d last %d factor %d", r.Kind, r.Interval, r.Last, r.Factor))
}

// readReview reads what rawReview kept.
func readReview(a cards.Answer) (r anki.Review, ok bool) {
	written, _ := a.Elsewhere()
	n, err := fmt.Sscanf(written, "anki kind %d interval %d last %d factor %d", &r.Kind, &r.Interval, &r.Last, &r.Factor)
	return r, err == nil && n == 4
}
