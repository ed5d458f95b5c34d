package review

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// aside is a suspended card, and how many answers had been given before.
type aside struct {
	prompt *cards.Prompt
	after  int
}

type undone struct {
	request int
	prompt  *cards.Prompt // the card as it is then, nil if it need not be answered
	at      time.Time
	err     error
}

type suspended struct {
	request int
	err     error
}

type woken struct {
	request int
	at      time.Time
	err     error
}

func (m *Model) undo() tea.Cmd {
	switch {
	case m.phase == saving || m.phase == working || m.phase == loading:
		return nil
	case m.unsaved != nil:
		return screen.Send(screen.Flash{Text: "the rating was not stored yet: there is nothing to take back"})
	case len(m.done)+len(m.aside) == 0:
		return screen.Send(screen.Flash{Text: "nothing was done in this session"})
	}
	m.before, m.phase = m.phase, working
	if m.suspendedLast() {
		return m.wake(m.aside[len(m.aside)-1].prompt.Card.ID)
	}
	return m.takeBack()
}

// suspendedLast says that a card was suspended after the last answer.
func (m *Model) suspendedLast() bool {
	n := len(m.aside)
	return n > 0 && m.aside[n-1].after == len(m.done)
}

func (m *Model) suspend() tea.Cmd {
	if m.phase != question && m.phase != answer {
		return nil
	}
	m.before, m.phase = m.phase, working
	return m.setAside(m.prompt.Card.ID)
}

// takeBack takes the last answer of this session back: those of other windows
// are theirs.
func (m *Model) takeBack() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, study, deck, now, last := m.request, m.env.Ctx, m.ports.Study, m.deck, m.env.Now, m.done[len(m.done)-1]
	return func() tea.Msg {
		if _, err := study.Undo(ctx, last.id); err != nil {
			return undone{id, nil, now(), err}
		}
		p, err := study.Reread(ctx, last.prompt, deck)
		if err != nil {
			p = nil // reading the next card tells of it
		}
		return undone{id, widget.Safe(p), now(), nil}
	}
}

func (m *Model) setAside(card string) tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, study := m.request, m.env.Ctx, m.ports.Study
	return func() tea.Msg { return suspended{id, study.Suspend(ctx, card, true)} }
}

func (m *Model) wake(card string) tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, study, now := m.request, m.env.Ctx, m.ports.Study, m.env.Now
	return func() tea.Msg { return woken{id, now(), study.Suspend(ctx, card, false)} }
}

// onUndone shows the card whose rating was taken back with its answer, since
// it is to be rated anew.
func (m *Model) onUndone(msg undone) tea.Cmd {
	gone := errors.Is(msg.err, cards.ErrUndone) // by another window
	if msg.err != nil && !gone {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "nothing was taken back: " + widget.Words(msg.err), Bad: true})
	}
	last := m.done[len(m.done)-1]
	m.done = m.done[:len(m.done)-1]
	if gone {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "that rating was taken back already, in another window"})
	}
	flash := screen.Send(screen.Flash{Text: "the rating was taken back"})
	if msg.prompt == nil {
		return tea.Batch(flash, m.load())
	}
	m.show(msg.prompt, msg.at, answer)
	if msg.prompt.Day == last.prompt.Day { // else options stand in another order
		m.reply = last.reply
	}
	return flash
}

func (m *Model) onSuspended(msg suspended) tea.Cmd {
	if msg.err != nil {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "the card was not suspended: " + widget.Words(msg.err), Bad: true})
	}
	m.aside = append(m.aside, aside{m.prompt, len(m.done)})
	return tea.Batch(m.load(), screen.Send(screen.Flash{Text: "suspended; u takes it back, later the list of cards does"}))
}

func (m *Model) onWoken(msg woken) tea.Cmd {
	if msg.err != nil {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "the card is still suspended: " + widget.Words(msg.err), Bad: true})
	}
	last := m.aside[len(m.aside)-1]
	m.aside = m.aside[:len(m.aside)-1]
	m.show(last.prompt, msg.at, question)
	return screen.Send(screen.Flash{Text: "the card is back"})
}
