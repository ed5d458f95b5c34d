package tui_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// There is one screen of each kind: a second lab screen would take the session
// of the first away.
func TestOneScreenOfAKind(t *testing.T) {
	t.Parallel()
	play(t, 80, 40, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press(":")
		x.Type("go to the statistics")
		x.Press("enter")
		x.Has("› stats")
		x.Press(":")
		x.Type("lab: the shop is gone")
		x.Press("enter")
		x.Has("lab › The shop is gone", "goals")
		wantCalls(t, x, "start shop-is-gone")
		x.Press("esc")
		x.HasNot("stats", "goals")
	})
}

func TestAnswersCountOnce(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("H")
		x.Burst("y", "y", "y")
		wantCalls(t, x, "start shop-is-gone", "hint listeners")
	})
}

func TestShellIsNotEndedUnasked(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, _ *tuitest.Terminal) {
		x.Press("ctrl+]", "esc")
		x.Has("Leave the lab?", "Your shell beside the lab ends")
		x.Press("n")
		x.Has("drill-shop public")
		x.Press("q")
		x.Has("Quit all the same?")
		x.Press("n", "esc", "y")
		x.HasNot("drill-shop public")
		if !strings.Contains(strings.Join(x.labs.Calls(), " "), "leave") {
			t.Errorf("the lab was not left: %v", x.labs.Calls())
		}
	})
}
