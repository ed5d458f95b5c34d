package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/help"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// measure is the longest line of prose that reads well.
const measure = 88

// overlay is a page to read, or a question, over a screen.
type overlay struct {
	scope  keymap.Scope
	title  string
	lines  func(w int) []string // of a page
	scroll layout.Scroll
	ask    screen.Ask
	quits  bool // yes means to quit
}

// page shows Markdown.
func page(env *screen.Env, p screen.Page) overlay {
	return overlay{scope: keymap.Page, title: p.Title, lines: func(w int) []string {
		return append([]string{""}, layout.Indent(env.MD.Lines(p.Markdown, min(w-2, measure)), 1)...)
	}}
}

// keys shows the keys of a scope.
func keys(env *screen.Env, s keymap.Scope) overlay {
	return overlay{scope: keymap.Page, title: "keys", lines: func(w int) []string { return help.Lines(env.Styles, s, w) }}
}

// onOverlay acts on an intent for the overlay on top.
func (m *Model) onOverlay(i keymap.Intent) tea.Cmd {
	top := &m.overlays[len(m.overlays)-1]
	if top.scope == keymap.Confirm {
		return m.onConfirm(*top, i)
	}
	switch i {
	case keymap.Back, keymap.Quit, keymap.Help:
		m.overlays = m.overlays[:len(m.overlays)-1]
		return nil
	}
	size := m.size()
	top.scroll, _ = widget.Move(top.scroll, i, len(top.lines(size.W)), size.H)
	return nil
}

func (m *Model) onConfirm(o overlay, i keymap.Intent) tea.Cmd {
	yes := i == keymap.Yes
	if !yes && i != keymap.Back && i != keymap.Quit {
		return nil
	}
	m.overlays = m.overlays[:len(m.overlays)-1]
	if o.quits {
		if yes {
			return m.quit()
		}
		return nil
	}
	return m.broadcast(screen.Answered{ID: o.ask.ID, Yes: yes})
}
