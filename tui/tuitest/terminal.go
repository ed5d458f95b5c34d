package tuitest

import (
	"context"
	"fmt"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/shell"
)

// Terminal plays the learner's shell. Show changes what Next returns.
type Terminal struct {
	frames feed[shell.Frame]
	ended  feed[bool]
	mu     sync.Mutex
	calls  []string
}

var _ shell.Terminal = (*Terminal)(nil)

// Open is the port that opens it.
func (t *Terminal) Open(_ context.Context, w, h int) (shell.Terminal, error) {
	t.called("open %d×%d", w, h)
	return t, nil
}

// Show makes a frame the current one.
func (t *Terminal) Show(f shell.Frame) { t.frames.set(f) }

// End lets the program end.
func (t *Terminal) End() {
	t.ended.set(true)
	t.frames.set(shell.Frame{})
}

// Calls lists what was called, in order: "press a", "resize 80×20".
func (t *Terminal) Calls() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.calls...)
}

func (t *Terminal) called(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, fmt.Sprintf(format, args...))
}

// Next waits for Show, or End.
func (t *Terminal) Next(ctx context.Context, after int) (shell.Frame, error) {
	f, n, err := t.frames.wait(ctx, after)
	f.Number = n
	if t.ended.get() {
		return shell.Frame{}, shell.ErrEnded
	}
	return f, err
}

// Press notes the call.
func (t *Terminal) Press(k tea.KeyPressMsg) { t.called("press %s", k) }

// Paste notes the call.
func (t *Terminal) Paste(text string) { t.called("paste %s", text) }

// Mouse notes the call.
func (t *Terminal) Mouse(m tea.MouseMsg) { t.called("mouse %s at %d,%d", m, m.Mouse().X, m.Mouse().Y) }

// Focus notes the call.
func (t *Terminal) Focus(on bool) { t.called("focus %v", on) }

// Resize notes the call.
func (t *Terminal) Resize(w, h int) { t.called("resize %d×%d", w, h) }

// Scroll notes the call.
func (t *Terminal) Scroll(lines int) { t.called("scroll %d", lines) }

// Close notes the call.
func (t *Terminal) Close() error {
	t.called("close")
	return nil
}
