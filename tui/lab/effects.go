package lab

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/shell"
	"github.com/gatedrill/gatedrill/tui/widget"
)

type changed struct {
	watch  int
	view   labs.View
	number int
	at     time.Time
	err    error
}

type replied struct {
	request int
	step    labs.Step
	reply   labs.Reply
	finding bool
	err     error
}

// hinted carries no text: the hint comes with the next view.
type hinted struct {
	watch int
	err   error
}

type solutionRead struct {
	watch int
	text  string
	err   error
}

type resetDone struct {
	watch int
	err   error
}

type shellMade struct {
	watch int
	shell tea.ExecCommand
	err   error
}

type shellLeft struct {
	watch int
	err   error
}

type rechecked struct{ err error }

type startedAgain struct {
	watch int
	err   error
}

// next waits for the next view. Each view that arrives arms it again.
func (m *Model) next() tea.Cmd {
	id, ctx, port, after, now := m.watch, m.env.Ctx, m.ports.Labs, m.number, m.env.Now
	return m.env.Do(func() tea.Msg {
		v, n, err := port.Watch(ctx, after)
		return changed{id, widget.Safe(v), n, now(), err}
	})
}

func (m *Model) commit(s labs.Step, v labs.Verdict) tea.Cmd {
	m.sent = m.env.Seq.Next()
	id, ctx, port := m.sent, m.env.Ctx, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		r, err := port.Verdict(ctx, s, v)
		return replied{id, s, widget.Safe(r), false, err}
	})
}

func (m *Model) answer(s labs.Step, text string) tea.Cmd {
	m.sent = m.env.Seq.Next()
	id, ctx, port := m.sent, m.env.Ctx, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		r, err := port.Answer(ctx, s, text)
		return replied{id, s, widget.Safe(r), true, err}
	})
}

func (m *Model) hint(s labs.Step) tea.Cmd {
	id, ctx, port := m.watch, m.env.Ctx, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		_, err := port.Hint(ctx, s)
		return hinted{id, err}
	})
}

func (m *Model) solution() tea.Cmd {
	id, ctx, port := m.watch, m.env.Ctx, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		text, err := port.Solution(ctx)
		return solutionRead{id, cards.Clean(text), err}
	})
}

func (m *Model) reset() tea.Cmd {
	id, ctx, port := m.watch, m.env.App, m.ports.Labs
	return m.env.Do(func() tea.Msg { return resetDone{id, port.Reset(ctx)} })
}

// leave asks before it ends a shell.
func (m *Model) leave() tea.Cmd {
	if ends := m.Unsaved(); ends != "" {
		return m.ask(askLeave, "Leave the lab?", ends+". The lab stays as it is.")
	}
	return m.goAway()
}

// goAway stops watching; the lab stays as it is.
func (m *Model) goAway() tea.Cmd {
	ctx, port := m.env.App, m.ports.Labs
	left := screen.Tell(func() tea.Msg {
		if err := port.Leave(ctx); err != nil {
			return screen.Flash{Text: "the lab was not left cleanly: " + widget.Words(err), Bad: true}
		}
		return nil
	})
	if m.stage == waiting {
		return m.env.Back()
	}
	return tea.Batch(left, m.env.Back())
}

// startAgain has the fault put back into the lab on screen.
func (m *Model) startAgain() tea.Cmd {
	id, ctx, port, lab := m.watch, m.env.App, m.ports.Labs, m.view.Lab.ID
	return m.env.Do(func() tea.Msg { return startedAgain{id, port.Start(ctx, lab)} })
}

func (m *Model) onResult(msg tea.Msg) tea.Cmd {
	if m.shell.pane != nil {
		if cmd, mine := m.shell.pane.Update(msg); mine {
			return cmd
		}
	}
	switch msg := msg.(type) {
	case opened:
		if msg.watch == m.watch {
			return m.onOpened(msg.err)
		}
	case occupied:
		if msg.watch == m.watch {
			return m.onOccupied(msg.title)
		}
	case changed:
		if msg.watch == m.watch {
			return m.onChanged(msg)
		}
	case replied:
		if msg.request == m.sent {
			return m.onReplied(msg)
		}
	case hinted:
		if msg.watch == m.watch && msg.err != nil {
			return bad("no hint", msg.err)
		}
	case solutionRead:
		if msg.watch == m.watch && msg.err != nil {
			return bad("the solution could not be read", msg.err)
		}
		if msg.watch == m.watch {
			return m.env.Page("solution of "+m.title(), msg.text)
		}
	case resetDone:
		if msg.watch == m.watch {
			return m.onReset(msg.err)
		}
	case shellMade:
		if msg.watch == m.watch {
			return m.onShell(msg)
		}
	case shellLeft:
		if msg.watch == m.watch {
			return m.onShellLeft(msg.err)
		}
	case shell.Ended:
		return m.onShellEnded(msg)
	case startedAgain:
		if msg.watch == m.watch && msg.err != nil {
			return bad("it could not be started again", msg.err)
		}
	case rechecked:
		if msg.err != nil {
			return bad("could not look again", msg.err)
		}
	}
	return nil
}

func (m *Model) fail(err error) {
	m.stage, m.trouble = broken, widget.Words(err)
	m.stopTyping()
}

func (m *Model) onChanged(msg changed) tea.Cmd {
	if msg.err != nil {
		if errors.Is(msg.err, context.Canceled) || m.stage == broken {
			return nil
		}
		m.fail(msg.err)
		return nil
	}
	if msg.view.Phase == labs.PhaseIdle && m.stage == open && m.view.Phase != labs.PhaseIdle {
		return m.onReset(nil) // from here, or by a command elsewhere
	}
	if msg.view.Current != m.view.Current {
		m.focus, m.command = "", 0
	}
	if m.stage != open || msg.view.Phase != m.view.Phase {
		m.turned, m.focus, m.command = msg.at, "", 0
	}
	m.stage, m.seen, m.number, m.at, m.looking = open, msg.view, msg.number, msg.at, time.Time{}
	m.view = m.known()
	m.recall()
	if m.now.Before(msg.at) {
		m.now = msg.at
	}
	if m.typing && msg.view.Phase != labs.PhaseDiagnosing {
		m.stopTyping()
	}
	return m.next()
}

func (m *Model) onReplied(msg replied) tea.Cmd {
	m.sent = 0
	if msg.err != nil {
		return bad("it could not be judged, and was not counted", msg.err)
	}
	m.replies[msg.step] = msg.reply
	if msg.finding && msg.reply.Right {
		delete(m.drafts, msg.step)
	}
	return nil
}

func bad(what string, err error) tea.Cmd {
	return screen.Send(screen.Flash{Text: what + ": " + widget.Words(err), Bad: true})
}
