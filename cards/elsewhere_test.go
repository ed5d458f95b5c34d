package cards_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
)

// An answer that another program took promised nothing: the scheduler says
// what it does, whatever is written beside it.
func TestAnswersOfElsewhereAreScheduled(t *testing.T) {
	t.Parallel()
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	calendar := cards.Calendar{Zone: time.UTC}
	at := func(day int) cards.Moment { return calendar.Moment(time.Date(2026, 3, day, 9, 0, 0, 0, time.UTC)) }
	answer := func(day int, r cards.Rating, before cards.State) cards.Event {
		return cards.Event{Kind: cards.Answered, ID: cards.OldID(at(day).At, cards.ID{}, [16]byte{}), Answer: cards.Answer{
			Card: "x", Moment: at(day), Rating: r, Before: cards.Memory{State: before}, Algorithm: cards.Elsewhere("written there"),
		}}
	}
	lines := []cards.Event{answer(1, cards.Easy, cards.New), answer(9, cards.Good, cards.Review)}
	var want cards.Memory
	for _, e := range lines {
		if want, err = s.Next("x", want, e.Rating, e.Moment); err != nil {
			t.Fatal(err)
		}
	}
	for name, replay := range map[string]func(cards.Scheduler, []cards.Event) (cards.Memory, error){"replay": cards.Replay, "reschedule": cards.Reschedule} {
		got, err := replay(s, lines)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if written, ok := lines[0].Elsewhere(); !ok || written != "written there" {
		t.Errorf("written %q, %v", written, ok)
	}
	if _, ok := (cards.Answer{Algorithm: s.Algorithm("x")}).Elsewhere(); ok {
		t.Error("an answer of our own is of elsewhere")
	}
}

// A card that comes with a memory has it, and what was done to it here stays.
func TestAdoptedCards(t *testing.T) {
	t.Parallel()
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	known := cards.Memory{State: cards.Review, Stability: 30, Difficulty: 5, DueDay: 130, LastDay: 100, Reps: 7, Lapses: 9}
	got, err := cards.Replay(s, []cards.Event{
		{Kind: cards.Marked, ID: cards.ID{1}},
		{Kind: cards.Adopted, ID: cards.ID{2}, Answer: cards.Answer{Card: "x", After: known}},
	})
	if err != nil {
		t.Fatal(err)
	}
	known.Marked = true
	if diff := cmp.Diff(known, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
