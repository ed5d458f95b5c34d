package tui_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// Leaving a review whose rating could not be stored asks; one that is on its
// way is waited for.
func TestLeavingAsksForARatingThatIsNotStored(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.RateErr = errors.New("no space left on device")
		x.Press("r", "enter", "2", "esc")
		x.Has("Leave all the same?", "the rating of this card is not stored yet")
		x.Press("esc")
		x.Has("not stored: no space left on device")
		x.Press("s") // another action would hide it
		x.Has("not stored yet: rate it again first")
		x.study.RateErr = nil
		x.Press("2")
		x.Has("Question 2?")
		x.study.RateErr = errors.New("no space left on device")
		x.Press("enter", "2", "esc", "y")
		x.Has("Today")
		if len(x.study.Rated) != 1 {
			t.Errorf("stored %+v", x.study.Rated)
		}
	})
}

func TestEscapeWhileARatingIsStoredWaitsForIt(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"stored": nil, "not stored": errors.New("no space left on device")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, 80, 24, nil, func(x *world) {
				x.study.RateErr = err
				x.Press("r", "enter")
				x.Burst("3", "esc")
				if err != nil {
					x.Has("not stored: no space left on device. Press 3 again")
					return
				}
				x.Has("Today")
				if len(x.study.Rated) != 1 {
					t.Errorf("stored %+v", x.study.Rated)
				}
			})
		})
	}
}

func TestActionsOfAReview(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		key  string
		kind cards.Kind
		said string
		next bool // the next card is shown
	}{
		{"s", cards.Suspended, "suspended; u takes it back", true},
		{"b", cards.Buried, "put off until tomorrow; u takes it back", true},
		{"m", cards.Marked, "due, marked", false},
		{"F", cards.Forgotten, "new again, its history stays", false}, // it waits to be answered, as before
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			t.Parallel()
			play(t, 80, 24, nil, func(x *world) {
				x.Press("r", tt.key)
				x.Has(tt.said)
				if tt.next {
					x.Has("Question 2?")
				} else {
					x.Has("What does the gateway need to know")
				}
				if a := x.study.Acted; len(a) != 1 || a[0].Kind != tt.kind {
					t.Errorf("done: %+v", a)
				}
				x.Press("u")
				x.Has("What does the gateway need to know", "the card is back as it was")
				if len(x.study.Acted) != 0 {
					t.Errorf("still done: %+v", x.study.Acted)
				}
				x.study.ActErr = errors.New("locked")
				x.Press("enter", tt.key)
				x.Has("nothing was done to the card: locked", "The server name (SNI)")
			})
		})
	}
}

func TestMarkStaysOnScreen(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter", "m")
		x.Has("due, marked", "The server name (SNI)", "1 again")
		x.Press("u")
		x.HasNot("marked")
		x.Has("The server name (SNI)")
		x.Press("m", "m")
		x.HasNot("due, marked")
		if a := x.study.Acted; len(a) != 2 || a[1].Kind != cards.Unmarked {
			t.Errorf("done: %+v", a)
		}
	})
}

func TestRatingThatMakesALeechSaysSo(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, _ *tui.Ports, _ *tui.Options) {
		after := &x.study.Queue[0].Choices[0].After
		after.Suspended, after.Lapses = true, 8
	}, func(x *world) {
		x.Press("r", "enter", "1")
		x.Has("passthrough-sni was forgotten 8 times and is set aside; lab H1 may help", "Question 2?")
	})
}

func TestMoreNewCards(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.Queue = nil
		x.Press("r")
		x.Has("Nothing is due now.", "n 5 more new")
		x.Press("n")
		x.Has("Nothing is due now.")
		if x.study.Allowed != 5 {
			t.Errorf("%d more were allowed, want 5", x.study.Allowed)
		}
	})
}

// A cram stores nothing: what is not known comes again, undo goes back in it.
func TestCram(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.Rows = x.study.Rows[:2]
		first, second := x.study.Rows[0].Card.Front, x.study.Rows[1].Card.Front
		x.Press("c", "c")
		x.Has("review › cram", "cram, not rescheduled", "1 of 2", first[:20])
		x.Press("enter")
		x.Has("1 again    2 hard    3 good    4 easy")
		x.Press("1")
		x.Has("2 of 3", second[:20])
		x.Press("u")
		x.Has("1 of 2", first[:20], "The server name (SNI)")
		x.Press("1", "enter", "3", "enter", "space")
		x.Has("3 answers, 2 known.", "Nothing was rescheduled.")
		x.Press("u")
		x.Has("3 of 3", first[:20])
		x.Press("s") // what is set aside does not come again
		x.Has("2 answers")
		x.Press("u")
		x.Has("3 of 3", first[:20])
		if len(x.study.Rated) != 0 {
			t.Errorf("stored: %+v", x.study.Rated)
		}
		x.Pass(2 * time.Second)
	})
}

func TestCramOfNothing(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, _ *tui.Ports, o *tui.Options) {
		o.Start = screen.Open{Kind: screen.Review, Cram: "nothing-like-it"}
	}, func(x *world) {
		x.Has("No card is meant by nothing-like-it.")
	})
}

func TestFilterOfCards(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("c", "/")
		x.Type("deck:")
		x.Has("column 6: what is looked for is missing", "passthrough-sni")
		x.Type("tls")
		x.HasNot("column")
		x.Press("enter", "m")
		x.Has("* ")
		x.Press("u")
		x.Has("taken back")
		x.HasNot("* ")
		x.Press("u")
		x.Has("nothing was done in this list")
		x.Press("c")
		x.Has("review › cram")
	})
}
