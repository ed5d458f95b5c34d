package cards_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

var noon = cards.Calendar{}.Moment(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))

// counting schedules so that one sees who computed: each answer adds a day
// of stability.
type counting struct{ name string }

var _ cards.Scheduler = counting{}

func (c counting) Algorithm(string) string { return c.name }

func (c counting) Preview(string, cards.Memory, cards.Moment) ([4]cards.Choice, error) {
	return [4]cards.Choice{}, errors.New("not asked for")
}

func (c counting) Next(_ string, m cards.Memory, r cards.Rating, now cards.Moment) (cards.Memory, error) {
	if r > cards.Easy {
		return m, errors.New("no such rating")
	}
	return cards.Memory{State: cards.Review, Stability: m.Stability + 1, Reps: m.Reps + 1, LastReview: now.At, LastDay: now.Day, Suspended: m.Suspended}, nil
}

// known is a memory after some answers, as another scheduler gave it.
func known(reps int, stability float64) cards.Memory {
	return cards.Memory{State: cards.Review, Stability: stability, Reps: reps}
}

func answer(id byte, before, after cards.Memory) cards.Event {
	return cards.Event{ID: cards.ID{id}, Kind: cards.Answered, Answer: cards.Answer{
		Card: "x", Moment: noon, Rating: cards.Good, Algorithm: "then", Before: before, After: after,
	}}
}

func event(kind cards.Kind) cards.Event {
	return cards.Event{Kind: kind, Answer: cards.Answer{Moment: noon}}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	undo := func(id byte) cards.Event { return cards.Event{Kind: cards.Undone, Undoes: cards.ID{id}} }
	urge := event(cards.Urged)
	urge.UrgedBy = "wrong in lab H1"
	first, second := answer(1, cards.Memory{}, known(1, 50)), answer(2, known(1, 50), known(2, 70))
	elsewhere := answer(3, cards.Memory{}, known(1, 99)) // by another window, or in another log
	urged := known(1, 50)
	urged.UrgedBy, urged.Urged = "wrong in lab H1", noon.At
	seenUrged := answer(2, urged, known(2, 70))
	computed := func(reps int, stability float64) cards.Memory {
		m := known(reps, stability)
		m.LastReview, m.LastDay = noon.At, noon.Day
		return m
	}
	suspended := func(m cards.Memory) cards.Memory {
		m.Suspended = true
		return m
	}
	moved := answer(4, known(2, 70), known(2, 20))
	moved.Kind = cards.Rescheduled
	movedUrged := urged
	movedUrged.Stability = 20
	third := answer(5, known(2, 20), known(3, 30))
	movedFirst := moved
	movedFirst.Before, movedFirst.After = known(1, 50), known(1, 20)
	tests := []struct {
		name   string
		events []cards.Event
		want   cards.Memory
	}{
		{"rescheduled", []cards.Event{first, second, moved}, known(2, 20)},
		{"answered after that", []cards.Event{first, second, moved, third}, known(3, 30)},
		{"that answer undone", []cards.Event{first, second, moved, third, undo(5)}, known(2, 20)},
		{"one before it undone", []cards.Event{first, second, moved, undo(2)}, computed(1, 1)},
		{"one before it came from another log", []cards.Event{elsewhere, first, second, moved}, computed(3, 3)},
		{"rescheduled while it is due out of turn", []cards.Event{first, urge, movedFirst}, movedUrged},
		{"rescheduled while it is suspended", []cards.Event{first, second, event(cards.Suspended), moved}, suspended(known(2, 20))},
		{"nothing", nil, cards.Memory{}},
		{"what was promised stays", []cards.Event{first, second}, known(2, 70)},
		{"what was seen is not what is known any more", []cards.Event{first, second, elsewhere}, computed(3, 71)},
		{"and all after it is computed too", []cards.Event{elsewhere, first, second}, computed(3, 101)},
		{"undone answers count for nothing", []cards.Event{first, second, undo(2)}, known(1, 50)},
		{"also in the middle", []cards.Event{first, second, undo(1)}, computed(1, 1)},
		{"undone twice, in two logs", []cards.Event{first, second, undo(2), undo(2)}, known(1, 50)},
		{"an answer that this log has not", []cards.Event{first, undo(9)}, known(1, 50)},
		{"suspension outlives answers", []cards.Event{event(cards.Suspended), first}, suspended(known(1, 50))},
		{"and ends", []cards.Event{event(cards.Suspended), event(cards.Resumed)}, cards.Memory{}},
		{"made due", []cards.Event{first, urge}, urged},
		{"an answer ends it", []cards.Event{first, urge, seenUrged}, known(2, 70)},
		{"whatever the learner saw of it", []cards.Event{first, urge, second}, known(2, 70)},
		{"undone, it is due again", []cards.Event{first, urge, seenUrged, undo(2)}, urged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := cards.Replay(counting{"now"}, tt.events)
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
	got, err := cards.Reschedule(counting{"now"}, []cards.Event{first, moved, second})
	if want := computed(2, 2); err != nil || got != want {
		t.Errorf("anew: got %+v, %v, want %+v", got, err, want)
	}
}

func TestReplayNamesTheLineThatIsWrong(t *testing.T) {
	t.Parallel()
	bad := answer(7, known(1, 1), known(2, 2))
	bad.Rating = 9
	odd := event("edit")
	odd.ID = cards.ID{8}
	for want, e := range map[string]cards.Event{
		`replay answer 07000000-0000-0000-0000-000000000000 to card "x": no such rating`:   bad,
		`replay line 08000000-0000-0000-0000-000000000000 of the log: unknown kind "edit"`: odd,
	} {
		if _, err := cards.Replay(counting{"now"}, []cards.Event{e}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestWaitsAndDueOn(t *testing.T) {
	t.Parallel()
	c := cards.Calendar{Rollover: 4}
	today := c.Day(noon.At)
	ahead := noon.At.Add(20 * time.Minute)
	for _, tt := range []struct {
		name  string
		m     cards.Memory
		waits bool
		on    int // compared for cards that were answered
	}{
		{"new", cards.Memory{}, true, 0},
		{"suspended", cards.Memory{Suspended: true}, false, 0},
		{"today", cards.Memory{State: cards.Review, DueDay: today}, true, today},
		{"tomorrow", cards.Memory{State: cards.Review, DueDay: today + 1}, false, today + 1},
		{"tomorrow, but made due", cards.Memory{State: cards.Review, DueDay: today + 1, UrgedBy: "r", Urged: noon.At}, true, today},
		{"step", cards.Memory{State: cards.Learning, Due: ahead}, true, today},
		{"step too far ahead", cards.Memory{State: cards.Relearning, Due: ahead.Add(time.Second)}, false, today},
		{"step after the rollover", cards.Memory{State: cards.Learning, Due: c.Start(today + 1)}, false, today + 1},
	} {
		if got := tt.m.Waits(ahead, today); got != tt.waits {
			t.Errorf("%s: waits %v", tt.name, got)
		}
		if got := tt.m.DueOn(c); tt.on != 0 && got != tt.on {
			t.Errorf("%s: due on day %d, want %d", tt.name, got, tt.on)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state cards.State
		r     cards.Rating
		want  cards.Tally
	}{
		{cards.New, cards.Again, cards.Tally{Answers: 1, New: 1, Again: 1}},
		{cards.Learning, cards.Again, cards.Tally{Answers: 1, Again: 1}},
		{cards.Relearning, cards.Good, cards.Tally{Answers: 1}},
		{cards.Review, cards.Hard, cards.Tally{Answers: 1, Reviews: 1}},
		{cards.Review, cards.Again, cards.Tally{Answers: 1, Reviews: 1, Again: 1, Forgot: 1}},
	} {
		if got := (cards.Answer{Rating: tt.r, Before: cards.Memory{State: tt.state}}).Count(); got != tt.want {
			t.Errorf("%v of a card in %v: %+v, want %+v", tt.r, tt.state, got, tt.want)
		}
	}
}
