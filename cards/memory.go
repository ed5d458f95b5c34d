package cards

import "time"

// Memory is what is known of one card: what the scheduler goes by, and what the
// learner did to it. It is derived from the log and can be rebuilt from it.
type Memory struct {
	State      State
	Stability  float64   // days until recall falls to 90 %
	Difficulty float64   // 1 … 10
	Due        time.Time // of a card inside its steps; zero otherwise
	DueDay     int       // of a card in review: a day of the learner, wherever that is
	LastReview time.Time
	LastDay    int // the learner's day of it
	Reps       int
	Lapses     int
	Step       int       // position in the (re)learning steps
	Suspended  bool      // never served while set
	Buried     int       // the learner's day from which on it is served again, 0 if it was not put off
	Marked     bool      // a flag of the learner's, without any effect
	UrgedBy    string    // why it is urged: "wrong in lab H1"; "" if it is not
	Urged      time.Time // since when
}

// Known is what a scheduler goes by: all but what was done to the card, and
// whether it is urged.
func (m Memory) Known() Memory {
	m.Suspended, m.Buried, m.Marked, m.UrgedBy, m.Urged = false, 0, false, "", time.Time{}
	return m
}

// Waits reports whether the card is to be answered: urged, a step whose time
// comes until ahead, a review whose day has come, or new.
func (m Memory) Waits(ahead time.Time, today int) bool {
	switch {
	case m.Suspended || m.Buried > today:
		return false
	case m.UrgedBy != "" || m.State == New:
		return true
	case m.State == Review:
		return m.DueDay <= today
	}
	return !m.Due.After(ahead)
}

// DueOn is the learner's day on which a card comes that was answered before,
// or urged.
func (m Memory) DueOn(c Calendar) int {
	var day int
	switch {
	case m.UrgedBy != "":
		day = c.Day(m.Urged)
	case m.State == Review:
		day = m.DueDay
	default:
		day = c.Day(m.Due)
	}
	return max(day, m.Buried)
}

// LeechLapses is how often a card is forgotten before it counts as one that
// keeps failing, and is set aside: more of the same does not help. If the
// learner takes it back, it has leechAgain more tries each time.
const (
	LeechLapses = 8
	leechAgain  = 4
)

// Leech reports whether a card keeps failing. One that is known well by now
// does not.
func (m Memory) Leech() bool { return m.Lapses >= LeechLapses && m.Stability < MatureDays }

// LeechTag is the tag of cards that keep failing; no deck need give it.
const LeechTag = "leech"

// MarkedTag is the tag of cards that are marked, as Anki has it.
const MarkedTag = "marked"

// After is the memory after an answer by which a scheduler came to know next:
// what was done to the card stays, it is urged no more, and a card that keeps
// failing is set aside.
func (m Memory) After(next Memory) Memory {
	failed := next.Lapses > m.Lapses && next.Lapses >= LeechLapses && (next.Lapses-LeechLapses)%leechAgain == 0
	next.Suspended = m.Suspended || failed
	next.Buried, next.Marked = m.Buried, m.Marked
	next.UrgedBy, next.Urged = "", time.Time{}
	return next
}

// With is the memory with what another one knows. What was done to the card
// stays.
func (m Memory) With(known Memory) Memory {
	known.Suspended, known.Buried, known.Marked, known.UrgedBy, known.Urged = m.Suspended, m.Buried, m.Marked, m.UrgedBy, m.Urged
	return known
}

// promised is the memory after an answer as it was written down, for a card to
// which other things may have been done since.
func (m Memory) promised(a Answer) Memory {
	next := a.After
	next.Suspended = m.Suspended || (a.After.Suspended && !a.Before.Suspended)
	next.Buried, next.Marked = m.Buried, m.Marked
	return next
}

// Act is the memory after an action, and whether that is one of the kinds.
func (m Memory) Act(k Kind, now Moment) (Memory, bool) {
	switch k {
	case Suspended:
		m.Suspended = true
	case Resumed:
		m.Suspended = false
	case Buried:
		m.Buried = now.Day + 1
	case Unburied:
		m.Buried = 0
	case Marked:
		m.Marked = true
	case Unmarked:
		m.Marked = false
	case Forgotten:
		m = Memory{Suspended: m.Suspended, Buried: m.Buried, Marked: m.Marked, UrgedBy: m.UrgedBy, Urged: m.Urged}
	default:
		return m, false
	}
	return m, true
}

// Urge makes a card wait to be answered, out of turn. Nothing of what is known
// about the learner's memory changes.
func (m Memory) Urge(at time.Time, by string) Memory {
	m.Urged, m.UrgedBy = at, by
	return m
}
