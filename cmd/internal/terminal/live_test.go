//go:build unix

package terminal

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"github.com/gatedrill/gatedrill/tui/shell"
)

// live starts a shell, and waits for its prompt.
func live(t *testing.T) Live {
	t.Helper()
	cmd := exec.Command("sh", "-i")
	cmd.Env = []string{"PS1=ready> ", "TERM=xterm-256color", "PATH=/usr/bin:/bin"}
	s, err := Start(cmd, 60, 12)
	if err != nil {
		t.Skipf("no terminal can be made here: %v", err)
	}
	l := Live{s}
	t.Cleanup(func() { _ = l.Close() })
	wait(t, l, "ready>")
	return l
}

// wait returns the first frame in which a text stands.
func wait(t *testing.T, l Live, text string) shell.Frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	f := shell.Frame{}
	for {
		next, err := l.Next(ctx, f.Number)
		if err != nil {
			t.Fatalf("%q never came: %v\n%s", text, err, strings.Join(f.Lines, "\n"))
		}
		if f = next; strings.Contains(ansi.Strip(strings.Join(f.Lines, "\n")), text) {
			return f
		}
	}
}

func typed(l Live, text string) {
	for _, r := range text {
		l.Press(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	l.Press(tea.KeyPressMsg{Code: tea.KeyEnter})
}

func TestShellShowsWhatItIsTold(t *testing.T) {
	t.Parallel()
	l := live(t)
	typed(l, `printf '\033[31m%s\033[0m\n' "RED $((6*7))"`)
	f := wait(t, l, "RED 42")
	at := slices.IndexFunc(f.Lines, func(s string) bool { return strings.HasPrefix(ansi.Strip(s), "RED 42") })
	if at < 0 || !strings.Contains(f.Lines[at], "\x1b[31m") {
		t.Errorf("no red line in %q", f.Lines)
	}
	if f = wait(t, l, "ready> "); !f.Shown || f.X != len("ready> ") {
		t.Errorf("cursor at %d,%d (%v), want behind the prompt", f.X, f.Y, f.Shown)
	}
}

func TestShellKnowsItsSize(t *testing.T) {
	t.Parallel()
	l := live(t)
	l.Resize(71, 15)
	typed(l, "stty size")
	wait(t, l, "15 71")
}

func TestShellScrollsBackAndStays(t *testing.T) {
	t.Parallel()
	l := live(t)
	typed(l, "for i in $(seq 100); do echo line-$i-; done; sleep 0.3; echo more-$((1+1))")
	wait(t, l, "line-100-")
	l.Scroll(50)
	f := wait(t, l, "line-50-")
	if f.Back != 50 || f.Shown {
		t.Errorf("%d lines back, cursor %v, want 50 and none", f.Back, f.Shown)
	}
	first := f.Lines[0]
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for f.Back == 50 { // what is written meanwhile moves the end away
		var err error
		if f, err = l.Next(ctx, f.Number); err != nil {
			t.Fatal(err)
		}
	}
	if f.Lines[0] != first {
		t.Errorf("what is looked at moved: %q, was %q", f.Lines[0], first)
	}
	l.Press(tea.KeyPressMsg{Code: tea.KeyEnter})
	if f = wait(t, l, "more-2"); f.Back != 0 {
		t.Errorf("still %d lines back after a key", f.Back)
	}
}

// A flood neither freezes the terminal nor makes keys wait for it.
func TestShellIsFlooded(t *testing.T) {
	t.Parallel()
	l := live(t)
	began := time.Now()
	typed(l, "yes gatedrill | head -200000; echo over-$((1+1))")
	var slowest time.Duration
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for f := (shell.Frame{}); !strings.Contains(strings.Join(f.Lines, "\n"), "over-2"); {
		at := time.Now()
		l.Press(tea.KeyPressMsg{Code: tea.KeyLeft})
		slowest = max(slowest, time.Since(at))
		var err error
		if f, err = l.Next(ctx, f.Number); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("200000 lines in %s, a key waited %s at most", time.Since(began), slowest)
	if slowest > 200*time.Millisecond { // 16 ms on a quiet machine; the benchmark measures
		t.Errorf("a key waited %s", slowest)
	}
}

func TestShellEnds(t *testing.T) {
	t.Parallel()
	l := live(t)
	typed(l, "exit 3")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var err error
	for f := (shell.Frame{}); err == nil; f, err = l.Next(ctx, f.Number) {
	}
	var exit *exec.ExitError
	if !errors.Is(err, shell.ErrEnded) || !errors.As(l.err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("%v, %v: want that it ended with 3", err, l.err)
	}
}

// A job that is left behind keeps the terminal, and nobody waits for it.
func TestShellLeavesAJobBehind(t *testing.T) {
	t.Parallel()
	l := live(t)
	typed(l, "(trap '' HUP; sleep 60) & exit")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var err error
	for f := (shell.Frame{}); err == nil; f, err = l.Next(ctx, f.Number) {
	}
	if !errors.Is(err, shell.ErrEnded) {
		t.Errorf("%v, want that it ended", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestLocksAreNoModifiers(t *testing.T) {
	t.Parallel()
	l := live(t)
	typed(l, "cat -v")
	l.Press(tea.KeyPressMsg{Code: tea.KeyUp, Mod: tea.ModNumLock})
	l.Press(tea.KeyPressMsg{Code: tea.KeyEnter, Mod: tea.ModCapsLock})
	wait(t, l, "^[[A") // an interrupt throws away what was not read
	l.Press(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl | tea.ModNumLock})
	for f := (shell.Frame{}); strings.Count(strings.Join(f.Lines, "\n"), "ready>") < 2; {
		var err error
		if f, err = l.Next(t.Context(), f.Number); err != nil {
			t.Fatal(err)
		}
	}
}

// What is left out of a flood makes no difference to what can be seen.
func TestFloodLeavesNothingToSeeOut(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&b, "line %d %s\r\n", i, strings.Repeat("x", i%50))
	}
	b.WriteString("end")
	draw := func(text []byte) string {
		e := vt.NewEmulator(40, 10)
		e.SetScrollbackSize(scrollback)
		_, _ = e.Write(text)
		out := e.String()
		for _, l := range e.Scrollback().Lines() {
			out += "\n" + l.String()
		}
		return out
	}
	s := &Screen{emu: vt.NewEmulator(40, 10)}
	text := []byte(b.String())
	kept := s.seen(text)
	if len(kept) > len(text)/4 {
		t.Errorf("%d of %d bytes are kept", len(kept), len(text))
	}
	if got, want := draw(kept), draw(text); got != want {
		t.Errorf("what is seen differs:\n%.300s\nwant\n%.300s", got, want)
	}
	red := []byte("\x1b[31m" + b.String())
	if kept := s.seen(red); len(kept) != len(red) {
		t.Error("text with a colour is cut, and loses it")
	}
}

func TestKeysWithModifiers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  tea.KeyPressMsg
		want string
		ours bool
	}{
		{tea.KeyPressMsg{Code: 'a', Text: "A", Mod: tea.ModShift}, "A", true},
		{tea.KeyPressMsg{Code: 'ö', Text: "ö"}, "ö", true},
		{tea.KeyPressMsg{Code: tea.KeyRight, Mod: tea.ModCtrl}, "\x1b[1;5C", true},
		{tea.KeyPressMsg{Code: tea.KeyDelete, Mod: tea.ModShift}, "\x1b[3;2~", true},
		{tea.KeyPressMsg{Code: tea.KeyUp, Mod: tea.ModShift | tea.ModAlt}, "\x1b[1;4A", true},
		{tea.KeyPressMsg{Code: tea.KeyBackspace, Mod: tea.ModAlt}, "\x1b\x7f", true},
		{tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}, "", false},
		{tea.KeyPressMsg{Code: tea.KeyUp}, "", false},
		{tea.KeyPressMsg{Code: 'b', Mod: tea.ModAlt}, "", false},
	} {
		if got, ours := encode(c.key); got != c.want || ours != c.ours {
			t.Errorf("%s: %q %v, want %q %v", c.key, got, ours, c.want, c.ours)
		}
	}
}
