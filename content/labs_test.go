package content_test

import (
	"slices"
	"testing"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/lint"
	"github.com/gatedrill/gatedrill/labs/syllabus"
)

// load returns the labs as shipped; none may have a problem, nor do what
// somebody's lab may not do.
func load(t *testing.T) []labs.Lab { return library(t).Labs }

func library(t *testing.T) labfile.Library {
	t.Helper()
	l, problems := labfile.Open(labfile.Folder{Name: "content", FS: content.Shared()}, labfile.Folder{Name: "content/labs", FS: content.Labs(), Foreign: true})
	for _, p := range problems {
		t.Error(p)
	}
	if len(l.Labs) == 0 {
		t.Fatal("no labs")
	}
	return l
}

// What an author of a lab is told by gatedrill author lint, of the program's
// own ones; and no card names a lab that there is not.
func TestLabsAreWithoutMistakes(t *testing.T) {
	t.Parallel()
	decks, problems := deck.Load(deck.Source{Name: "decks", FS: content.Decks()})
	if err := deck.Join(problems); err != nil {
		t.Fatal(err)
	}
	l := library(t)
	around := lint.Around{Labs: l.Labs, World: l.World, Cards: map[string][]string{}}
	ids := map[string]bool{}
	for _, lab := range l.Labs {
		ids[lab.ID] = true
	}
	for _, d := range decks {
		for _, c := range d.Cards {
			around.Cards[c.ID] = c.Labs
			for _, id := range c.Labs {
				if !ids[id] {
					t.Errorf("card %s names lab %s: there is none", c.ID, id)
				}
			}
		}
	}
	for i := range l.Labs {
		for _, id := range l.Labs[i].Cards {
			if !slices.Contains(around.Cards[id], l.Labs[i].ID) {
				t.Errorf("lab %s names card %s, which does not name it", l.Labs[i].ID, id)
			}
		}
		for _, p := range lint.Lab(&l.Labs[i], around) {
			t.Error(p)
		}
	}
}

// Each layer that can break has a lab, both APIs are practised, and some
// fault is one that istioctl analyze does not see.
func TestLabsCoverTheRunbook(t *testing.T) {
	t.Parallel()
	breaks, shapes, unseen := map[labs.Step]int{}, map[string]int{}, 0
	for _, lab := range load(t) {
		for _, s := range lab.Breaks {
			breaks[s]++
		}
		for _, s := range lab.Shapes {
			shapes[s]++
		}
		unseen += len(lab.UnseenBy)
	}
	for _, s := range labs.Steps() {
		if len(s.Layers()) > 0 && breaks[s] == 0 {
			t.Errorf("no lab breaks %s", s)
		}
	}
	if shapes["gateway-api"] < 1 || shapes["istio-api"] < 2 || unseen < 1 {
		t.Errorf("shapes %v, unseen by analyze %d", shapes, unseen)
	}
}

// The syllabus is what labs are for: each stands in a row of it.
func TestLabsAreOfTheSyllabus(t *testing.T) {
	t.Parallel()
	s, problems := syllabus.Load(content.Shared())
	for _, p := range problems {
		t.Error(p)
	}
	for _, l := range s.Beside(load(t)) {
		t.Errorf("lab %s (catalogue %s) stands in no row of content/%s: put its id into the row that it is for", l.ID, l.Catalogue, syllabus.File)
	}
}
