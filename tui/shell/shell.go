package shell

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// Open starts the program, on a terminal of w×h cells. It ends with ctx.
type Open func(ctx context.Context, w, h int) (Terminal, error)

// Pane shows one terminal.
type Pane struct {
	env   *screen.Env
	term  Terminal // nil until it was opened
	frame Frame
	focus bool
	size  screen.Size
	mark  marking
	used  bool // something was typed
}

type opened struct {
	pane *Pane
	term Terminal
	err  error
}

type drawn struct {
	pane  *Pane
	frame Frame
	err   error
}

// Ended is what a pane tells the screen that has it: its program has ended,
// or could not be started.
type Ended struct{ Err error }

// New makes a pane of a size; its command starts the program.
func New(env *screen.Env, size screen.Size, open Open) (*Pane, tea.Cmd) {
	p := &Pane{env: env, size: size, focus: true}
	ctx := env.Ctx
	return p, env.Do(func() tea.Msg {
		t, err := open(ctx, max(size.W, 1), max(size.H, 1))
		return opened{p, t, err}
	})
}

// next waits for the next frame. Each that arrives arms it again.
func (p *Pane) next() tea.Cmd {
	ctx, term, after := p.env.Ctx, p.term, p.frame.Number
	return p.env.Do(func() tea.Msg {
		f, err := term.Next(ctx, after)
		return drawn{p, f, err}
	})
}

// Update takes what the pane waits for, and says whether it was that.
func (p *Pane) Update(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case opened:
		return p.onOpened(msg), true
	case drawn:
		switch {
		case msg.pane != p:
			return nil, true
		case errors.Is(msg.err, context.Canceled):
			return nil, true
		case errors.Is(msg.err, ErrEnded):
			return p.tell(Ended{p.early(msg.err)}), true
		case msg.err != nil:
			return p.tell(Ended{msg.err}), true
		}
		p.frame = msg.frame
		return p.next(), true
	}
	return nil, false
}

// early is how a program ended to which nothing was said: it did not come up.
// Else its exit code is the learner's business.
func (p *Pane) early(err error) error {
	if p.used || err == ErrEnded {
		return nil
	}
	return err
}

func (p *Pane) tell(e Ended) tea.Cmd {
	term := p.term
	return p.env.Do(func() tea.Msg {
		if term != nil {
			e.Err = errors.Join(e.Err, term.Close())
		}
		return e
	})
}

func (p *Pane) onOpened(msg opened) tea.Cmd {
	switch {
	case msg.pane != p:
		return nil
	case msg.err != nil:
		return p.tell(Ended{msg.err})
	}
	p.term = msg.term
	p.term.Resize(p.size.W, p.size.H) // it may have changed meanwhile
	p.term.Focus(p.focus)
	return p.next()
}

// Key takes a key press that is not one of the pane's own: those are looked up
// by the screen that has it.
func (p *Pane) Key(k tea.KeyPressMsg) {
	p.mark = marking{}
	if p.term != nil {
		p.used = true
		p.term.Press(k)
	}
}

// Do acts on an intent of the pane's own keys.
func (p *Pane) Do(i keymap.Intent) {
	if p.term == nil {
		return
	}
	page := max(p.size.H-1, 1)
	switch i {
	case keymap.ScrollBack:
		p.term.Scroll(page)
	case keymap.ScrollForth:
		p.term.Scroll(-page)
	}
}

// Paste takes a paste.
func (p *Pane) Paste(text string) {
	if p.term != nil {
		p.term.Paste(text)
	}
}

// Focus tells whether keys go to the pane.
func (p *Pane) Focus(on bool) {
	p.focus = on
	if p.term != nil {
		p.term.Focus(on)
	}
}

// Resize changes the room that the pane has.
func (p *Pane) Resize(size screen.Size) {
	if size == p.size {
		return
	}
	p.size, p.mark = size, marking{}
	if p.term != nil {
		p.term.Resize(size.W, size.H)
	}
}
