//go:build unix

package terminal

import (
	"context"
	"fmt"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"github.com/gatedrill/gatedrill/tui/shell"
)

// frameTime is how much a program may write before it is looked at again:
// what comes meanwhile is shown together.
const frameTime = 12 * time.Millisecond

// scrollback is how many lines are kept of what left the screen.
const scrollback = 1000

// Live is a Screen whose keys and mouse are a person's.
type Live struct{ *Screen }

var _ shell.Terminal = Live{}

// Next waits for a change and returns what is on screen.
func (l Live) Next(ctx context.Context, after int) (shell.Frame, error) {
	for {
		l.mu.Lock()
		number, changed := l.number, l.changed
		l.mu.Unlock()
		if number > after {
			break
		}
		select {
		case <-changed:
		case <-l.ended:
			return shell.Frame{}, l.end()
		case <-ctx.Done():
			return shell.Frame{}, context.Cause(ctx)
		}
	}
	select {
	case <-time.After(frameTime):
	case <-l.ended:
	}
	return l.frame(), nil
}

// end says how the program ended.
func (l Live) end() error {
	if l.err != nil {
		return fmt.Errorf("%w: %w", shell.ErrEnded, l.err)
	}
	return shell.ErrEnded
}

// frame draws the screen, or what is scrolled back to.
func (l Live) frame() shell.Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.emu.Height()
	f := shell.Frame{Number: l.number, Back: l.back, Mouse: l.mouse(), Shown: !l.hidden && l.back == 0}
	at := l.emu.CursorPosition()
	f.X, f.Y = at.X, at.Y
	old := l.emu.Scrollback()
	for y := range h {
		if from := l.emu.ScrollbackLen() - l.back + y; l.back > 0 && from < l.emu.ScrollbackLen() {
			f.Lines = append(f.Lines, old.Line(from).Render())
			continue
		}
		row := make(uv.Line, 0, l.emu.Width())
		for x := range l.emu.Width() {
			if c := l.emu.CellAt(x, y-l.back); c != nil {
				row = append(row, *c)
			}
		}
		f.Lines = append(f.Lines, row.Render())
	}
	return f
}

// mouse says whether the program asked for the mouse.
func (l Live) mouse() bool {
	for _, m := range []ansi.Mode{ansi.ModeMouseX10, ansi.ModeMouseNormal, ansi.ModeMouseButtonEvent, ansi.ModeMouseAnyEvent} {
		if l.modes[m] {
			return true
		}
	}
	return false
}

// touch makes a new frame: what is shown is to be drawn anew.
func (s *Screen) touch() {
	s.number++
	close(s.changed)
	s.changed = make(chan struct{})
}

// Press sends a key, and shows the screen's end again.
func (l Live) Press(k tea.KeyPressMsg) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back != 0 {
		l.back = 0
		l.touch()
	}
	k.Mod &^= tea.ModCapsLock | tea.ModNumLock | tea.ModScrollLock
	if text, ok := encode(k); ok {
		l.emu.SendText(text)
		return
	}
	l.emu.SendKey(uv.KeyPressEvent(k))
}

// Paste sends text, in brackets where the program asked for them.
func (l Live) Paste(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back != 0 {
		l.back = 0
		l.touch()
	}
	l.emu.Paste(text)
}

// Mouse hands on what the mouse did.
func (l Live) Mouse(m tea.MouseMsg) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch m := m.(type) {
	case tea.MouseClickMsg:
		l.emu.SendMouse(uv.MouseClickEvent(m))
	case tea.MouseReleaseMsg:
		l.emu.SendMouse(uv.MouseReleaseEvent(m))
	case tea.MouseWheelMsg:
		l.emu.SendMouse(uv.MouseWheelEvent(m))
	case tea.MouseMotionMsg:
		l.emu.SendMouse(uv.MouseMotionEvent(m))
	}
}

// Focus tells the program, if it asked for that.
func (l Live) Focus(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if on {
		l.emu.Focus()
	} else {
		l.emu.Blur()
	}
}

// Resize changes the size of the screen.
func (l Live) Resize(w, h int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w < 1 || h < 1 || w == l.emu.Width() && h == l.emu.Height() {
		return
	}
	l.emu.Resize(w, h)
	l.back = 0
	l.resize(w, h)
	l.touch()
}

// Scroll moves into what left the screen. A program that has the whole screen
// for itself keeps nothing of it.
func (l Live) Scroll(lines int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	most := l.emu.ScrollbackLen()
	if l.emu.IsAltScreen() {
		most = 0
	}
	if to := max(0, min(l.back+lines, most)); to != l.back {
		l.back = to
		l.touch()
	}
}

// Close ends the program as a terminal does that is closed, and waits for its
// end.
func (l Live) Close() error {
	select {
	case <-l.ended:
	default:
		_ = l.cmd.Process.Signal(syscall.SIGHUP)
		select {
		case <-l.ended:
		case <-time.After(time.Second):
			_ = l.cmd.Process.Kill()
			<-l.ended
		}
	}
	return l.free()
}

func callbacks(s *Screen) vt.Callbacks {
	return vt.Callbacks{ // all are called inside of Write, under the lock
		CursorVisibility: func(visible bool) { s.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { s.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { s.modes[m] = false },
	}
}
