// Package stats is the screen of numbers: retention, reviews so far, what
// comes, what keeps failing, how the labs stand. The root calls it.
package stats

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Study tells the numbers of the cards.
type Study interface {
	Stats(ctx context.Context) (cards.Stats, error)
}

// Labs lists the labs.
type Labs interface {
	List(ctx context.Context) ([]labs.Listing, error)
}

// Ports are what the screen needs. Labs may be nil.
type Ports struct {
	Study Study
	Labs  Labs
}

// Model is the stats screen.
type Model struct {
	env     *screen.Env
	ports   Ports
	request int
	loaded  bool
	err     string
	stats   cards.Stats
	labs    []labs.Listing
	size    screen.Size
	scroll  layout.Scroll
}

type loaded struct {
	request int
	stats   cards.Stats
	labs    []labs.Listing
	err     error
}

// New makes the screen.
func New(env *screen.Env, ports Ports) *Model { return &Model{env: env, ports: ports} }

// Init loads the numbers.
func (m *Model) Init() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, p := m.request, m.env.Ctx, m.ports
	return m.env.Do(func() tea.Msg {
		s, err := p.Study.Stats(ctx)
		var l []labs.Listing
		if err == nil && p.Labs != nil {
			l, err = p.Labs.List(ctx)
		}
		return loaded{id, widget.Safe(s), widget.Safe(l), err}
	})
}

// Update takes results.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.size = msg
	case screen.CardsChanged, screen.Shown:
		return m.Init()
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		return m.do(m.env.Intent(m.Scope(), msg))
	case loaded:
		if msg.request == m.request {
			m.loaded, m.stats, m.labs, m.err = true, msg.stats, msg.labs, widget.Words(msg.err)
		}
	}
	return nil
}

func (m *Model) do(i keymap.Intent) tea.Cmd {
	if i == keymap.Back {
		return m.env.Back()
	}
	m.scroll = widget.Move(m.scroll, i, len(m.lines(m.size.W)), m.size.H)
	return nil
}

// Useful says whether a key does something now.
func (m *Model) Useful(i keymap.Intent) bool {
	return i != keymap.Down || len(m.lines(m.size.W)) > m.size.H
}

// View draws the screen.
func (m *Model) View(w, h int) string {
	return layout.Fit(widget.Window(m.env.Styles, m.scroll, m.lines(w), w, h), w, h)
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope { return keymap.Stats }

// Where names the screen.
func (m *Model) Where() string { return "stats" }
