// Package setup is the screen of settings: how the program looks, its keys, how
// many cards come a day, where labs run. What is changed holds at once. The
// root calls it.
package setup

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/list"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Setting is something that can be chosen.
type Setting struct {
	Group   string // "terminal"
	Key     string // "theme"
	Value   string
	Default string
	Values  []string // none: any text
	About   string
	// Fixed says what goes before whatever is chosen here: a variable.
	Fixed string
}

// Settings keeps what was chosen.
type Settings interface {
	List(ctx context.Context) ([]Setting, error)
	// Set stores a value; an empty one is the default again. The error says
	// what the setting may be, and then nothing was changed.
	Set(ctx context.Context, s Setting, value string) error
	// Look is what is chosen of looks now.
	Look(ctx context.Context) (look.Look, error)
}

// Model is the settings screen.
type Model struct {
	env     *screen.Env
	port    Settings
	list    list.List
	all     []Setting
	loaded  bool
	err     string
	field   widget.Field
	typing  bool
	edited  Setting // what is typed for
	wrong   string  // why what was typed was refused
	request int     // of the list
	change  int     // under way, 0 = none
}

type loaded struct {
	request int
	all     []Setting
	err     error
}

type changed struct {
	request int
	look    look.Look
	err     error
}

// New makes the screen.
func New(env *screen.Env, port Settings) *Model {
	m := &Model{env: env, port: port, field: widget.NewField(env.Styles)}
	m.list = list.New(env, list.Words(func(i int) string {
		s := m.all[i]
		return strings.Join([]string{s.Group, s.Key, s.About}, " ")
	}))
	return m
}

// Init reads the settings.
func (m *Model) Init() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, port := m.request, m.env.Ctx, m.port
	return m.env.Do(func() tea.Msg {
		all, err := port.List(ctx)
		return loaded{id, widget.Safe(all), err}
	})
}

// Update takes keys and results.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.list.Height = msg.H
	case screen.Shown, screen.CardsChanged:
		if !m.typing && m.change == 0 {
			return m.Init()
		}
	case loaded:
		if msg.request == m.request {
			m.loaded, m.all, m.err = true, msg.all, widget.Words(msg.err)
			m.list.Fill(len(m.all))
		}
	case changed:
		return m.onChanged(msg)
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.typed(msg)
	case tea.PasteMsg:
		return m.typed(msg)
	}
	return nil
}

func (m *Model) typed(msg tea.Msg) tea.Cmd {
	if m.typing {
		return m.field.Update(msg)
	}
	return m.list.Typed(msg)
}

func (m *Model) do(i keymap.Intent) tea.Cmd {
	at := m.list.Row()
	switch {
	case m.change != 0 && i != keymap.Back:
		return nil // one after the other
	case m.typing && i == keymap.Go:
		return m.set(m.edited, strings.TrimSpace(m.field.Value()))
	case m.typing:
		m.stop()
		return nil
	}
	if i != keymap.Answer && i != keymap.Default {
		m.wrong = ""
	}
	switch {
	case m.list.Do(i):
	case i == keymap.Back:
		return m.env.Back()
	case at < 0:
	case m.all[at].Fixed != "":
		m.wrong = m.all[at].Fixed + " goes before what is chosen here"
	case i == keymap.Answer:
		return m.alter(m.all[at])
	case i == keymap.Default:
		return m.set(m.all[at], "")
	}
	return nil
}

// alter takes the next of a setting's values, or opens the field.
func (m *Model) alter(s Setting) tea.Cmd {
	if n := len(s.Values); n > 0 {
		return m.set(s, s.Values[(slices.Index(s.Values, s.Value)+1)%n])
	}
	m.typing, m.edited, m.wrong = true, s, ""
	m.field.Set(s.Value)
	m.field.Focus()
	return nil
}

func (m *Model) stop() {
	m.typing = false
	m.field.Blur()
}

// set stores a value.
func (m *Model) set(s Setting, value string) tea.Cmd {
	m.change = m.env.Seq.Next()
	id, ctx, port := m.change, m.env.App, m.port
	return m.env.Do(func() tea.Msg {
		err := port.Set(ctx, s, value)
		if err != nil {
			return changed{request: id, err: err}
		}
		l, err := port.Look(ctx)
		return changed{id, l, err}
	})
}

// onChanged keeps the field open while what was typed is refused.
func (m *Model) onChanged(msg changed) tea.Cmd {
	if msg.request != m.change {
		return nil
	}
	m.change = 0
	if msg.err != nil {
		m.wrong = widget.Words(msg.err)
		return nil
	}
	m.stop()
	m.wrong = ""
	return tea.Batch(screen.Send(screen.Looks{Look: msg.look}), m.Init())
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope {
	switch {
	case m.typing:
		return keymap.SettingsType
	case m.list.Typing():
		return keymap.ListType
	}
	return keymap.Settings
}

// Where names the screen.
func (m *Model) Where() string { return "settings" }
