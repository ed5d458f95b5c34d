package cards_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/cards"
)

func TestCram(t *testing.T) {
	t.Parallel()
	c := cards.NewCram(strings.Fields("a b c d e f"))
	var asked string
	rate := func(r cards.Rating) {
		asked += c.Next()
		c.Rate(r)
	}
	rate(cards.Again) // a comes after four others
	rate(cards.Hard)  // b comes once more at the end
	rate(cards.Good)
	if !c.Undo() || c.Next() != "c" || c.Left() != 6 {
		t.Errorf("after undo: %q of %d", c.Next(), c.Left())
	}
	for range 4 {
		rate(cards.Easy)
	}
	c.Drop("f")
	for c.Next() != "" && len(asked) < 20 {
		rate(cards.Good)
	}
	if want := "abccdeab"; asked != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
	rate(cards.Again) // nothing is left: nothing happens
	for c.Undo() {
	}
	if c.Next() != "a" || c.Left() != 6 {
		t.Errorf("all taken back: %q of %d", c.Next(), c.Left())
	}
	if c := cards.NewCram(nil); c.Next() != "" || c.Undo() {
		t.Error("an empty one has a card")
	}
}
