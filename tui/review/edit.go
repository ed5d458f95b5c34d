package review

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Editor lets the learner change cards.
type Editor interface {
	Edit(ctx context.Context, card string) (screen.Editing, error)
}

// edit is a card in the learner's editor.
type edit struct {
	begun   bool
	editing screen.Editing
}

type editBegun struct {
	request int
	editing screen.Editing
	err     error
}

type editorLeft struct {
	request int
	err     error
}

type editKept struct {
	request int
	kept    screen.Kept
	err     error
}

// mend is the answer to the question whether to go back to the editor.
type mend struct{ yes bool }

// change opens the card on screen in the learner's editor.
func (m *Model) change() tea.Cmd {
	switch {
	case m.phase != question && m.phase != answer:
		return nil
	case m.ports.Editor == nil:
		return screen.Say("cards cannot be changed here")
	case m.unsaved != nil:
		return screen.Send(screen.Flash{Text: "the rating is not stored yet: rate the card again first", Bad: true})
	}
	m.before, m.phase = m.phase, working
	m.edit = edit{begun: true}
	m.request = m.env.Seq.Next()
	id, ctx, port, card := m.request, m.env.App, m.ports.Editor, m.prompt.Card.ID
	return m.env.Do(func() tea.Msg {
		e, err := port.Edit(ctx, card)
		return editBegun{id, e, err}
	})
}

// onEdit takes what comes of editing.
func (m *Model) onEdit(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	switch msg := msg.(type) {
	case editBegun:
		if msg.request != m.request {
			return nil, true
		}
		if msg.err != nil {
			return m.leaveEdit("the card cannot be edited: "+widget.Words(msg.err), true), true
		}
		m.edit.editing = msg.editing
		return m.openEditor(), true
	case editorLeft:
		if msg.request != m.request {
			return nil, true
		}
		if msg.err != nil {
			return m.leaveEdit("the editor: "+widget.Words(msg.err)+" (set $EDITOR); what you wrote is in "+m.edit.editing.Left(), true), true
		}
		return m.keep(), true
	case editKept:
		if msg.request == m.request {
			return m.onKept(msg), true
		}
		return nil, true
	case mend:
		if msg.yes {
			return m.openEditor(), true
		}
		return m.leaveEdit("the card is what it was; what you wrote is in "+m.edit.editing.Left(), false), true
	}
	return nil, false
}

func (m *Model) openEditor() tea.Cmd {
	m.request = m.env.Seq.Next()
	id := m.request
	return m.env.Exec(m.edit.editing.Command(m.env.App), "", func(err error) tea.Msg { return editorLeft{id, err} })
}

func (m *Model) keep() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, e := m.request, m.env.App, m.edit.editing
	return m.env.Do(func() tea.Msg {
		kept, err := e.Keep(ctx)
		return editKept{id, widget.Safe(kept), err}
	})
}

// onKept shows the card as it is now, or asks whether to mend it.
func (m *Model) onKept(msg editKept) tea.Cmd {
	switch {
	case msg.err != nil:
		return m.env.Ask("The card was not changed. Back to the editor?", mistakes(msg.err), func(yes bool) tea.Msg { return mend{yes} })
	case !msg.kept.Changed:
		return m.leaveEdit("nothing was changed", false)
	}
	said := "the card is changed, in " + msg.kept.File
	if len(msg.kept.Notes) > 0 {
		said = "the card is changed, but " + msg.kept.Notes[0]
	}
	return tea.Batch(m.leaveEdit(said, false), m.reread(false))
}

// mistakes are the first of what is wrong, each on a line of its own.
func mistakes(err error) string {
	const most = 3
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "… and more")
	}
	for i, l := range lines {
		lines[i] = widget.Words(errors.New(l))
	}
	return strings.Join(lines, "\n\n")
}

// leaveEdit goes back to the card as it was on screen.
func (m *Model) leaveEdit(said string, bad bool) tea.Cmd {
	m.edit, m.phase = edit{}, m.before
	return screen.Send(screen.Flash{Text: said, Bad: bad})
}
