// Package browse holds the two lists: labs and cards. The root calls them.
package browse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/list"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// widest is where a row ends on a wide screen, so that the eye finds its end.
const widest = 112

// LabsPort lists the labs.
type LabsPort interface {
	List(ctx context.Context) ([]labs.Listing, error)
}

// Labs is the list of labs.
type Labs struct {
	env     *screen.Env
	list    list.List
	port    LabsPort
	request int
	loaded  bool
	err     string
	all     []labs.Listing
	reading bool
	read    time.Time // when the list was read last, by the ticks
}

type labsLoaded struct {
	request int
	labs    []labs.Listing
	err     error
}

// giveUp is the answer that the lab in progress is to be dropped for another.
type giveUp struct{ wanted string }

// NewLabs makes the list of labs.
func NewLabs(env *screen.Env, port LabsPort) *Labs {
	m := &Labs{env: env, port: port}
	m.list = list.New(env, list.Words(func(i int) string {
		l := m.all[i]
		return strings.ToLower(strings.Join(append([]string{l.ID, l.Title, state(l)}, l.Shapes...), " "))
	}))
	return m
}

// refreshEvery is how old a list may be: a lab may be started, solved or reset
// by a command elsewhere.
const refreshEvery = 3 * time.Second

func (m *Labs) refresh(now time.Time) tea.Cmd {
	if m.read.IsZero() {
		m.read = now
	}
	if m.reading || now.Sub(m.read) < refreshEvery {
		return nil
	}
	m.read = now
	return m.Init()
}

// Init loads the labs.
func (m *Labs) Init() tea.Cmd {
	m.reading = true
	m.request = m.env.Seq.Next()
	id, ctx, port := m.request, m.env.Ctx, m.port
	return m.env.Do(func() tea.Msg {
		l, err := port.List(ctx)
		return labsLoaded{id, widget.Safe(l), err}
	})
}

// Update takes results, and text while the filter is open.
func (m *Labs) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.list.Height = msg.H
	case screen.Shown:
		return m.Init()
	case screen.Tick:
		return m.refresh(msg.At)
	case labsLoaded:
		if msg.request == m.request {
			m.reading = false
			m.loaded, m.all, m.err = true, msg.labs, widget.Words(msg.err)
			m.list.Fill(len(m.all))
		}
	case giveUp:
		return screen.Send(screen.Open{Kind: screen.Lab, Lab: msg.wanted, GiveUp: true})
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.list.Typed(msg)
	case tea.PasteMsg:
		return m.list.Typed(msg)
	}
	return nil
}

func (m *Labs) do(i keymap.Intent) tea.Cmd {
	if m.list.Do(i) {
		return nil
	}
	switch i {
	case keymap.Back:
		return m.env.Back()
	case keymap.Go:
		return m.start()
	}
	return nil
}

// start opens the marked lab. One lab runs at a time, so another in progress
// has to be given up first.
func (m *Labs) start() tea.Cmd {
	at := m.list.Row()
	if at < 0 {
		return nil
	}
	l := m.all[at]
	switch busy := slices.IndexFunc(m.all, func(x labs.Listing) bool { return x.InProgress }); {
	case l.InProgress:
		return screen.Send(screen.Open{Kind: screen.Lab, Lab: l.ID, Resume: true})
	case len(l.Missing) > 0:
		return screen.Send(screen.Flash{Text: "it needs what this cluster lacks: " + strings.Join(l.Missing, ", "), Bad: true})
	case busy >= 0:
		return m.env.Ask("Give up “"+m.all[busy].Title+"”?", "It is in progress, and one lab runs at a time. What you changed in it is undone.",
			func(yes bool) tea.Msg {
				if !yes {
					return nil
				}
				return giveUp{l.ID}
			})
	}
	return screen.Send(screen.Open{Kind: screen.Lab, Lab: l.ID})
}

// View draws the list.
func (m *Labs) View(w, h int) string {
	st := m.env.Styles
	w = min(w, widest)
	lines := []string{m.list.Head(w, "lab"), ""}
	switch {
	case !m.loaded:
		lines = append(lines, st.Faint.Render(" reading labs …"))
	case m.err != "":
		lines = append(lines, layout.Indent(layout.Flow(theme.Bad+" the labs could not be read: "+m.err, w-2), 1)...)
	case m.list.Len() == 0:
		lines = append(lines, " No lab matches. esc drops the filter.")
	default:
		foot := m.about(w)
		rows := m.list.Window(max(h-len(lines)-len(foot), 1), func(i int, marked bool) string { return m.line(m.all[i], marked, w) })
		lines = slices.Concat(lines, rows, foot)
	}
	return layout.Fit(lines, w, h)
}

func (m *Labs) line(l labs.Listing, marked bool, w int) string {
	st := m.env.Styles
	tail := tailOf(l, w)
	cursor, title := "  ", layout.Pad(titleOf(l), titleRoom(tail, w))
	if marked {
		cursor, title = st.Accent.Render(theme.Here)+" ", st.Strong.Render(title)
	}
	return " " + cursor + title + "  " + st.Faint.Render(tail)
}

func titleOf(l labs.Listing) string {
	if l.From != "" {
		return l.Title + " (elsewhere)"
	}
	return l.Title
}

func titleRoom(tail string, w int) int { return w - 3 - layout.Width(tail) - 2 }

// tailOf is what stands behind a lab's title.
func tailOf(l labs.Listing, w int) string {
	tail := fmt.Sprintf("%3d min  %s", l.Minutes, layout.Pad(state(l), 11))
	if w >= 72 {
		if w >= 100 {
			tail = level(l.Difficulty) + "  " + tail
		}
		tail = layout.Pad(strings.Join(l.Shapes, " "), min(w/4, 36)) + "  " + tail
	}
	return tail
}

// about says more of the marked lab, its whole title where the row cut it.
func (m *Labs) about(w int) []string {
	at := m.list.Row()
	if at < 0 {
		return nil
	}
	l := m.all[at]
	var parts []string
	if l.From != "" {
		parts = append(parts, "from "+l.From)
	}
	if l.Attempts > 0 {
		parts = append(parts, widget.Count(l.Attempts, "attempt")+fmt.Sprintf(", solved %d", l.Solved))
	}
	if l.Best > 0 {
		parts = append(parts, "best time "+widget.Took(l.Best))
	}
	if len(l.Missing) > 0 {
		parts = append(parts, "cannot run here: the cluster lacks "+strings.Join(l.Missing, ", "))
	}
	if w < 72 {
		parts = append([]string{strings.Join(l.Shapes, " ")}, parts...)
	}
	if len(parts) == 0 {
		parts = []string{"not tried yet"}
	}
	text := layout.Flow(strings.Join(parts, " · "), w-6)
	if title := titleOf(l); layout.Width(title) > titleRoom(tailOf(l, w), w) {
		text = append(layout.Flow(title, w-6), text...)
	}
	return append([]string{""}, layout.Indent(layout.Head(text, 4, "…"), 3)...)
}

// state is a lab's standing in words and a mark.
func state(l labs.Listing) string {
	switch {
	case l.InProgress:
		return theme.On + " open"
	case len(l.Missing) > 0:
		return theme.Off + " not here"
	case l.Solved > 0:
		return theme.OK + " solved"
	case l.Attempts > 0:
		return theme.Wait + " tried"
	}
	return theme.Wait + " new"
}

// level draws a difficulty of 1 to 3.
func level(n int) string {
	switch {
	case n <= 1:
		return "easy  "
	case n == 2:
		return "medium"
	}
	return "hard  "
}

// Scope names the keys in force.
func (m *Labs) Scope() keymap.Scope {
	if m.list.Typing() {
		return keymap.ListType
	}
	return keymap.List
}

// Where names the screen.
func (m *Labs) Where() string { return "labs" }
