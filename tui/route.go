package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/browse"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/lab"
	"github.com/gatedrill/gatedrill/tui/review"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/stats"
	"github.com/gatedrill/gatedrill/tui/trace"
)

// onKey turns a key into an intent, for the overlay on top or else for the
// screen in use. While a field is open, keys without a meaning are text.
func (m *Model) onKey(k tea.KeyPressMsg) tea.Cmd {
	m.flash = screen.Flash{}
	scope := m.scope()
	intent, known := keymap.Lookup(scope, k.String())
	switch {
	case !known && scope.Typing():
		return m.top().Update(k)
	case !known:
		return nil
	case intent == keymap.Interrupt && scope == keymap.Confirm:
		return m.quit()
	case intent == keymap.Interrupt, intent == keymap.Quit && len(m.overlays) == 0:
		return m.leave()
	case len(m.overlays) > 0:
		return m.onOverlay(intent)
	case intent == keymap.Help:
		m.overlays = append(m.overlays, keys(m.env, scope))
		return nil
	}
	cmd, _ := m.top().Handle(intent)
	return cmd
}

func (m *Model) scope() keymap.Scope {
	if n := len(m.overlays); n > 0 {
		return m.overlays[n-1].scope
	}
	return m.top().Scope()
}

// leave quits, after asking when something would be lost.
func (m *Model) leave() tea.Cmd {
	for _, s := range m.stack {
		if lost := s.Unsaved(); lost != "" {
			m.overlays = append(m.overlays, overlay{scope: keymap.Confirm, quits: true,
				ask: screen.Ask{Question: "Quit all the same?", Detail: lost + "."}})
			return nil
		}
	}
	return m.quit()
}

// open puts a screen on top. The same kind of screen is not put on itself,
// which happens when its key is pressed twice.
func (m *Model) open(o screen.Open) tea.Cmd {
	if m.top().kind == o.Kind {
		return nil
	}
	if m.ports.Labs == nil && (o.Kind == screen.Lab || o.Kind == screen.Labs || o.Kind == screen.Trace) {
		return screen.Send(screen.Flash{Text: m.opts.NoLabs, Bad: true})
	}
	s := m.make(o)
	if s == nil {
		return nil
	}
	if o.Instead && len(m.stack) > 1 {
		m.top().Close()
		m.stack = m.stack[:len(m.stack)-1]
	}
	m.stack = append(m.stack, entry{s, o.Kind})
	return tea.Batch(s.Update(m.size()), s.Update(screen.Tick{At: m.now}), s.Init())
}

func (m *Model) make(o screen.Open) screen.Screen {
	switch o.Kind {
	case screen.Review:
		p := review.Ports{Study: m.ports.Study, Compare: m.ports.Compare}
		if m.ports.Labs != nil {
			p.Labs = m.ports.Labs
		}
		if m.ports.Editor != nil {
			p.Editor = m.ports.Editor
		}
		return review.New(m.env, p, o)
	case screen.Lab:
		p := lab.Ports{Labs: m.ports.Labs}
		if m.ports.Cluster != nil {
			p.Cluster = m.ports.Cluster
		}
		return lab.New(m.env, p, o, m.news)
	case screen.Labs:
		return browse.NewLabs(m.env, m.ports.Labs)
	case screen.Cards:
		return browse.NewCards(m.env, m.ports.Study, m.ports.Problems)
	case screen.Stats:
		p := stats.Ports{Study: m.ports.Study}
		if m.ports.Labs != nil {
			p.Labs = m.ports.Labs
		}
		return stats.New(m.env, p)
	case screen.Trace:
		return trace.New(m.env, m.ports.Labs)
	}
	return nil
}

// back closes the screen in use and tells the one below that it is seen again.
func (m *Model) back(from screen.Screen) tea.Cmd {
	if len(m.stack) == 1 || m.top().Screen != from {
		return nil
	}
	m.top().Close()
	m.stack = m.stack[:len(m.stack)-1]
	return m.top().Update(screen.Shown{})
}
