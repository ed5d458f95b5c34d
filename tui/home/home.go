// Package home is the first screen: what is due, what to do next and why, how
// the layers stand, and how far the cluster is. It draws at once and fills in
// what its commands bring. The root calls it.
package home

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Study tells how the cards stand.
type Study interface {
	Summary(ctx context.Context) (cards.Summary, error)
}

// Labs lists the labs.
type Labs interface {
	List(ctx context.Context) ([]labs.Listing, error)
}

// Coach says what to do next.
type Coach interface {
	Advise(ctx context.Context) (screen.Advice, error)
}

// Cluster brings the cluster up.
type Cluster interface {
	Ensure(ctx context.Context)
}

// Ports are what the screen needs; Coach and Cluster may be nil, and Labs
// where none can be run.
type Ports struct {
	Study   Study
	Labs    Labs
	Coach   Coach
	Cluster Cluster
	// NoLabs says why Labs is nil, for the learner.
	NoLabs string
}

// Model is the home screen.
type Model struct {
	env   *screen.Env
	ports Ports

	request int // the load whose answer counts
	loaded  bool
	summary cards.Summary
	labs    []labs.Listing
	advice  screen.Advice
	errors  map[part]string

	news   screen.ClusterNews
	now    time.Time
	chosen int
}

// New makes the screen.
func New(env *screen.Env, ports Ports) *Model {
	return &Model{env: env, ports: ports, errors: map[part]string{}}
}

// part is one of the things the screen loads.
type part string

const (
	partCards  part = "cards"
	partLabs   part = "labs"
	partAdvice part = "advice"
)

type summaryLoaded struct {
	request int
	summary cards.Summary
	err     error
}

type labsLoaded struct {
	request int
	labs    []labs.Listing
	err     error
}

type advised struct {
	request int
	advice  screen.Advice
	err     error
}

// Init loads everything the screen shows.
func (m *Model) Init() tea.Cmd { return m.load() }

func (m *Model) load() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, p := m.request, m.env.Ctx, m.ports
	cmds := []tea.Cmd{m.env.Do(func() tea.Msg {
		s, err := p.Study.Summary(ctx)
		return summaryLoaded{id, widget.Safe(s), err}
	})}
	if p.Labs != nil {
		cmds = append(cmds, m.env.Do(func() tea.Msg {
			l, err := p.Labs.List(ctx)
			return labsLoaded{id, widget.Safe(l), err}
		}))
	}
	if p.Coach != nil {
		cmds = append(cmds, m.env.Do(func() tea.Msg {
			a, err := p.Coach.Advise(ctx)
			return advised{id, widget.Safe(a), err}
		}))
	}
	return tea.Batch(cmds...)
}

// Update takes results.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case summaryLoaded:
		if msg.request == m.request {
			m.summary, m.loaded = msg.summary, msg.err == nil || m.loaded
			m.note(partCards, msg.err)
		}
	case labsLoaded:
		if msg.request == m.request {
			m.labs = msg.labs
			m.note(partLabs, msg.err)
		}
	case advised:
		if msg.request == m.request {
			m.advice = msg.advice
			m.note(partAdvice, msg.err)
		}
	case screen.ClusterNews:
		came := msg.State == screen.ClusterReady && m.news.State != screen.ClusterReady
		m.news = msg
		if came { // what labs lack is known only now
			return m.load()
		}
	case screen.Tick:
		m.now = msg.At
	case screen.Shown, screen.CardsChanged:
		return m.load()
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		return m.do(m.env.Intent(m.Scope(), msg))
	}
	m.chosen = max(0, min(m.chosen, len(m.items())-1))
	return nil
}

func (m *Model) note(p part, err error) {
	delete(m.errors, p)
	if err != nil {
		m.errors[p] = widget.Words(err)
	}
}

func (m *Model) do(i keymap.Intent) tea.Cmd {
	items := m.items()
	switch i {
	case keymap.Up:
		m.chosen = max(m.chosen-1, 0)
	case keymap.Down:
		m.chosen = min(m.chosen+1, max(len(items)-1, 0))
	case keymap.Go:
		if m.chosen < len(items) {
			return screen.Send(items[m.chosen].open)
		}
	case keymap.OpenReview:
		return screen.Send(screen.Open{Kind: screen.Review})
	case keymap.OpenLabs:
		return m.openLabs()
	case keymap.OpenCards:
		return screen.Send(screen.Open{Kind: screen.Cards})
	case keymap.OpenStats:
		return screen.Send(screen.Open{Kind: screen.Stats})
	case keymap.OpenTour:
		return screen.Send(screen.Open{Kind: screen.Tour})
	case keymap.OpenSettings:
		return screen.Send(screen.Open{Kind: screen.Setup})
	case keymap.OpenTrace:
		return m.openTrace()
	case keymap.Again:
		return m.again()
	}
	return nil
}

func (m *Model) openLabs() tea.Cmd {
	if m.ports.Labs == nil {
		return screen.Send(screen.Flash{Text: m.ports.NoLabs, Bad: true})
	}
	return screen.Send(screen.Open{Kind: screen.Labs})
}

func (m *Model) openTrace() tea.Cmd {
	if m.ports.Labs == nil {
		return screen.Send(screen.Flash{Text: m.ports.NoLabs, Bad: true})
	}
	return screen.Send(screen.Open{Kind: screen.Trace})
}

// again tries again what failed: reading, and the cluster.
func (m *Model) again() tea.Cmd {
	load := m.load()
	if m.ports.Cluster == nil || m.news.Busy() || m.news.State == screen.ClusterReady {
		return load
	}
	return tea.Batch(load, m.env.Ensure(m.ports.Cluster))
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope { return keymap.Home }

// Where names the screen.
func (m *Model) Where() string { return "" }
