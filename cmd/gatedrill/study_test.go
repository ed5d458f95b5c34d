package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui"
)

// The screens are served by the same service as the commands.
var _ tui.Study = (*study.Service)(nil)

// Cards and labs know nothing of each other, and must mean the same layers.
func TestCardsAndLabsNameTheSameLayers(t *testing.T) {
	t.Parallel()
	var layers []string
	for _, l := range labs.Layers() {
		layers = append(layers, string(l))
	}
	if diff := cmp.Diff(layers, cards.Layers()); diff != "" {
		t.Errorf("layers (-labs +cards):\n%s", diff)
	}
	var steps []string
	for _, s := range labs.Steps() {
		steps = append(steps, string(s))
	}
	if diff := cmp.Diff(steps, cards.Steps()); diff != "" {
		t.Errorf("steps (-labs +cards):\n%s", diff)
	}
}
