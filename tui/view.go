package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/help"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// airy is the height from which rules part header and footer from the rest.
const airy = 20

// headed is how many lines stand above a screen.
func (m *Model) headed() int {
	if m.height >= airy {
		return 2
	}
	return 1
}

// size is what is left for a screen between header and footer.
func (m *Model) size() screen.Size {
	return screen.Size{W: m.width, H: max(m.height-2*m.headed(), 0)}
}

// View draws header, screen or page, and footer.
func (m *Model) View() tea.View {
	lines, x, y, found := layout.TakeCursor(strings.Split(m.draw(), "\n"))
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	if found {
		v.Cursor = tea.NewCursor(x, y)
		v.Cursor.Blink = false // nothing moves unless something happened
	}
	if s, ok := m.top().Screen.(screen.Mousing); ok && s.Mouse() {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ProgressBar = m.progress()
	v.WindowTitle = "gatedrill"
	if where := m.where(); where != "" {
		v.WindowTitle += " › " + layout.Cut(cards.Clean(where), 60)
	}
	return v
}

// progress is the cluster's way up, for terminals that show it in their tab or
// the taskbar (OSC 9;4).
func (m *Model) progress() *tea.ProgressBar {
	switch n := m.news; {
	case !n.Busy():
		return nil
	case n.Total > 0:
		return tea.NewProgressBar(tea.ProgressBarDefault, int(100*n.Done/n.Total))
	}
	return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
}

func (m *Model) draw() string {
	w, h := m.width, m.height
	if w == 0 || h == 0 {
		return ""
	}
	if w < layout.MinWidth || h < layout.MinHeight {
		text := fmt.Sprintf("gatedrill needs %d×%d, this terminal has %d×%d", layout.MinWidth, layout.MinHeight, w, h)
		return layout.Fit(layout.Wrap(text, w), w, h)
	}
	size := m.size()
	lines := []string{m.header()}
	rule := m.env.Styles.Faint.Render(strings.Repeat("─", w))
	if h >= airy {
		lines = append(lines, rule)
	}
	lines = append(lines, m.body(size)...)
	if h >= airy {
		lines = append(lines, rule)
	}
	return strings.Join(append(lines, help.Footer(m.env.Styles, m.env.Keys, m.top().Scope(), m.useful, w)), "\n")
}

// useful says whether an intent does something now on the screen on top.
func (m *Model) useful(i keymap.Intent) bool {
	s, choosy := m.top().Screen.(screen.Choosy)
	return !choosy || s.Useful(i)
}

// body is the screen on top. What floats, and what was said last, stands over
// the last lines of what is below.
func (m *Model) body(size screen.Size) []string {
	base := len(m.stack) - 1
	for m.stack[base].floats() {
		base--
	}
	lines := strings.Split(layout.Fit(strings.Split(m.stack[base].View(size.W, size.H), "\n"), size.W, size.H), "\n")
	over := m.notice(size.W)
	for _, e := range m.stack[base+1:] {
		over = strings.Split(e.View(size.W, size.H-1), "\n")
	}
	if n := len(over); n > 0 && n < len(lines) {
		copy(lines[len(lines)-n:], over)
	}
	return lines
}

// where names the screen on top, behind the one that it lies over.
func (m *Model) where() string {
	var parts []string
	for i := len(m.stack) - 1; i >= 0; i-- {
		if where := m.stack[i].Where(); where != "" {
			parts = append(parts, where)
		}
		if m.stack[i].over == 0 {
			break
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, " › ")
}

// header says where you are, how the cluster is, and how long the lab takes.
func (m *Model) header() string {
	st, w := m.env.Styles, m.width
	where := m.where()
	left := st.Accent.Render(" gatedrill")
	if where != "" {
		left += st.Faint.Render(" › ") + where
		if w < 60 {
			left = " " + where
		}
	}
	right := m.status(w)
	if t, ok := m.opened().Screen.(screen.Timed); ok && t.Clock() != "" {
		right += "  " + t.Clock()
	}
	return layout.Ends(left, right, w-1)
}

// status is the cluster in a mark and a word or two.
func (m *Model) status(w int) string {
	st, n := m.env.Styles, m.news
	name := n.Name + " "
	if w < 60 {
		name = ""
	}
	switch {
	case n.State == "":
		return ""
	case n.State == screen.ClusterOff:
		return name + st.Faint.Render(theme.Off) + " off"
	case n.State == screen.ClusterReady:
		return name + st.Good.Render(theme.On) + " ready"
	case n.State == screen.ClusterFailed:
		return name + st.Bad.Render(theme.Bad) + " failed"
	}
	return name + st.Warn.Render(theme.Wait) + " " + n.State + " " + widget.Clock(n.Clock(m.now))
}

// notice is what was said last, for a while.
func (m *Model) notice(w int) []string {
	if m.flash.Text == "" {
		return nil
	}
	st := m.env.Styles
	mark := st.Accent.Render("·")
	if m.flash.Bad {
		mark = st.Bad.Render(theme.Bad)
	}
	return widget.Boxed(st, mark, layout.Head(layout.Flow(cards.Clean(m.flash.Text), w-4), 4, "…"), w)
}
