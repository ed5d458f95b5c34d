// Package trace is the screen on which a URL is walked through the gateway's
// layers. The root calls it.
package trace

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Tracer walks a request, and lists the hosts that may be asked.
type Tracer interface {
	Hosts(ctx context.Context) ([]labs.HostRow, error)
	Trace(ctx context.Context, url string) (labs.Path, error)
}

// Model is the trace screen.
type Model struct {
	env     *screen.Env
	port    Tracer
	explain widget.ExplainLog

	field   widget.Field
	typing  bool
	request int // the walk whose result counts
	busy    bool
	url     string // asked last
	path    *labs.Path
	err     string
	hosts   *hosts
	listing bool // keys go to the hosts
	size    screen.Size
	scroll  layout.Scroll
}

type traced struct {
	request int
	path    labs.Path
	err     error
}

// New makes the screen, with the field open.
func New(env *screen.Env, port Tracer, explain widget.ExplainLog) *Model {
	m := &Model{env: env, port: port, hosts: newHosts(env, port), explain: explain, field: widget.NewField(env.Styles)}
	m.edit()
	return m
}

// Init reads the hosts.
func (m *Model) Init() tea.Cmd { return m.hosts.read() }

func (m *Model) edit() {
	m.typing, m.listing = true, false
	m.field.Focus()
}

func (m *Model) stop() {
	m.typing = false
	m.field.Blur()
}

func (m *Model) walk() tea.Cmd {
	m.stop()
	m.listing = false
	m.url = strings.TrimSpace(m.field.Value())
	if !strings.Contains(m.url, "://") {
		m.url = "https://" + m.url
	}
	m.busy, m.err, m.request = true, "", m.env.Seq.Next()
	id, ctx, port, url := m.request, m.env.Ctx, m.port, m.url
	return m.env.Do(func() tea.Msg {
		p, err := port.Trace(ctx, url)
		return traced{id, widget.Safe(p), err}
	})
}

// Update takes results, and text while the field is open.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.size = msg
		return m.hosts.update(screen.Size{W: msg.W, H: msg.H - 2})
	case traced:
		if msg.request == m.request {
			m.busy, m.err, m.scroll = false, widget.Words(msg.err), layout.Scroll{}
			m.path = nil
			if msg.err == nil {
				m.path = &msg.path
				m.toBreak()
			}
		}
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.text(msg)
	case tea.PasteMsg:
		return m.text(msg)
	default:
		return m.hosts.update(msg)
	}
	return nil
}

// text goes to the field that is open: the URL's, or the filter of the hosts.
func (m *Model) text(msg tea.Msg) tea.Cmd {
	if m.listing {
		return m.hosts.update(msg)
	}
	return m.field.Update(msg)
}

// pick acts while keys go to the hosts.
func (m *Model) pick(i keymap.Intent) tea.Cmd {
	if m.hosts.list.Do(i) {
		return nil
	}
	switch i {
	case keymap.Back, keymap.Answer:
		m.edit()
	case keymap.Again:
		return m.hosts.read()
	case keymap.Go:
		url, why := m.hosts.marked()
		if why != "" {
			return screen.Say(why)
		}
		m.field.Set(url)
		return m.walk()
	}
	return nil
}

// toBreak shows the layer that is broken, with what is wanted there, where the
// path is longer than the screen.
func (m *Model) toBreak() {
	if lines, at := m.walked(m.size.W); at > 0 {
		m.scroll = m.scroll.To(min(at+4, len(lines)-1), len(lines), m.size.H-2).To(at, len(lines), m.size.H-2)
	}
}

func (m *Model) do(i keymap.Intent) tea.Cmd {
	if m.listing {
		return m.pick(i)
	}
	if m.typing && i == keymap.Down {
		if m.hosts.any() {
			m.stop()
			m.listing = true
		}
		return nil
	}
	switch i {
	case keymap.Back:
		if m.typing && m.url != "" {
			m.field.Set(m.url)
			m.stop()
			return nil
		}
		return m.env.Back()
	case keymap.Answer:
		m.edit()
		return nil
	case keymap.Evidence:
		if m.path != nil {
			return m.env.Page("evidence", widget.Evidence(m.path.Request, m.path.Answer, m.explain))
		}
		return nil
	case keymap.Go, keymap.Again:
		if strings.TrimSpace(m.field.Value()) == "" {
			return nil
		}
		return m.walk()
	}
	m.scroll = widget.Move(m.scroll, i, len(m.lines(m.size.W)), m.size.H-2)
	return nil
}

// Useful says whether a key does something now.
func (m *Model) Useful(i keymap.Intent) bool {
	if m.listing {
		return true
	}
	switch i {
	case keymap.Down:
		if m.typing {
			return m.hosts.any()
		}
		return len(m.lines(m.size.W)) > m.size.H-2
	case keymap.Evidence:
		return m.path != nil
	case keymap.Again:
		return m.url != ""
	}
	return true
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope {
	switch {
	case m.listing && m.hosts.list.Typing():
		return keymap.ListType
	case m.listing:
		return keymap.TraceHosts
	case m.typing:
		return keymap.TraceType
	}
	return keymap.Trace
}

// Where names the screen.
func (m *Model) Where() string { return "trace" }
