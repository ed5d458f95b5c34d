package tui

import (
	"fmt"
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

// size is what is left for a screen between header and footer.
func (m *Model) size() screen.Size {
	h := m.height - 2
	if m.height >= airy {
		h -= 2
	}
	return screen.Size{W: m.width, H: max(h, 0)}
}

// View draws header, screen or page, and footer.
func (m *Model) View() tea.View {
	v := tea.NewView(m.draw())
	v.AltScreen = true
	v.WindowTitle = "gatedrill"
	if where := m.top().Where(); where != "" {
		v.WindowTitle += " › " + layout.Cut(cards.Clean(where), 60)
	}
	return v
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
	return strings.Join(append(lines, help.Footer(m.env.Styles, m.scope(), m.useful, w)), "\n")
}

// useful says whether an intent does something now, on the page over the
// screen or else on the screen.
func (m *Model) useful(i keymap.Intent) bool {
	if n := len(m.overlays); n > 0 {
		o, size := m.overlays[n-1], m.size()
		return i != keymap.Down || (o.lines != nil && len(o.lines(size.W)) > size.H)
	}
	s, choosy := m.top().Screen.(screen.Choosy)
	return !choosy || s.Useful(i)
}

// body is the screen or the page over it, with a question or a notice over
// its last lines.
func (m *Model) body(size screen.Size) []string {
	var text string
	over := m.notice(size.W)
	shown := m.overlays
	if n := len(shown); n > 0 && shown[n-1].scope == keymap.Confirm {
		over, shown = m.question(shown[n-1].ask, size.W), shown[:n-1]
	}
	if n := len(shown); n > 0 && shown[n-1].lines != nil {
		o := shown[n-1]
		text = strings.Join(widget.Window(m.env.Styles, o.scroll, o.lines(size.W), size.W, size.H), "\n")
	} else {
		text = m.top().View(size.W, size.H)
	}
	lines := strings.Split(layout.Fit(strings.Split(text, "\n"), size.W, size.H), "\n")
	if n := len(over); n > 0 && n < len(lines) {
		copy(lines[len(lines)-n:], over)
	}
	return lines
}

// header says where you are, how the cluster is, and how long the lab takes.
func (m *Model) header() string {
	st, w := m.env.Styles, m.width
	where := m.top().Where()
	if n := len(m.overlays); n > 0 && m.overlays[n-1].title != "" {
		where = strings.TrimPrefix(where+" › "+m.overlays[n-1].title, " › ")
	}
	left := st.Accent.Render(" gatedrill")
	if where != "" {
		left += st.Faint.Render(" › ") + where
		if w < 60 {
			left = " " + where
		}
	}
	right := m.status(w)
	if t, ok := m.top().Screen.(screen.Timed); ok && t.Clock() != "" {
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
	return m.boxed(mark, layout.Head(layout.Flow(cards.Clean(m.flash.Text), w-4), 4, "…"))
}

func (m *Model) question(a screen.Ask, w int) []string {
	st := m.env.Styles
	lines := layout.Wrap(a.Question, w-4)
	for i, l := range lines {
		lines[i] = st.Strong.Render(l)
	}
	return m.boxed(st.Warn.Render("?"), append(lines, layout.Flow(a.Detail, w-4)...))
}

// boxed sets lines below a rule, with a mark before the first.
func (m *Model) boxed(mark string, lines []string) []string {
	out := []string{m.env.Styles.Faint.Render(strings.Repeat("─", m.width))}
	for i, l := range lines {
		if i == 0 {
			out = append(out, " "+mark+" "+l)
			continue
		}
		out = append(out, "   "+l)
	}
	return out
}
