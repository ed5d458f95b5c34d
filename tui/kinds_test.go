package tui_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/command"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

var _ tui.Editor = (*tuitest.Editor)(nil)

// asking lets the first card be of a kind.
func asking(kind string) func(*world, *tui.Ports, *tui.Options) {
	return func(x *world, p *tui.Ports, _ *tui.Options) {
		x.study.Queue = append([]*cards.Prompt{tuitest.Kinds()[kind]}, tuitest.Prompts(2)[1]) // a basic card is next
		p.Compare = command.Compare
	}
}

const typed = "istioctl pc listeners deploy/istio-ingressgateway -o json"

func TestKindScreens(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, kind string
		do         func(*world)
	}{
		{"cloze-answer", "cloze", func(x *world) { x.Press("enter") }},
		{"choice", "choice", func(*world) {}},
		{"choice-right", "choice", func(x *world) { x.Press(right(x)) }},
		{"choice-wrong", "choice", func(x *world) { x.Press(wrong(x)) }},
		{"choice-not-picked", "choice", func(x *world) { x.Press("enter") }},
		{"command", "command", func(x *world) { x.Type("istioctl pc") }},
		{"command-left", "command", func(x *world) {
			x.Type("istioctl pc")
			x.Press("esc")
		}},
		{"command-right", "command", func(x *world) {
			x.Type("istioctl pc r -n istio-system deployment/istio-ingressgateway")
			x.Press("enter")
		}},
		{"command-wrong", "command", func(x *world) {
			x.Type(typed)
			x.Press("enter")
		}},
		{"command-unreadable", "command", func(x *world) {
			x.Type("istioctl 'pc")
			x.Press("enter")
		}},
		{"triage", "triage", func(*world) {}},
		{"triage-cause", "triage", func(x *world) { x.Press("5") }},
		{"triage-wrong", "triage", func(x *world) { x.Press("4", wrong(x)) }},
		{"triage-free", "triage-free", func(x *world) {
			x.Press("5")
			x.Type("no route for the host")
		}},
		{"triage-free-answer", "triage-free", func(x *world) {
			x.Press("5")
			x.Type("no route for the host")
			x.Press("enter")
		}},
	}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 12}} {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				t.Parallel()
				play(t, size[0], size[1], asking(c.kind), func(x *world) {
					x.Press("r")
					c.do(x)
					golden.RequireEqual(x.T, x.Render())
				})
			})
		}
	}
}

// right and wrong are keys of options of the first card.
func right(x *world) string { return keyOf(x, true) }
func wrong(x *world) string { return keyOf(x, false) }

func keyOf(x *world, want bool) string {
	p := x.study.Queue[0]
	for i, o := range p.Card.Key.Shuffled(p.Card.ID, p.Day) {
		if o.Right == want {
			return fmt.Sprint(i + 1)
		}
	}
	x.T.Fatal("no such option")
	return ""
}

// What was said to a card goes nowhere but on the screen: it is graded by the
// learner, and what was said comes back with a grade that is taken back.
func TestWhatIsSaidIsGradedByTheLearner(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, asking("choice"), func(x *world) {
		x.Press("r", wrong(x))
		x.Has("you picked", "right is")
		x.Press("4")
		if got := x.study.Rated; len(got) != 1 || got[0].Rating != cards.Easy {
			t.Fatalf("stored %+v", got)
		}
		x.Press("u")
		x.Has("you picked", "the rating was taken back")
	})
}

// Keys are text while a command is typed, and only then.
func TestKeysWhileTyping(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, asking("command"), func(x *world) {
		x.Press("r")
		x.Type("su")
		x.Has("› su")
		x.Press("esc")
		x.Type("x") // no key of this screen
		x.Has("› su")
		x.Press("tab")
		x.Type("do ")
		x.Press("esc", "enter")
		x.Has("what you typed differs", "sudo")
		x.Press("1")
		x.Has("Question 2?")
		if x.Quit || len(x.study.Acted) > 0 || len(x.study.Rated) != 1 {
			t.Errorf("acted %v, rated %v", x.study.Acted, x.study.Rated)
		}
	})
}

func TestEditACard(t *testing.T) {
	t.Parallel()
	changed := func(x *world) func() error {
		return func() error {
			x.study.Elsewhere(func() {
				p := *x.study.Queue[0]
				p.Card.Front = "A better question?"
				x.study.Queue[0] = &p
			})
			return nil
		}
	}
	tests := []struct {
		name   string
		editor func(*world) *tuitest.Editor
		do     func(*world)
	}{
		{"good", func(x *world) *tuitest.Editor { return &tuitest.Editor{Write: changed(x)} }, func(x *world) {
			x.Press("e")
			x.Has("A better question?", "the card is changed")
			x.Press("enter", "3")
			if got := x.study.Rated; len(got) != 1 {
				x.T.Errorf("rated %v", got)
			}
		}},
		{"with the answer on screen", func(x *world) *tuitest.Editor {
			return &tuitest.Editor{Write: changed(x), Notes: []string{"x.md:3: card names no source"}}
		}, func(x *world) {
			x.Press("enter", "e")
			x.Has("A better question?", "The server name (SNI)", "but x.md:3: card names no source")
			x.Press("1")
			x.Has("Question 2?")
		}},
		{"bad, then mended", func(x *world) *tuitest.Editor {
			return &tuitest.Editor{Write: changed(x), Errs: []error{errors.New("x.md:2: is no kind of card: \"quiz\"\nx.md:9: answer is empty")}}
		}, func(x *world) {
			x.Press("e")
			x.Has("Back to the editor?", `x.md:2: is no kind of card: "quiz"`, "x.md:9: answer is empty")
			x.Press("y")
			x.Has("A better question?", "the card is changed")
		}},
		{"bad, and left", func(*world) *tuitest.Editor {
			return &tuitest.Editor{Errs: []error{errors.New("x.md:2: is no kind of card")}}
		}, func(x *world) {
			x.Press("e", "esc")
			x.Has("passthrough", "the card is what it was", "/home/jo/drafts/passthrough-sni-1.md")
			x.Press("enter")
			x.Has("The server name (SNI)")
		}},
		{"no editor", func(*world) *tuitest.Editor {
			return &tuitest.Editor{Write: func() error { return errors.New("exit status 127") }}
		}, func(x *world) {
			x.Press("e")
			x.Has("the editor: exit status 127 (set $EDITOR)")
		}},
		{"no such card any more", func(*world) *tuitest.Editor {
			return &tuitest.Editor{OpenErr: errors.New("no deck has this card")}
		}, func(x *world) {
			x.Press("e")
			x.Has("the card cannot be edited: no deck has this card", "passthrough")
		}},
		{"nothing changed", func(*world) *tuitest.Editor { return &tuitest.Editor{Same: true} }, func(x *world) {
			x.Press("e")
			x.Has("nothing was changed")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var editor *tuitest.Editor
			play(t, 80, 24, func(x *world, p *tui.Ports, _ *tui.Options) {
				editor = tt.editor(x)
				p.Editor = editor
			}, func(x *world) {
				x.Press("r")
				tt.do(x)
			})
			if editor.OpenErr == nil && (len(editor.Edited) != 1 || editor.Edited[0] != "passthrough-sni") {
				t.Errorf("edited %v", editor.Edited)
			}
		})
	}
}

// What is wrong with the decks is told where cards are listed.
func TestProblemsOfDecks(t *testing.T) {
	t.Parallel()
	wrong := []string{`decks/mine.md:3: is no kind of card: "quiz"`}
	play(t, 80, 24, func(_ *world, p *tui.Ports, _ *tui.Options) {
		p.Problems = func(context.Context) []string { return wrong }
	}, func(x *world) {
		x.Press("c")
		x.Has("1 problem with the decks: p lists them")
		x.Press("p")
		x.Has(wrong[0])
		x.Press("esc")
		x.study.Elsewhere(func() { wrong = nil })
		x.Pass(3 * time.Second)
		x.HasNot("problem with the decks", "p problems")
	})
}
