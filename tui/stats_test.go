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

// Nothing recalled is a number, nothing asked is none.
func TestStatsTellNoughtFromUnknown(t *testing.T) {
	t.Parallel()
	for want, month := range map[string]cards.Recalled{
		"retention, 30 days 0 % of 4": {Reviews: 4}, "retention, 30 days –": {},
	} {
		setup := func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.study.Numbers = cards.Stats{Cards: 72, Reviews: 9, Retention: cards.Retention{Month: month, Least: 0.9, Most: 0.9}}
		}
		play(t, 80, 24, setup, func(x *world) {
			x.Press("s")
			x.Has(want, "wanted 90 %")
		})
	}
}
