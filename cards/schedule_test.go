package cards_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// counting schedules so that one sees who computed: each answer adds a day
// of stability.
type counting struct{ name string }

var _ cards.Scheduler = counting{}

func (c counting) Algorithm() string { return c.name }

func (c counting) Preview(cards.Memory, time.Time) ([4]cards.Choice, error) {
	return [4]cards.Choice{}, errors.New("not asked for")
}

func (c counting) Next(m cards.Memory, r cards.Rating, now time.Time) (cards.Memory, error) {
	if r > cards.Easy {
		return m, errors.New("no such rating")
	}
	return cards.Memory{State: cards.Review, Stability: m.Stability + 1, Reps: m.Reps + 1, LastReview: now, Suspended: m.Suspended}, nil
}

func answer(id int64, algorithm string, stability float64) cards.Event {
	return cards.Event{Kind: cards.Answered, Answer: cards.Answer{
		ID: id, Card: "x", At: noon, Rating: cards.Good, Algorithm: algorithm,
		After: cards.Memory{State: cards.Review, Stability: stability, Reps: 1},
	}}
}

func event(kind cards.Kind) cards.Event {
	return cards.Event{Kind: kind, Answer: cards.Answer{At: noon}}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	undo := func(id int64) cards.Event { return cards.Event{Kind: cards.Undone, Undoes: id} }
	urge := event(cards.MadeDue)
	urge.Reason = "wrong in lab H1"
	tests := []struct {
		name   string
		events []cards.Event
		want   cards.Memory
	}{
		{"nothing", nil, cards.Memory{}},
		{"what was promised stays", []cards.Event{answer(1, "now", 50), answer(2, "now", 70)},
			cards.Memory{State: cards.Review, Stability: 70, Reps: 1}},
		{"another algorithm is computed anew, and all after it",
			[]cards.Event{answer(1, "now", 50), answer(2, "old", 60), answer(3, "now", 70)},
			cards.Memory{State: cards.Review, Stability: 52, Reps: 3, LastReview: noon}},
		{"undone answers count for nothing", []cards.Event{answer(1, "now", 50), answer(2, "old", 60), undo(2)},
			cards.Memory{State: cards.Review, Stability: 50, Reps: 1}},
		{"suspension outlives answers", []cards.Event{event(cards.Suspended), answer(1, "now", 50)},
			cards.Memory{State: cards.Review, Stability: 50, Reps: 1, Suspended: true}},
		{"and ends", []cards.Event{event(cards.Suspended), event(cards.Resumed)}, cards.Memory{}},
		{"made due", []cards.Event{answer(1, "now", 50), urge},
			cards.Memory{State: cards.Review, Stability: 50, Reps: 1, Reason: "wrong in lab H1"}},
		{"an answer ends it", []cards.Event{urge, answer(1, "now", 50)}, cards.Memory{State: cards.Review, Stability: 50, Reps: 1}},
		{"undone, it is due again", []cards.Event{urge, answer(1, "now", 50), undo(1)},
			cards.Memory{Due: noon, Reason: "wrong in lab H1"}},
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
}

func TestReplayNamesTheLineThatIsWrong(t *testing.T) {
	t.Parallel()
	bad := answer(7, "old", 1)
	bad.Rating = 9
	odd := event("edit")
	odd.ID = 8
	for want, e := range map[string]cards.Event{
		`replay answer 7 to card "x": no such rating`:   bad,
		`replay line 8 of the log: unknown kind "edit"`: odd,
	} {
		if _, err := cards.Replay(counting{"now"}, []cards.Event{e}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestUrgeAndUndo(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Hour)
	known := cards.Memory{State: cards.Review, Stability: 9, Due: later}
	if got := cards.Urge(known, noon, "r"); got.Due != noon || got.Reason != "r" || got.Stability != 9 {
		t.Errorf("made due: %+v", got)
	}
	overdue := known
	overdue.Due = noon.Add(-time.Hour)
	if got := cards.Urge(overdue, noon, "r"); got.Due != overdue.Due {
		t.Errorf("what was due already became due later: %+v", got)
	}
	before := cards.Memory{State: cards.Learning, Due: noon}
	if got := cards.Undo(known, before); got != before {
		t.Errorf("undo: %+v, want %+v", got, before)
	}
	after := known
	after.Suspended, after.Reason, after.Due = true, "r", noon.Add(-time.Minute)
	want := before
	want.Suspended, want.Reason, want.Due = true, "r", noon.Add(-time.Minute)
	if got := cards.Undo(after, before); got != want {
		t.Errorf("undo of an answer before other events: %+v, want %+v", got, want)
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
