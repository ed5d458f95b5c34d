package tui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui"
)

func TestRatingIsStoredWithItsTime(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r")
		x.Pass(7 * time.Second)
		x.Press("1") // no rating before the answer was seen
		x.Press("space", "3")
		if len(x.study.Rated) != 1 {
			t.Fatalf("stored %v, want one answer", x.study.Rated)
		}
		got := x.study.Rated[0]
		if got.Card != "passthrough-sni" || got.Rating != cards.Good || got.Took != 7*time.Second {
			t.Errorf("stored %+v", got)
		}
		x.Has("2 of 3", "Question 2?")
		x.HasNot("Answer 2.")
	})
}

func TestRatingThatFailsStaysAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.RateErr = errors.New("no space left on device")
		x.Press("r", "enter")
		x.Pass(3 * time.Second)
		x.Press("2")
		x.Has("The server name (SNI)", "not stored: no space left on device. Press 2 again", "1 of 3")
		x.Press("q")
		x.Has("Quit all the same?")
		x.Press("esc")
		if x.Quit {
			t.Fatal("quit although the rating was not stored")
		}
		x.Pass(time.Minute)
		x.study.RateErr = nil
		x.Press("2")
		x.Has("Question 2?")
		x.HasNot("not stored")
		if got := x.study.Rated; len(got) != 1 || got[0].Took != 3*time.Second {
			t.Errorf("stored %+v, want one answer with the time of the first try", got)
		}
	})
}

func TestTwoPressesStoreOneRating(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter")
		x.Burst("3", "3", "4")
		if len(x.study.Rated) != 1 {
			t.Errorf("stored %+v", x.study.Rated)
		}
		x.Has("Question 2?")
	})
}

func TestUndoShowsTheCardAgain(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "u")
		x.Has("nothing was done in this session")
		x.Press("enter", "4", "u")
		x.Has("What does the gateway need to know", "The server name (SNI)", "1 of 3", "taken back")
		if len(x.study.Rated) != 0 {
			t.Errorf("still stored: %+v", x.study.Rated)
		}
		x.Press("1", "enter")
		x.study.UndoErr = errors.New("locked")
		x.Press("u")
		x.Has("Answer 2.", "nothing was taken back: locked")
	})
}

func TestUndoFromTheSummary(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter", "3", "enter", "3", "enter", "3")
		x.Has("3 answers", "Tomorrow", "35 cards to review, 23 left of today")
		x.Press("u")
		x.Has("Question 3?", "3 of 3")
	})
}

func TestSuspendGoesOn(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "s")
		x.Has("Question 2?", "suspended")
		if a := x.study.Acted; len(a) != 1 || a[0].Card != "passthrough-sni" || a[0].Kind != cards.Suspended {
			t.Errorf("done: %+v", a)
		}
	})
}

func TestQuestionStaysAboveALongAnswer(t *testing.T) {
	t.Parallel()
	play(t, 40, 12, func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.study.Queue[0].Card.Back = strings.Repeat("The answer has many words. ", 12) + "The end."
	}, func(x *world) {
		x.Press("r", "enter")
		x.Has("What does the gateway need to know to", "The answer has many words.", "1 again")
		for range 20 {
			x.Press("down")
		}
		x.Has("What does the gateway need to know to", "The end.", "4 easy")
	})
}

func TestSuspensionIsTakenBack(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "s")
		x.Has("Question 2?", "u undo")
		x.Press("u")
		x.Has("What does the gateway need to know", "the card is back as it was")
		x.Press("enter", "3", "s") // the first rated, the second suspended
		x.Has("Question 3?")
		x.Press("u")
		x.Has("Question 2?")
		x.Press("u") // then the rating, as things were done
		x.Has("What does the gateway need to know", "the rating was taken back")
		if len(x.study.Rated) != 0 {
			t.Errorf("still stored: %+v", x.study.Rated)
		}
	})
}

func TestCardOpensItsLab(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "L")
		if diff := cmp.Diff([]string{"start shop-is-gone"}, x.labs.Calls()); diff != "" {
			t.Error(diff)
		}
		x.Press("esc")
		x.Has("What does the gateway need to know")
	})
}

func TestSummaryOffersTheLabThatHelps(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter", "1", "enter", "3", "enter", "4")
		x.Has("What was hard", "again What does the gateway", "“The shop is gone”")
		x.Press("L")
		if diff := cmp.Diff([]string{"start shop-is-gone"}, x.labs.Calls()); diff != "" {
			t.Error(diff)
		}
		x.Press("esc")
		x.Has("Today") // the summary gave its place to the lab
	})
}

func TestFirstSessionEndsAfterFive(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, p *tui.Ports, o *tui.Options) {
		firstDay(x, p, o)
		x.study.Queue = append(x.study.Queue, x.study.Queue...)
		for i := range x.study.Queue {
			p := *x.study.Queue[i]
			p.Card.ID += string(rune('a' + i))
			x.study.Queue[i] = &p
		}
	}, func(x *world) {
		x.Press("enter")
		x.Has("1 of 5")
		for range 5 {
			x.Press("enter", "3")
		}
		x.Has("5 answers")
	})
}

func TestFirstSessionThatWasLeftGoesOn(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, p *tui.Ports, o *tui.Options) {
		firstDay(x, p, o)
		x.study.Total.FirstTime, x.study.Total.FirstDay, x.study.Total.Reviewed = false, true, 2
		x.study.Queue = append(x.study.Queue, x.study.Queue[0])
	}, func(x *world) {
		x.Has("Go on", "with the first 5 cards", "3 to go")
		x.Press("enter")
		x.Has("1 of 3")
		for range 3 {
			x.Press("enter", "3")
		}
		x.Has("3 answers")
	})
}

func TestLateCardOfALeftReviewIsDropped(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.Slow = 5 * time.Second
		x.Press("r")
		x.Pass(3 * time.Second)
		x.Press("esc", "r")
		x.study.Drop()
		x.Pass(3 * time.Second) // the first answer came, for a screen that is gone
		x.Has("reading cards")
		x.Pass(3 * time.Second)
		x.Has("Question 2?")
	})
}

func TestReadingFailsAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.study.NextErr = errors.New("locked")
		x.Press("r")
		x.Has("could not be read", "locked")
		x.study.NextErr = nil
		x.Press("enter")
		x.Has("1 of 3")
	})
}
