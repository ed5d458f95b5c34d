package cards

import (
	"fmt"
)

// Scheduler decides when a card is shown next. It holds no state of cards
// and reads no clock: the same arguments give the same answer.
type Scheduler interface {
	// Algorithm names the algorithm and the values of all its parameters, as
	// they are for a card.
	Algorithm(card string) string
	// Preview says what each of the four ratings would do.
	Preview(card string, m Memory, now Moment) ([4]Choice, error)
	// Next applies one rating. It gives what Preview promised that day.
	Next(card string, m Memory, r Rating, now Moment) (Memory, error)
}

// Kind is what a line of the log records.
type Kind string

// The kinds of log lines: answers, what takes a line back, a card urged by a
// lab, and what learners do to a card (actions).
const (
	Answered  Kind = "answer"
	Undone    Kind = "undo"
	Urged     Kind = "urge"
	Suspended Kind = "suspend"
	Resumed   Kind = "resume"
	Buried    Kind = "bury" // until tomorrow
	Unburied  Kind = "unbury"
	Marked    Kind = "mark"
	Unmarked  Kind = "unmark"
	Forgotten Kind = "forget" // new again; its history stays
	// Rescheduled is a card whose answers were all scheduled anew, by the
	// parameters of that moment: Before was its memory, After came of it.
	Rescheduled Kind = "reschedule"
)

// Actions are the kinds that learners do to a card.
func Actions() []Kind {
	return []Kind{Suspended, Resumed, Buried, Unburied, Marked, Unmarked, Forgotten}
}

// Kinds are all kinds of log lines.
func Kinds() []Kind { return append([]Kind{Answered, Undone, Urged, Rescheduled}, Actions()...) }

// Event is one line of the log. An answer has all fields of Answer, a
// Rescheduled has Before, After and Algorithm, every kind has Card and Moment.
type Event struct {
	ID   ID
	Kind Kind
	Answer
	Undoes  ID     // the line that an Undone takes back
	UrgedBy string // of an Urged
}

// Replay rebuilds the memory of one card from all its events, in the order of
// their IDs. An answer does what the learner was promised then, as long as
// the card stands where the learner saw it; where it does not (an answer
// before it was taken back, or came from another log), the scheduler says
// what it does. What was rescheduled is treated alike. Time and zone are those
// of the log.
func Replay(s Scheduler, events []Event) (Memory, error) {
	return replay(s, events, UndoneIn(events), false)
}

// Reschedule is Replay without the promises: the scheduler computes every
// answer anew.
func Reschedule(s Scheduler, events []Event) (Memory, error) {
	return replay(s, events, UndoneIn(events), true)
}

func replay(s Scheduler, events []Event, undone map[ID]bool, anew bool) (Memory, error) {
	var m Memory
	for i, e := range events {
		if undone[e.ID] {
			continue
		}
		switch e.Kind {
		case Answered:
			next, err := replayAnswer(s, m, e.Answer, anew)
			if err != nil {
				return Memory{}, fmt.Errorf("replay answer %s to card %q: %w", e.ID, e.Card, err)
			}
			m = next
		case Urged:
			m = m.Urge(e.At, e.UrgedBy)
		case Rescheduled:
			if anew {
				continue
			}
			after := e.After
			if m.Known() != e.Before.Known() {
				var err error
				if after, err = replay(s, events[:i], undone, true); err != nil {
					return Memory{}, err
				}
			}
			m = m.With(after)
		case Undone:
		default:
			next, known := m.Act(e.Kind, e.Moment)
			if !known {
				return Memory{}, fmt.Errorf("replay line %s of the log: unknown kind %q", e.ID, e.Kind)
			}
			m = next
		}
	}
	return m, nil
}

func replayAnswer(s Scheduler, m Memory, a Answer, anew bool) (Memory, error) {
	if !anew && m.Known() == a.Before.Known() {
		return m.promised(a), nil
	}
	next, err := s.Next(a.Card, m, a.Rating, a.Moment)
	return m.After(next), err
}

// UndoneIn names the lines that were taken back.
func UndoneIn(events []Event) map[ID]bool {
	undone := map[ID]bool{}
	for _, e := range events {
		if e.Kind == Undone {
			undone[e.Undoes] = true
		}
	}
	return undone
}

// String names a rating as the learner sees it.
func (r Rating) String() string {
	switch r {
	case Again:
		return "again"
	case Hard:
		return "hard"
	case Good:
		return "good"
	case Easy:
		return "easy"
	}
	return fmt.Sprintf("rating %d", int(r))
}

// String names a state.
func (s State) String() string {
	switch s {
	case New:
		return "new"
	case Learning:
		return "learning"
	case Review:
		return "review"
	case Relearning:
		return "relearning"
	}
	return fmt.Sprintf("state %d", int(s))
}
