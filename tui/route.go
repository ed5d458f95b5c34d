package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/browse"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/lab"
	"github.com/gatedrill/gatedrill/tui/overlay"
	"github.com/gatedrill/gatedrill/tui/review"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/setup"
	"github.com/gatedrill/gatedrill/tui/stats"
	"github.com/gatedrill/gatedrill/tui/trace"
)

// entry is a screen on the stack.
type entry struct {
	screen.Screen
	env  *screen.Env
	kind screen.Kind // what it was opened as, "" for one that lies over another
	over int         // the screen over which it lies, 0 for one that was opened
}

// floats says whether what is below stays on screen.
func (e entry) floats() bool {
	_, yes := e.Screen.(interface{ Floats() })
	return yes
}

func (m *Model) top() entry { return m.stack[len(m.stack)-1] }

// opened is the screen that the one on top is, or lies over.
func (m *Model) opened() entry {
	i := len(m.stack) - 1
	for m.stack[i].over != 0 {
		i--
	}
	return m.stack[i]
}

// onKey gives a key press to the screen on top, unless it means the same
// everywhere.
func (m *Model) onKey(k tea.KeyPressMsg) tea.Cmd {
	m.flash = screen.Flash{}
	top := m.top()
	switch m.env.Keys.Everywhere(top.Scope(), k.String()) {
	case keymap.Interrupt:
		if top.Scope() == keymap.Confirm {
			return m.quit()
		}
		return m.leave()
	case keymap.Quit:
		return m.leave()
	case keymap.Sleep:
		return tea.Suspend
	case keymap.Commands:
		return m.palette()
	case keymap.Help:
		own := m.env.Own()
		return m.push(entry{Screen: overlay.NewKeys(own, top.Scope()), env: own, over: top.env.ID()})
	}
	return top.Update(k)
}

// leave quits, after asking when something would be lost.
func (m *Model) leave() tea.Cmd {
	for _, e := range m.stack {
		s, holds := e.Screen.(screen.Holding)
		if !holds || s.Unsaved() == "" {
			continue
		}
		return m.ask(screen.Ask{From: m.top().env.ID(), Question: "Quit all the same?", Detail: s.Unsaved() + ".",
			Then: func(yes bool) tea.Msg {
				if !yes {
					return nil
				}
				return quit{}
			}})
	}
	return m.quit()
}

func (m *Model) page(p screen.Page) tea.Cmd {
	own := m.env.Own()
	return m.push(entry{Screen: overlay.NewPage(own, p.Title, p.Markdown), env: own, over: p.From})
}

func (m *Model) ask(a screen.Ask) tea.Cmd {
	own := m.env.Own()
	return m.push(entry{Screen: overlay.NewQuestion(own, a), env: own, over: a.From})
}

// push puts a screen on top.
func (m *Model) push(e entry) tea.Cmd {
	m.stack = append(m.stack, e)
	return tea.Batch(e.Update(m.size()), e.Update(screen.Tick{At: m.now}), e.Init())
}

// open puts a screen on top. There is one of each kind: the one that is open
// already is gone back to if it is what is asked for, which happens when its key
// is pressed twice, or holds what is not stored; else it makes room.
func (m *Model) open(o screen.Open) tea.Cmd {
	if at := slices.IndexFunc(m.stack, func(e entry) bool { return e.kind == o.Kind }); at >= 0 {
		e := m.stack[at]
		which, some := e.Screen.(screen.Which)
		holding, holds := e.Screen.(screen.Holding)
		if !some || which.Is(o) || holds && holding.Unsaved() != "" {
			return m.backTo(at)
		}
		m.remove(e.env.ID())
	}
	top := m.top()
	if m.ports.Labs == nil && (o.Kind == screen.Lab || o.Kind == screen.Labs || o.Kind == screen.Trace) {
		return screen.Send(screen.Flash{Text: m.opts.NoLabs, Bad: true})
	}
	if m.ports.Settings == nil && o.Kind == screen.Setup {
		return screen.Say("nothing can be set here")
	}
	own := m.env.Own()
	s := m.make(own, o)
	if s == nil {
		return nil
	}
	if o.Instead && len(m.stack) > 1 {
		m.remove(top.env.ID())
	}
	return m.push(entry{Screen: s, env: own, kind: o.Kind})
}

// backTo closes what is above a screen.
func (m *Model) backTo(at int) tea.Cmd {
	if at == len(m.stack)-1 {
		return nil
	}
	for _, e := range m.stack[at+1:] {
		e.env.Close()
	}
	m.stack = m.stack[:at+1]
	return m.top().Update(screen.Shown{})
}

func (m *Model) make(env *screen.Env, o screen.Open) screen.Screen {
	p := m.ports
	switch o.Kind {
	case screen.Review:
		return review.New(env, review.Ports{Study: p.Study, Labs: p.Labs, Editor: p.Editor, Compare: p.Compare}, o)
	case screen.Lab:
		return lab.New(env, lab.Ports{Labs: p.Labs, Cluster: p.Cluster, Shell: p.Shell, Explain: p.Explain}, o, m.news)
	case screen.Labs:
		return browse.NewLabs(env, p.Labs)
	case screen.Cards:
		return browse.NewCards(env, p.Study, p.Problems)
	case screen.Stats:
		return stats.New(env, stats.Ports{Study: p.Study, Labs: p.Labs})
	case screen.Tour:
		return overlay.NewTour(env)
	case screen.Setup:
		return setup.New(env, p.Settings)
	case screen.Trace:
		return trace.New(env, p.Labs, p.Explain)
	}
	return nil
}

// back closes a screen, and tells the one that is seen then.
func (m *Model) back(b screen.Back) tea.Cmd {
	was := m.top().env.ID()
	if b.From == m.stack[0].env.ID() || !m.remove(b.From) {
		return nil // it is closed already: the key was pressed twice
	}
	var cmds []tea.Cmd
	if m.top().env.ID() != was {
		cmds = append(cmds, m.top().Update(screen.Shown{}))
	}
	if b.Then != nil {
		_, cmd := m.Update(b.Then)
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

// remove takes a screen off the stack, and what lies over it.
func (m *Model) remove(id int) bool {
	n := len(m.stack)
	gone := map[int]bool{id: true}
	m.stack = slices.DeleteFunc(m.stack, func(e entry) bool {
		own := e.env.ID()
		gone[own] = gone[own] || gone[e.over]
		if gone[own] {
			e.env.Close()
		}
		return gone[own]
	})
	return len(m.stack) < n
}
