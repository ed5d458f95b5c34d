package cards

import (
	"fmt"
	"time"
)

// Scheduler decides when a card is shown next. It holds no state of cards
// and reads no clock: the same arguments give the same answer.
type Scheduler interface {
	// Algorithm names the algorithm and its weights: "fsrs-6/default".
	Algorithm() string
	// Preview says what each of the four ratings would do.
	Preview(m Memory, now time.Time) ([4]Choice, error)
	// Next applies one rating. It gives what Preview promised.
	Next(m Memory, r Rating, now time.Time) (Memory, error)
}

// Kind is what a line of the log records.
type Kind string

// The kinds of log lines.
const (
	Answered  Kind = "answer"
	Undone    Kind = "undo"
	Suspended Kind = "suspend"
	Resumed   Kind = "resume"
	MadeDue   Kind = "due"
)

// Event is one line of the log. An answer has all fields of Answer, every
// other kind has ID, Card, At and Day of it.
type Event struct {
	Answer
	Kind   Kind
	Undoes int64  // the answer that an Undone takes back
	Reason string // of a MadeDue
}

// Urge makes a card due at a moment, out of turn. Nothing of what is known
// about the learner's memory changes.
func Urge(m Memory, at time.Time, reason string) Memory {
	if m.State == New || m.Due.After(at) {
		m.Due = at
	}
	m.Reason = reason
	return m
}

// Undo gives what a card was before an answer. What happened to the card
// since and was no answer stays: a suspension, and being made due.
func Undo(current, before Memory) Memory {
	m := before
	m.Suspended = current.Suspended
	if current.Reason != "" {
		m = Urge(m, current.Due, current.Reason)
	}
	return m
}

// Replay rebuilds the memory of one card from all its events, oldest first.
// Answers that this scheduler gave keep what the learner was promised then;
// from the first one of another algorithm on, all are computed anew.
func Replay(s Scheduler, events []Event) (Memory, error) {
	undone := map[int64]bool{}
	for _, e := range events {
		if e.Kind == Undone {
			undone[e.Undoes] = true
		}
	}
	var m Memory
	anew := false
	for _, e := range events {
		switch e.Kind {
		case Answered:
			if undone[e.ID] {
				continue
			}
			anew = anew || e.Algorithm != s.Algorithm()
			next, err := replayAnswer(s, m, e.Answer, anew)
			if err != nil {
				return Memory{}, fmt.Errorf("replay answer %d to card %q: %w", e.ID, e.Card, err)
			}
			m = next
		case Suspended:
			m.Suspended = true
		case Resumed:
			m.Suspended = false
		case MadeDue:
			m = Urge(m, e.At, e.Reason)
		case Undone:
		default:
			return Memory{}, fmt.Errorf("replay line %d of the log: unknown kind %q", e.ID, e.Kind)
		}
	}
	return m, nil
}

func replayAnswer(s Scheduler, m Memory, a Answer, anew bool) (Memory, error) {
	if anew {
		return s.Next(m, a.Rating, a.At)
	}
	after := a.After
	after.Suspended = m.Suspended
	return after, nil
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
