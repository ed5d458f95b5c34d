// Package overlay holds what lies over a screen: a page to read, a question.
// Each is a screen of its own, which the root puts on top.
package overlay

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

// Page is something to read and scroll.
type Page struct {
	env    *screen.Env
	title  string
	lines  func(w int) []string
	scroll layout.Scroll
	size   screen.Size
}

// NewPage shows Markdown.
func NewPage(env *screen.Env, title, markdown string) *Page {
	return &Page{env: env, title: title, lines: func(w int) []string {
		return append([]string{""}, layout.Indent(env.MD.Lines(markdown, min(w-2, measure)), 1)...)
	}}
}

// NewKeys shows the keys of a scope.
func NewKeys(env *screen.Env, s keymap.Scope) *Page {
	return &Page{env: env, title: "keys", lines: func(w int) []string { return help.Lines(env.Styles, env.Keys, s, w) }}
}

// Init has nothing to load.
func (p *Page) Init() tea.Cmd { return nil }

// Update scrolls, and closes the page.
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		p.size = msg
	case tea.KeyPressMsg:
		intent := p.env.Intent(p.Scope(), msg)
		if intent == keymap.Back {
			return p.env.Back()
		}
		p.scroll = widget.Move(p.scroll, intent, len(p.lines(p.size.W)), p.size.H)
	}
	return nil
}

// View draws the part that is scrolled to.
func (p *Page) View(w, h int) string {
	return layout.Fit(widget.Window(p.env.Styles, p.scroll, p.lines(w), w, h), w, h)
}

// Useful says whether a key does something now.
func (p *Page) Useful(i keymap.Intent) bool {
	return i != keymap.Down || len(p.lines(p.size.W)) > p.size.H
}

// Scope names the keys in force.
func (p *Page) Scope() keymap.Scope { return keymap.Page }

// Where is the page's title.
func (p *Page) Where() string { return p.title }
