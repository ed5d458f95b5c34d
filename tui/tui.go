package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/home"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// flashTime is how long a line at the foot stays.
const flashTime = 4 * time.Second

// Model is the whole program.
type Model struct {
	env    *screen.Env // from which each screen gets its own
	cancel context.CancelFunc
	ports  Ports
	opts   Options

	width, height int
	stack         []entry // home first; the last one is on top and has the focus
	flash         screen.Flash
	flashed       time.Time // zero until the next tick tells when that was
	now           time.Time
	news          screen.ClusterNews
	number        int  // of the last cluster status
	deaf          bool // watching the cluster failed; the next tick tries again
	pulse         pulse
}

type clusterWatched struct {
	news   screen.ClusterNews
	number int
	err    error
}

// New makes the program. Run it with tea.NewProgram; colours are the caller's
// to choose by tea.WithColorProfile.
func New(ports Ports, opts Options) *Model {
	if opts.Context == nil {
		opts.Context = context.Background()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	ctx, cancel := context.WithCancel(opts.Context)
	if opts.Look == nil {
		own := look.Default()
		opts.Look = &own
	}
	styles := theme.New(opts.Look.Theme, !opts.Light)
	env := &screen.Env{Ctx: ctx, App: ctx, Styles: styles, MD: widget.NewMarkdown(styles),
		Keys: opts.Look.Bindings(), Look: opts.Look, Seq: &screen.Seq{}, Now: opts.Now}
	m := &Model{env: env, cancel: cancel, ports: ports, opts: opts}
	own := env.Own()
	m.stack = []entry{{Screen: home.New(own, home.Ports{Study: ports.Study, Labs: ports.Labs, Coach: ports.Coach,
		Cluster: ports.Cluster, NoLabs: opts.NoLabs}), env: own}}
	return m
}

// Init draws home at once and begins everything else in commands.
func (m *Model) Init() tea.Cmd {
	now := m.env.Now
	cmds := []tea.Cmd{
		tea.RequestBackgroundColor,
		func() tea.Msg { return screen.Tick{At: now()} },
		m.top().Init(),
	}
	if m.ports.Cluster != nil {
		cmds = append(cmds, m.watch(), m.env.Ensure(m.ports.Cluster))
	}
	if m.opts.Trouble != "" {
		cmds = append(cmds, screen.Send(screen.Flash{Text: m.opts.Trouble, Bad: true}))
	}
	if m.opts.Start.Kind != "" {
		cmds = append(cmds, screen.Send(m.opts.Start))
	}
	return tea.Batch(cmds...)
}

// watch waits for the next status of the cluster. Each that arrives arms it
// again.
func (m *Model) watch() tea.Cmd {
	ctx, c, after, now := m.env.App, m.ports.Cluster, m.number, m.env.Now
	return func() tea.Msg {
		s, n, err := c.Watch(ctx, after)
		return clusterWatched{screen.ClusterNews{Cluster: widget.Safe(s), At: now()}, n, err}
	}
}

// Update routes a message: input to the screen on top, results to the screen
// whose command brought them, news to all; the rest is the root's own.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m, m.tell(m.size())
	case tea.BackgroundColorMsg:
		m.opts.Light = !msg.IsDark()
		*m.env.Styles = *theme.New(m.env.Look.Theme, msg.IsDark())
	case tea.KeyPressMsg:
		return m, m.onKey(msg)
	case tea.PasteMsg:
		return m, m.top().Update(msg)
	case tea.MouseMsg:
		return m, m.top().Update(screen.Shift(msg, 0, -m.headed()))
	case screen.Result:
		return m, m.deliver(msg)
	case screen.Open:
		return m, m.open(msg)
	case screen.Back:
		return m, m.back(msg)
	case screen.Flash:
		m.flash, m.flashed = msg, time.Time{}
	case screen.Looks:
		m.restyle(msg.Look)
	case screen.Exec:
		return m, msg.Run()
	case screen.Page:
		return m, m.page(msg)
	case screen.Ask:
		return m, m.ask(msg)
	case screen.Tick:
		return m, m.onTick(msg)
	case clusterWatched:
		return m, m.onCluster(msg)
	case pulseFelt:
		return m, m.onPulse(msg)
	case leave:
		return m, m.leave()
	case quit:
		return m, m.quit()
	}
	return m, nil
}

// restyle takes over what was chosen of looks.
func (m *Model) restyle(l look.Look) {
	*m.env.Look, *m.env.Keys = l, *l.Bindings()
	*m.env.Styles = *theme.New(l.Theme, !m.opts.Light)
}

// deliver brings a result to the screen that waits for it, unless it was left.
func (m *Model) deliver(r screen.Result) tea.Cmd {
	for _, e := range m.stack {
		if e.env.ID() == r.To {
			return e.Update(r.Msg)
		}
	}
	return nil
}

// tell gives news to all screens.
func (m *Model) tell(news tea.Msg) tea.Cmd {
	cmds := make([]tea.Cmd, 0, len(m.stack))
	for _, e := range m.stack {
		cmds = append(cmds, e.Update(news))
	}
	return tea.Batch(cmds...)
}

func (m *Model) onTick(t screen.Tick) tea.Cmd {
	m.now = t.At
	if m.flashed.IsZero() {
		m.flashed = t.At
	}
	if !m.flash.Bad && t.At.Sub(m.flashed) >= flashTime {
		m.flash = screen.Flash{}
	}
	now := m.env.Now
	cmds := []tea.Cmd{
		m.tell(t),
		m.feel(),
		tea.Tick(time.Second, func(time.Time) tea.Msg { return screen.Tick{At: now()} }),
	}
	if m.deaf {
		m.deaf = false
		cmds = append(cmds, m.watch())
	}
	return tea.Batch(cmds...)
}

func (m *Model) onCluster(msg clusterWatched) tea.Cmd {
	if m.env.App.Err() != nil {
		return nil
	}
	if msg.err != nil {
		m.deaf = true
		m.news.State, m.news.Trouble, m.news.At = screen.ClusterFailed, widget.Words(msg.err), msg.news.At
		return m.tell(m.news)
	}
	m.news, m.number = msg.news, msg.number
	return tea.Batch(m.tell(m.news), m.watch())
}

// leave asks to end the program, as the key does.
type leave struct{}

// quit is the answer that the program shall end all the same.
type quit struct{}

// quit ends what the screens wait for, and the program.
func (m *Model) quit() tea.Cmd {
	m.cancel()
	return tea.Quit
}
