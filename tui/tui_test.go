package tui_test

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// tour visits every screen in its main states and calls look at each.
func tour(x *world, look func(where string)) {
	visit := func(where string, f func()) {
		f()
		look(where)
	}
	visit("home", func() {})
	visit("question", func() { x.Press("r") })
	visit("answer", func() { x.Press("enter") })
	visit("not stored", func() { x.study.RateErr = errors.New("disk full"); x.Press("3"); x.study.RateErr = nil })
	visit("summary", func() { x.Press("3", "enter", "1", "enter", "2") })
	visit("labs", func() { x.Press("esc", "l") })
	visit("filter", func() { x.Press("/"); x.Type("gone") })
	visit("opening", func() { x.Press("enter", "enter") })
	for _, p := range []labs.Phase{labs.PhasePreparing, labs.PhaseBreaking, labs.PhaseDiagnosing, labs.PhaseUnearned,
		labs.PhaseFixing, labs.PhaseFailed, labs.PhaseResetting, labs.PhaseSolved} {
		visit("lab "+string(p), func() {
			v := tuitest.Solved(time.Now())
			if p == labs.PhaseDiagnosing || p == labs.PhaseUnearned {
				v = tuitest.View(time.Now())
				v.Steps[2].Hints = []string{"compare the two"}
			}
			v.Phase, v.Trouble, v.Doing = p, "a pod is gone", "a pod"
			v.Path[0].Was, v.Path[0].Changed = labs.Broken, time.Now()
			x.labs.Show(v)
			x.Drain()
		})
	}
	visit("details", func() {
		x.labs.Show(tuitest.View(time.Now()))
		x.Drain()
		x.Press("i")
	})
	visit("question over it", func() { x.Press("esc", "H") })
	visit("help", func() { x.Press("esc", "?") })
	visit("cards", func() { x.Press("esc", "esc", "esc", "esc", "c") })
	visit("card", func() { x.Press("enter") })
	visit("stats", func() { x.Press("esc", "esc", "s") })
	visit("trace", func() { x.Press("esc", "t"); x.Type("shop/cart"); x.Press("enter") })
}

func TestEveryScreenFitsEverySize(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		tour(x, func(where string) {
			for w := 1; w <= 200; w += 13 {
				for h := 1; h <= 60; h += 7 {
					x.Send(tea.WindowSizeMsg{Width: w, Height: h})
					lines := strings.Split(x.Model.View().Content, "\n")
					if len(lines) > h {
						t.Errorf("%s at %d×%d has %d lines", where, w, h, len(lines))
					}
					for _, l := range lines {
						if got := ansi.StringWidth(l); got > w {
							t.Errorf("%s at %d×%d: %d cells in %q", where, w, h, got, ansi.Strip(l))
						}
					}
				}
			}
			x.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
		})
		x.Send(tea.WindowSizeMsg{Width: 39, Height: 12})
		x.Has("needs 40×12, this terminal has 39×12")
	})
}

func TestDrawingChangesNothing(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		tour(x, func(where string) {
			first := x.Model.View().Content
			x.Model.View()
			if second := x.Model.View().Content; second != first {
				t.Errorf("%s: drawn again it is another", where)
			}
		})
	})
}

// evil is text that would take over a terminal.
const evil = "\x1b]0;owned\a\x1b]52;c;b3duZWQ=\a\x1b[2J\u009b31m\x9b31m\r\b&#27;[2J"

func TestForeignTextCannotReachTheTerminalRaw(t *testing.T) {
	t.Parallel()
	poison := func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.study.Total.Weakest = evil
		for _, p := range x.study.Queue {
			p.Card.Front += evil
			p.Card.Back += evil
			p.Card.Source += evil
			p.Reason += evil
			p.Card.Deck += evil
		}
		for i := range x.study.Rows {
			x.study.Rows[i].Card.Front += evil
			x.study.Rows[i].Card.Deck += evil
		}
		x.study.Numbers.Tags = []cards.TagRecall{{Tag: evil, Reviews: 3}}
		for i := range x.labs.Listings {
			x.labs.Listings[i].Title += evil
			x.labs.Listings[i].From = evil
		}
		for i := range x.labs.Path.Hops[0].Layers {
			r := &x.labs.Path.Hops[0].Layers[i]
			r.Summary, r.Want, r.Got = r.Summary+evil, r.Want+evil, r.Got+evil
		}
		x.labs.Path.Answer.Details = evil
	}
	play(t, 80, 24, poison, func(x *world) {
		check := func(where string) {
			view := x.Model.View()
			for _, r := range ours.ReplaceAllString(view.Content, "") {
				if r != '\n' && (r < 0x20 || (r >= 0x7f && r < 0xa0)) {
					t.Errorf("%s lets %U through", where, r)
				}
			}
			if strings.ContainsAny(view.WindowTitle, "\x1b\a\u009b") {
				t.Errorf("%s: window title %q", where, view.WindowTitle)
			}
		}
		tour(x, check)
		v := tuitest.View(time.Now())
		v.Ticket, v.Trouble, v.Lab.Title = evil, evil, evil
		v.Capture.LogLine, v.Capture.Error, v.Request.URL = evil, evil, "https://"+evil
		v.Steps[2].Title, v.Steps[2].Question, v.Steps[2].Ask, v.Steps[2].Reply = evil, evil, evil, evil
		v.Steps[2].Look, v.Steps[2].Hints = []string{evil}, []string{evil}
		v.Goals[0].Title, v.Goals[0].Why = evil, evil
		x.Press("esc", "esc", "l", "down", "enter")
		x.labs.Show(v)
		x.Drain()
		check("poisoned lab")
		x.Press("y")
		check("copied")
		x.labs.ReplyErr = errors.New(evil)
		x.Press("b")
		check("error")
		x.Press("i")
		check("details")
		x.cluster.Show(screen.Cluster{Name: evil, State: screen.ClusterFailed, Trouble: evil})
		x.Drain()
		x.Press("esc", "esc", "esc")
		check("cluster")
	})
}

// ours is what drawing itself writes: colours and links.
var ours = regexp.MustCompile("\x1b\\[[0-9;:]*m|\x1b\\]8;[^\x1b\a]*(?:\a|\x1b\\\\)")

func TestQuitFromEverywhere(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{{"q"}, {"ctrl+c"}, {"r", "q"}, {"l", "q"}, {"t", "ctrl+c"}, {"l", "/", "ctrl+c"},
		{"s", "q"}, {"?", "q", "q"}, {"c", "enter", "ctrl+c"}} {
		t.Run(strings.Join(keys, "+"), func(t *testing.T) {
			t.Parallel()
			play(t, 80, 24, nil, func(x *world) {
				x.Press(keys...)
				if !x.Quit {
					t.Errorf("still running:\n%s", x.Render())
				}
			})
		})
	}
}

func TestTwoPressesOpenOneScreen(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Burst("s", "s")
		x.Has("Memory")
		x.Press("esc")
		x.Has("Today")
		x.Press("l")
		x.Burst("esc", "esc")
		x.Has("Today")
	})
}

func TestLightAndDark(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "enter")
		dark, words := x.Model.View().Content, x.Render()
		x.Send(tea.BackgroundColorMsg{Color: color.White})
		if x.Model.View().Content == dark {
			t.Error("a light background changes no colour")
		}
		if x.Render() != words {
			t.Error("a light background changes the words")
		}
		x.Send(tea.BackgroundColorMsg{Color: color.Black})
		if x.Model.View().Content != dark {
			t.Error("back on a dark background the colours differ")
		}
	})
}

func TestHomeDrawsBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	m := tui.New(tui.Ports{Study: &tuitest.Study{}}, tui.Options{Now: time.Now})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if got := tuitest.Plain(m.View().Content); !strings.Contains(got, "Today   …") {
		t.Errorf("first frame:\n%s", got)
	}
}

func TestHomeSuggestsWithoutACoach(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(_ *world, p *tui.Ports, _ *tui.Options) { p.Coach = nil }, func(x *world) {
		x.Has("Next lab “The shop is gone” 10 min, not solved yet", "1 of 5 solved")
	})
}

// flaky is a cluster whose first watch fails.
type flaky struct {
	*tuitest.Cluster
	failed *bool
}

func (f flaky) Watch(ctx context.Context, after int) (tui.ClusterStatus, int, error) {
	if !*f.failed {
		*f.failed = true
		return tui.ClusterStatus{}, 0, fmt.Errorf("dial sandbox.sock: connection refused")
	}
	return f.Cluster.Watch(ctx, after)
}

func TestWatchingTheClusterIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, p *tui.Ports, _ *tui.Options) { p.Cluster = flaky{x.cluster, new(bool)} }, func(x *world) {
		x.Has("failed", "connection refused")
		x.Pass(2 * time.Second)
		x.Has("sandbox ● ready")
		x.HasNot("connection refused")
	})
}

func TestNoticesGoAway(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("r", "u")
		x.Has("nothing was done")
		x.Pass(2 * time.Second)
		x.Has("nothing was done")
		x.Pass(4 * time.Second)
		x.HasNot("nothing was done")
	})
}

func TestFilterNarrowsAndIsDropped(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("c", "/")
		x.Type("routes is:due")
		x.Has("1 of 4 cards")
		x.Press("enter", "s")
		x.Has("0 of 4 cards") // no longer due: it is suspended
		x.Press("esc")
		x.Has("4 cards", "suspended")
		x.Press("esc")
		x.Has("Today")
	})
}

func TestTraceCanBeLeftWhileItWalks(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("t", "enter")
		wantCalls(t, x)
		x.labs.TraceErr = errors.New("no cluster is running; gatedrill sandbox start")
		x.Type("http://a.example/x")
		x.Press("enter")
		x.Has("could not be walked: no cluster is running")
		wantCalls(t, x, "trace http://a.example/x")
		x.labs.TraceErr = nil
		x.Press("R")
		x.Has("no virtual host", "want a VirtualService")
		x.Press("enter", "esc", "esc")
		x.Has("Today")
	})
}

func TestHomeSaysThatDecksHaveProblems(t *testing.T) {
	t.Parallel()
	setup := func(x *world, _ *tui.Ports, _ *tui.Options) { x.study.Total.Problems = 3 }
	play(t, 80, 24, setup, func(x *world) {
		x.Has("3 problems kept cards from being loaded: gatedrill cards check names them")
	})
}
