package tui_test

import (
	"testing"

	"github.com/gatedrill/gatedrill/tui/tuitest"
)

func TestPaletteDoesWhatIsFoundByTyping(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press(":")
		x.Has("commands", "show retention and forecast", "list the labs")
		x.Type("retention")
		x.HasNot("list the labs")
		x.Press("enter")
		x.Has("› stats")
		x.HasNot("commands")
	})
}

func TestPaletteOffersTheKeysOfTheScreen(t *testing.T) {
	t.Parallel()
	play(t, 80, 30, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press(":")
		x.Has("lab › The shop is gone › commands", "go to the statistics")
		x.Type("this layer is healthy")
		x.Press("enter")
		wantCalls(t, x, "start shop-is-gone", "verdict listeners healthy")
		x.Press(":")
		x.Type("take a hint")
		x.Press("enter")
		x.Has("Take a hint?")
		x.Press("y")
		wantCalls(t, x, "start shop-is-gone", "verdict listeners healthy", "hint listeners")
	})
}

func TestPaletteFindsLabs(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press(":")
		x.Type("lab: the shop")
		x.Press("enter")
		wantCalls(t, x, "start shop-is-gone")
	})
}

func TestPaletteCloses(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press(":")
		x.Type("nothing is called so")
		x.Has("Nothing is called so.")
		x.Press("enter", "esc")
		x.HasNot("commands")
		x.Press(":")
		x.Type("quit")
		x.Press("enter")
		if !x.Quit {
			t.Error("the program goes on")
		}
	})
}
