package tui_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// answered is the first card of the queue after an answer in another window.
func answered(s *tuitest.Study) {
	p := *s.Queue[0]
	p.Memory = cards.Memory{State: cards.Learning, Reps: 1, Stability: 2}
	p.Choices[cards.Good-cards.Again].Interval = 77 * 24 * time.Hour
	s.Queue[0] = &p
}

func TestAnotherWindowAnswersTheCard(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{"question": {"r"}, "answer": {"r", "enter"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, 80, 24, nil, func(x *world) {
				x.Press(keys...)
				x.study.Elsewhere(func() { answered(x.study) })
				x.Pass(2 * time.Second)
				x.Has("Another window answered this card: here it is anew.", "What does the gateway need to know", "1 of 3")
				x.HasNot("1 again")
				x.Press("enter")
				x.Has("2.5mo") // the intervals of now
				x.Press("3")
				if got := x.study.Rated; len(got) != 1 {
					t.Errorf("stored %+v", got)
				}
				x.Has("Question 2?")
			})
		})
	}
}

// A screen that another one covers reads again when it is seen again.
func TestCoveredReviewNotices(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter", "L")
		x.study.Elsewhere(func() { answered(x.study) })
		x.Pass(2 * time.Second)
		x.Press("esc")
		x.Has("Another window answered this card: here it is anew.", "What does the gateway need to know")
	})
}

// The other window was faster than the pulse: the store refuses the rating.
func TestRatingIsRefused(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter")
		answered(x.study)
		x.Press("4")
		x.Has("Another window answered this card: here it is anew.", "What does the gateway need to know")
		x.HasNot("4 easy", "not stored")
		if len(x.study.Rated) != 0 {
			t.Errorf("stored %+v", x.study.Rated)
		}
		x.Press("enter", "4")
		x.Has("Question 2?")
		x.Press("enter")
		x.study.Drop()
		x.Press("3")
		x.Has("another window dealt with that card: here is the next one", "Question 3?")
	})
}

func TestRefusedRatingAndNothingCanBeRead(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter")
		answered(x.study)
		x.study.NextErr = errors.New("locked")
		x.Press("4")
		x.Has("The next card could not be read", "locked")
		x.study.NextErr = nil
		x.Press("enter")
		x.Has("What does the gateway need to know")
	})
}

func TestAnotherWindowDealsWithTheCard(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r")
		x.study.Elsewhere(func() { x.study.Queue = x.study.Queue[1:] })
		x.Pass(2 * time.Second)
		x.Has("another window dealt with that card", "Question 2?")
	})
}

// A card left open over night: what each rating would do is computed anew.
func TestNightPassesOverACard(t *testing.T) {
	t.Parallel()
	tomorrow := func(x *world) {
		p := *x.study.Queue[0]
		p.Day++
		p.Choices[cards.Good-cards.Again].Interval = 77 * 24 * time.Hour
		x.study.Queue[0] = &p
	}
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter")
		x.Has("3 good 3d")
		x.study.Elsewhere(func() { tomorrow(x); x.study.Beat.Day++ })
		x.Pass(2 * time.Second)
		x.Has("A new day has begun", "3 good 2.5mo", "The server name (SNI)")
		tomorrow(x) // and the rating comes before the pulse
		x.Press("3")
		x.Has("A new day has begun: these are its intervals.", "The server name (SNI)")
		x.Press("3")
		x.Has("Question 2?")
	})
}

// u takes back what was answered here, also while another window answers.
func TestUndoBelongsToTheSession(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter", "3")
		x.study.Elsewhere(func() {
			x.study.Rated = append(x.study.Rated, tuitest.Rated{ID: cards.ID{9}, Card: "theirs", Rating: cards.Good})
		})
		x.Press("u")
		x.Has("the rating was taken back", "What does the gateway need to know", "The server name (SNI)")
		if got := x.study.Rated; len(got) != 1 || got[0].Card != "theirs" {
			t.Errorf("left is %+v, want the answer of the other window", got)
		}
		x.Press("u")
		x.Has("nothing was done in this session")
		x.Press("3")
		x.study.Elsewhere(func() { x.study.Rated = nil }) // revoked elsewhere
		x.Press("u")
		x.Has("taken back already, in another window", "Question 2?")
		x.Press("u")
		x.Has("nothing was done in this session")
	})
}

func TestHomeAndStatsNotice(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Has("23 cards due")
		x.study.Elsewhere(func() { x.study.Total.Due = 5 })
		x.Pass(2 * time.Second)
		x.Has("8 cards due")
		x.Press("s")
		x.Has("answers 640")
		x.study.Elsewhere(func() { x.study.Numbers.Reviews = 641 })
		x.Pass(2 * time.Second)
		x.Has("answers 641")
		x.Press("esc", "r", "enter", "3", "enter", "3", "enter", "3")
		x.Has("Tomorrow 35 cards")
		x.study.Elsewhere(func() { x.study.Numbers.Forecast = []int{0, 7} })
		x.Pass(2 * time.Second)
		x.Has("Tomorrow 7 cards to review")
		x.study.Elsewhere(func() { x.study.Numbers.Forecast = []int{3, 0}; x.study.Beat.Day++ })
		x.Pass(2 * time.Second)
		x.Has("Tomorrow 3 cards to review, 3 left of today")
	})
}
