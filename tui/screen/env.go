package screen

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Env is what a screen is given. Each has its own.
type Env struct {
	// Ctx ends when the screen is left, App with the program: what must not be
	// cut short by leaving is done with App.
	Ctx, App context.Context
	Styles   *theme.Styles // replaced in place when the background is known
	MD       *widget.Markdown
	Keys     *keymap.Keys // replaced in place when others are chosen
	Look     *look.Look   // replaced in place
	Seq      *Seq
	// Now is the clock. Only commands may call it: screens learn the time
	// from Tick and from the messages that commands return.
	Now func() time.Time

	id     int
	cancel context.CancelFunc
}

// Own makes the environment of a new screen.
func (e *Env) Own() *Env {
	own := *e
	own.id = e.Seq.Next()
	own.Ctx, own.cancel = context.WithCancel(e.App)
	return &own
}

// ID names the screen within one run of the program.
func (e *Env) ID() int { return e.id }

// Close ends what the screen still waits for.
func (e *Env) Close() { e.cancel() }

// Do makes the command that runs f and brings what it returns to this screen
// and no other, or to nobody once the screen was left.
func (e *Env) Do(f func() tea.Msg) tea.Cmd {
	id := e.id
	return func() tea.Msg { return addressed(id, f()) }
}

// Ensure makes the command that begins to bring a cluster up.
func (e *Env) Ensure(c interface{ Ensure(context.Context) }) tea.Cmd {
	app := e.App
	return e.Do(func() tea.Msg {
		c.Ensure(app)
		return nil
	})
}

// Intent is what a key press asks this screen for in a scope, "" if nothing.
func (e *Env) Intent(s keymap.Scope, k tea.KeyPressMsg) keymap.Intent {
	return e.Keys.Lookup(s, k.String())
}

// Back closes this screen. Once it was closed, nothing happens: the key was
// pressed twice.
func (e *Env) Back() tea.Cmd { return Send(Back{From: e.id}) }

// Leave closes this screen, and then tells the root something.
func (e *Env) Leave(then tea.Msg) tea.Cmd { return Send(Back{From: e.id, Then: then}) }

// Ask asks a question over this screen, which gets what then makes of the
// answer.
func (e *Env) Ask(question, detail string, then func(yes bool) tea.Msg) tea.Cmd {
	id := e.id
	return Send(Ask{From: id, Question: question, Detail: detail,
		Then: func(yes bool) tea.Msg { return addressed(id, then(yes)) }})
}

// Page shows a page to read over this screen.
func (e *Env) Page(title, markdown string) tea.Cmd {
	return Send(Page{From: e.id, Title: title, Markdown: markdown})
}

// Exec gives a command the whole terminal. This screen gets the message that
// done makes of its end. Hello is printed before, "" for nothing.
func (e *Env) Exec(c tea.ExecCommand, hello string, done func(error) tea.Msg) tea.Cmd {
	id := e.id
	return Send(Exec{Command: c, Hello: hello, Done: func(err error) tea.Msg { return addressed(id, done(err)) }})
}

func addressed(to int, msg tea.Msg) tea.Msg {
	if msg == nil {
		return nil
	}
	return Result{To: to, Msg: msg}
}

// Seq hands out numbers, unique within one run of the program.
type Seq struct{ last int }

// Next returns a number never returned before.
func (s *Seq) Next() int { s.last++; return s.last }
