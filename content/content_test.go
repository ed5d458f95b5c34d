package content_test

import (
	"slices"
	"testing"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/content"
)

// The program ships no card that its own check complains about.
func TestDecksAreWithoutAFault(t *testing.T) {
	t.Parallel()
	decks, problems := deck.Load(deck.Source{FS: content.Decks(), Name: "decks"})
	for _, p := range problems {
		t.Error(p)
	}
	tags := map[string]int{}
	for _, d := range decks {
		if d.Checked == "" {
			t.Errorf("%s: does not say which versions its answers were checked against", d.File)
		}
		for _, c := range d.Cards {
			for _, tag := range c.Tags {
				tags[tag]++
			}
		}
	}
	for _, layer := range cards.Layers() {
		if n := tags["layer:"+layer]; n < 20 {
			t.Errorf("%d cards are about layer %s, want 20 at least", n, layer)
		}
	}
}

// The ids that learners' histories hang on never change.
func TestMissionCardsAreThere(t *testing.T) {
	t.Parallel()
	decks, _ := deck.Load(deck.Source{FS: content.Decks(), Name: "decks"})
	var n int
	var ids []string
	for _, d := range decks {
		n += len(d.Cards)
		for _, c := range d.Cards {
			ids = append(ids, c.ID)
		}
	}
	if n < 220 {
		t.Errorf("%d cards, want at least 220", n)
	}
	for _, id := range []string{
		"ingress-gateway-job", "passthrough-sni", "route-fails-service-healthy", "why-egress-gateway", "why-inspect-listeners",
	} {
		if !slices.Contains(ids, id) {
			t.Errorf("card %s is gone", id)
		}
	}
}
