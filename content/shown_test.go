package content_test

import (
	"testing"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// showings are the worlds in which facts of cards are shown; none may have a
// problem.
func showings(t *testing.T) []labs.Showing {
	t.Helper()
	out, problems := labfile.LoadShown(labfile.Folder{Name: "content", FS: content.Shared()}, library(t).Shared)
	for _, p := range problems {
		t.Error(p)
	}
	return out
}

// Cards and what shows their facts name each other, and the expressions ask
// for what there is. Whether the facts are so, TestLiveShown finds out.
func TestShownFactsBelongToCards(t *testing.T) {
	t.Parallel()
	decks, problems := deck.Load(deck.Source{Name: "decks", FS: content.Decks()})
	if err := deck.Join(problems); err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{} // note to world
	for _, d := range decks {
		for _, c := range d.Cards {
			shown[c.Note] = c.Shown
		}
	}
	in := map[string]map[string]bool{} // world to notes
	for _, w := range showings(t) {
		if _, bad := check.Compile(&w.Lab); len(bad) > 0 {
			for _, p := range bad {
				t.Error(p)
			}
		}
		in[w.ID] = map[string]bool{}
		for _, v := range w.Views {
			for note, fact := range v.Facts {
				in[w.ID][note] = true
				if world, found := shown[note]; !found {
					t.Errorf("%s: there is no card %q", fact.Pos, note)
				} else if world == "" {
					t.Errorf("%s: card %s does not say shown: %s", fact.Pos, note, w.ID)
				}
			}
		}
	}
	n := 0
	for note, world := range shown {
		if world == "" {
			continue
		}
		if n++; !in[world][note] {
			t.Errorf("card %s says shown: %s, which shows no fact of it", note, world)
		}
	}
	if n < 60 {
		t.Errorf("%d cards carry a fact that the sandbox shows, want 60 at least", n)
	}
}
