package tui_test

import (
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui"
)

// Numbers have units, and what is nought is not told.
func TestStatsOfAFirstDay(t *testing.T) {
	t.Parallel()
	setup := func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.study.Numbers = cards.Stats{Cards: 72, Reviews: 3, Streak: 1, TimeToday: 4 * time.Second,
			Days: []cards.Day{{Date: x.now, Reviews: 3}}}
	}
	play(t, 80, 24, setup, func(x *world) {
		x.Press("s")
		x.Has("today 4 s", "3 answers, up to 3 a day")
		x.HasNot("mature", "0 again", "00:04")
	})
}
