package study_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

func TestSiblingsAreSpaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(16), cards.Room{New: 16, Reviews: 100})
	check := func(ids []string) {
		t.Helper()
		for i := 1; i < len(ids); i++ {
			var a, b int
			_, _ = fmt.Sscanf(ids[i-1], "t%d", &a)
			_, _ = fmt.Sscanf(ids[i], "t%d", &b)
			if a/2 == b/2 && i < len(ids)-2 { // the last may have no other
				t.Errorf("%s gives a cue to %s: %v", ids[i-1], ids[i], ids)
			}
		}
	}
	check(w.day(cards.Easy))
	w.now = w.now.AddDate(0, 3, 0)
	ids := w.day(cards.Easy)
	if len(ids) != 16 {
		t.Errorf("%d reviews, want 16", len(ids))
	}
	check(ids)
}

func TestNewCardsAreMixedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(24), cards.Room{New: 20, Reviews: 100})
	w.day(cards.Easy)
	w.now = w.now.AddDate(0, 2, 0)
	var kinds string
	for p := w.next(); p != nil; p = w.next() {
		kinds += p.Reason[:1]
		w.answer(cards.Easy)
	}
	if want := "ddddnddddnddddnddddndddd"; kinds != want {
		t.Errorf("order %s, want %s: four new cards among twenty reviews", kinds, want)
	}
}

func TestLearningComesFirstAndEndsTheSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(3), cards.Room{New: 3, Reviews: 10})
	first := w.answer(cards.Again)
	w.now = w.now.Add(61 * time.Second)
	if p := w.next(); p.Card.ID != first || p.Reason != "learning" {
		t.Errorf("after its minute: %s (%s), want %s", p.Card.ID, p.Reason, first)
	}
	w.answer(cards.Easy)
	w.answer(cards.Easy)
	last := w.answer(cards.Good) // due in ten minutes, and nothing else is left
	if p := w.next(); p == nil || p.Card.ID != last {
		t.Errorf("got %+v, want %s ahead of its time", p, last)
	}
}
