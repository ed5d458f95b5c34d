package tui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/shell"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// beside plays a lab with a shell beside it, which has shown its prompt.
func beside(t *testing.T, w, h int, f func(*world, *tuitest.Terminal)) {
	t.Helper()
	term := &tuitest.Terminal{}
	play(t, w, h, func(_ *world, p *tui.Ports, _ *tui.Options) { p.Shell = term.Open }, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("t")
		term.Show(prompt())
		x.Drain()
		f(x, term)
	})
}

func prompt() shell.Frame {
	return shell.Frame{Lines: []string{"$ kubectl get gateway -A", "NAMESPACE    NAME     AGE", "drill-shop   public   3m", "$ "}, X: 2, Y: 3, Shown: true}
}

func wantTerm(t *testing.T, term *tuitest.Terminal, from int, want ...string) {
	t.Helper()
	if got := term.Calls()[from:]; !slices.Equal(got, want) {
		t.Errorf("the terminal was told %q, want %q", got, want)
	}
}

func TestKeysGoToTheShell(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		x.Has("drill-shop public 3m", "goals", "ctrl+] to the lab")
		n := len(term.Calls())
		x.Press("q", "?", "esc", "ctrl+c", "t", "tab")
		x.Send(tea.PasteMsg{Content: "two\nlines"})
		wantTerm(t, term, n, "press q", "press ?", "press esc", "press ctrl+c", "press t", "press tab", "paste two\nlines")
		if x.Quit {
			t.Fatal("a key of the shell ended the program")
		}
		n = len(term.Calls())
		x.Press("ctrl+]", "down", "t", "x")
		wantTerm(t, term, n, "focus false", "focus true", "press x")
		if !slices.Contains(x.labs.Calls(), "recheck") {
			t.Error("nothing was looked at again when the shell was left")
		}
	})
}

func TestCursorStandsInTheShell(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, _ *tuitest.Terminal) {
		c := x.Model.View().Cursor
		if c == nil || c.Y != 2+3 || c.X != 64+1+2 {
			t.Errorf("cursor %+v, want it behind the prompt", c)
		}
		x.Press("ctrl+]")
		if c := x.Model.View().Cursor; c != nil {
			t.Errorf("cursor %+v while keys go to the lab", c.Position)
		}
	})
}

func TestShellHasTheRoomThereIs(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		wantTerm(t, term, 0, "open 95×41", "resize 95×41", "focus true")
		x.Send(tea.WindowSizeMsg{Width: 120, Height: 30})
		x.Press("ctrl+]", ">", "<", "<")
		x.Send(tea.WindowSizeMsg{Width: 90, Height: 30})
		x.HasNot("drill-shop public")
		x.Press("t")
		x.HasNot("goals")
		x.Has("drill-shop public")
		wantTerm(t, term, 3, "resize 71×26", "focus false", "resize 67×26", "resize 71×26", "resize 90×26", "focus true")
	})
}

func TestShellIsMadeWhole(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		x.Press("ctrl+]", "T")
		x.HasNot("goals")
		x.Press("ctrl+]")
		x.Has("goals", "drill-shop public")
		wantTerm(t, term, 3, "focus false", "focus true", "resize 160×41", "focus false", "resize 95×41")
	})
}

func TestShellEnds(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		term.End()
		x.Drain()
		x.HasNot("drill-shop public")
		x.Has("t shell", "looking again")
		if calls := term.Calls(); calls[len(calls)-1] != "close" {
			t.Errorf("the terminal was told %q, and not closed", calls)
		}
		x.Press("h")
		wantCalls(t, x, "start shop-is-gone", "recheck", "verdict listeners healthy")
	})
}

func click(x, y int) tea.MouseClickMsg {
	return tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}
}

func TestMouseInTheShell(t *testing.T) {
	t.Parallel()
	const left, top = 65, 2 // where the shell begins
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		if x.Model.View().MouseMode == tea.MouseModeNone {
			t.Fatal("the terminal is not asked for the mouse")
		}
		n := len(term.Calls())
		x.Send(tea.MouseWheelMsg{X: left, Y: top, Button: tea.MouseWheelUp})
		x.Send(click(left+13, top+2), tea.MouseMotionMsg{X: left + 18, Y: top + 2, Button: tea.MouseLeft},
			tea.MouseReleaseMsg{X: left + 18, Y: top + 2, Button: tea.MouseLeft})
		x.Has("copied what you marked")
		if !slices.ContainsFunc(x.Sent, func(m tea.Msg) bool { return fmt.Sprintf("%T %v", m, m) == "tea.setClipboardMsg public" }) {
			t.Error("the clipboard did not get the word that was marked")
		}
		wantTerm(t, term, n, "scroll 3")

		f := prompt()
		f.Mouse = true
		term.Show(f)
		x.Drain()
		n = len(term.Calls())
		x.Send(click(left+5, top+1))
		x.Send(click(3, top+1), click(left, top))
		wantTerm(t, term, n, "mouse left at 5,1", "focus false", "focus true", "mouse left at 0,0")
	})
}

func TestShellScrollsBack(t *testing.T) {
	t.Parallel()
	beside(t, 160, 45, func(x *world, term *tuitest.Terminal) {
		n := len(term.Calls())
		x.Send(tea.KeyPressMsg{Code: tea.KeyPgUp, Mod: tea.ModShift})
		wantTerm(t, term, n, "scroll 40")
		f := prompt()
		f.Back = 40
		term.Show(f)
		x.Drain()
		x.Has("40 lines back")
	})
}

func TestShellCannotBeOpened(t *testing.T) {
	t.Parallel()
	play(t, 160, 45, func(_ *world, p *tui.Ports, _ *tui.Options) { p.Shell = noShell }, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("t")
		x.Has("the shell ended: no lab is in progress", "goals")
		if strings.Contains(x.Render(), "opening your shell") {
			t.Error("it is still said to be opening")
		}
	})
}

func noShell(context.Context, int, int) (shell.Terminal, error) {
	return nil, errors.New("no lab is in progress")
}

func TestSplitScreens(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{120, 40}, {160, 45}, {300, 100}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			beside(t, size[0], size[1], func(x *world, _ *tuitest.Terminal) {
				golden.RequireEqual(t, []byte(x.Render()))
			})
		})
	}
}
