package study_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// notes is a deck of n cards, of which two in a row are siblings.
func notes(n int) *decks {
	d := tls(n)
	for i := range d.decks[0].Cards {
		d.decks[0].Cards[i].Note = fmt.Sprintf("t%d", i/2*2)
	}
	return d
}

// plain is a deck of n cards that have nothing to do with each other.
func plain(name string, n int) *decks {
	d := cards.Deck{Name: name}
	for i := range n {
		d.Cards = append(d.Cards, cards.Card{ID: fmt.Sprintf("%s%d", name, i), Deck: name, Front: "q", Back: "a", Tags: []string{name}})
	}
	return &decks{print: name, decks: []cards.Deck{d}}
}

func (w *world) act(k cards.Kind, id string) cards.ID {
	w.t.Helper()
	done, err := w.Act(w.t.Context(), k, id)
	if err != nil || len(done) != 1 {
		w.t.Fatalf("%s %s: %v, %v", k, id, done, err)
	}
	return done[0]
}

func (w *world) row(id string) cards.Row {
	w.t.Helper()
	return must(w.Card(w.t.Context(), id))
}

// Every action changes the queue, is taken back by its name, and is what the
// log replays to.
func TestActions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind  cards.Kind
		left  int // of two new cards and a review
		check func(cards.Memory) bool
	}{
		{cards.Suspended, 2, func(m cards.Memory) bool { return m.Suspended }},
		{cards.Buried, 2, func(m cards.Memory) bool { return m.Buried > 0 && m.State == cards.Review }},
		{cards.Marked, 3, func(m cards.Memory) bool { return m.Marked }},
		{cards.Forgotten, 3, func(m cards.Memory) bool { return m.State == cards.New && m.Reps == 0 }},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plain("a", 3), usual())
			card := w.answer(cards.Easy)
			w.now = w.now.AddDate(0, 1, 0)
			before := w.row(card)
			id := w.act(tt.kind, card)
			if got := w.row(card).Memory; !tt.check(got) {
				t.Errorf("%+v", got)
			}
			if c := w.summary().Counts; c.Due+c.New != tt.left {
				t.Errorf("left %+v, want %d", c, tt.left)
			}
			if again, err := w.Act(t.Context(), tt.kind, card); err != nil || len(again) != 0 {
				t.Errorf("done twice: %v, %v", again, err)
			}
			if done := must(w.Rebuild(t.Context(), false)); done.Changed != 0 {
				t.Errorf("the log replays to something else: %+v", done)
			}
			if got := must(w.Undo(t.Context(), id)); got != card {
				t.Errorf("taken back: %s", got)
			}
			if diff := cmp.Diff(before, w.row(card)); diff != "" {
				t.Errorf("taken back (-before +after):\n%s", diff)
			}
			if _, err := w.Undo(t.Context(), id); !errors.Is(err, cards.ErrUndone) {
				t.Errorf("taken back twice: %v", err)
			}
		})
	}
}

func TestBuriedCardsComeTomorrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plain("a", 1), usual())
	w.act(cards.Buried, "a0")
	if p := w.next(); p != nil {
		t.Errorf("served today: %+v", p)
	}
	if r := w.row("a0"); !r.Buried() || r.Due {
		t.Errorf("%+v", r)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if p := w.next(); p == nil {
		t.Error("not served tomorrow")
	}
	w.act(cards.Buried, "a0")
	w.act(cards.Unburied, "a0")
	if p := w.next(); p == nil {
		t.Error("not dug out")
	}
}

// Of a note's cards one a day is asked; steps go on, and an answer taken back
// gives its siblings back.
func TestSiblingsWaitForTomorrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, notes(4), usual())
	first := w.answer(cards.Again)
	if r := w.row("t1"); first != "t0" || !r.Buried() {
		t.Fatalf("after %s: %+v", first, r)
	}
	if got := w.day(cards.Good); slices.Contains(got, "t1") || slices.Contains(got, "t3") || !slices.Contains(got, "t0") {
		t.Errorf("asked today: %v", got)
	}
	for _, id := range slices.Backward(w.given) {
		if _, err := w.Undo(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if r := w.row("t1"); r.Buried() {
		t.Errorf("t1 still rests: %+v", r)
	}
	w.day(cards.Easy)
	w.now = w.now.AddDate(0, 0, 1)
	if got := w.day(cards.Easy); !slices.Equal(got, []string{"t1", "t3"}) {
		t.Errorf("tomorrow: %v, want the siblings", got)
	}
	if done := must(w.Rebuild(t.Context(), false)); done.Changed != 0 {
		t.Errorf("the log replays to something else: %+v", done)
	}
}

// fail forgets a card until it has so many lapses.
func (w *world) fail(card string, lapses int) {
	w.t.Helper()
	for w.row(card).Memory.Lapses < lapses {
		w.day(cards.Good)
		w.now = w.now.AddDate(0, 0, 60)
		if w.answer(cards.Again) == "" {
			w.t.Fatalf("%s is not asked: %+v", card, w.row(card))
		}
	}
}

func TestLeechIsSetAsideAndProposesItsLab(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(1), usual())
	w.fail("t0", cards.LeechLapses-1)
	if s := w.summary(); s.Lab != "" {
		t.Fatalf("a lab is proposed too early: %+v", s)
	}
	w.day(cards.Good)
	w.now = w.now.AddDate(0, 0, 60)
	if p := w.next(); !p.Choices[0].After.Suspended || p.Choices[1].After.Suspended {
		t.Errorf("the choices do not tell: %+v", p.Choices)
	}
	w.answer(cards.Again)
	if r := w.row("t0"); !r.Memory.Suspended || !r.Memory.Leech() || w.next() != nil {
		t.Errorf("not set aside: %+v", r.Memory)
	}
	if s := w.summary(); s.Lab != "L0" || s.LabCard != "t0" {
		t.Errorf("proposed lab %q for %q, want L0 for t0", s.Lab, s.LabCard)
	}
	if st := must(w.Stats(t.Context())); len(st.Leeches) != 1 {
		t.Errorf("leeches %+v", st.Leeches)
	}
	if done := must(w.Rebuild(t.Context(), false)); done.Changed != 0 {
		t.Errorf("the log replays to something else: %+v", done)
	}
	// Taken back, it has four more tries.
	w.act(cards.Resumed, "t0")
	if p := w.next(); p == nil || p.Lab != "L0" {
		t.Errorf("with the card: %+v, want L0", p)
	}
	w.fail("t0", cards.LeechLapses+3)
	if w.row("t0").Memory.Suspended {
		t.Error("set aside too early")
	}
	w.fail("t0", cards.LeechLapses+4)
	if !w.row("t0").Memory.Suspended {
		t.Error("not set aside again")
	}
	if _, err := w.Undo(t.Context(), w.given[len(w.given)-1]); err != nil || w.row("t0").Memory.Suspended {
		t.Errorf("the answer is taken back, and the card is still set aside: %v", err)
	}
}
