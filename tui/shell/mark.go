package shell

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// wheel is how many lines a turn of the wheel scrolls.
const wheel = 3

// marking is text marked by the mouse, in reading order from where the button
// was pressed to where it is.
type marking struct {
	from, to cell
	held     bool
	any      bool // something is marked
}

type cell struct{ x, y int }

// Mouse takes what the mouse did, in cells of the pane: the program's, if it
// asked for it; else the wheel scrolls, and what is dragged over is marked and
// copied.
func (p *Pane) Mouse(m tea.MouseMsg) tea.Cmd {
	if p.term == nil {
		return nil
	}
	if p.frame.Mouse && p.frame.Back == 0 {
		p.term.Mouse(m)
		return nil
	}
	at := cell{max(0, min(m.Mouse().X, p.size.W)), max(0, min(m.Mouse().Y, len(p.frame.Lines)-1))}
	switch m := m.(type) {
	case tea.MouseWheelMsg:
		switch m.Button {
		case tea.MouseWheelUp:
			p.term.Scroll(wheel)
		case tea.MouseWheelDown:
			p.term.Scroll(-wheel)
		}
		p.mark = marking{}
	case tea.MouseClickMsg:
		p.mark = marking{from: at, to: at, held: m.Button == tea.MouseLeft}
	case tea.MouseMotionMsg:
		if p.mark.held {
			p.mark.to, p.mark.any = at, p.mark.any || at != p.mark.from
		}
	case tea.MouseReleaseMsg:
		if p.mark.held && p.mark.any {
			p.mark.held = false
			return copied(p.mark.text(p.frame.Lines))
		}
		p.mark = marking{}
	}
	return nil
}

func copied(text string) tea.Cmd {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return tea.Batch(tea.SetClipboard(text), screen.Say("copied what you marked"))
}

// span is what is marked of a line of a width, in cells.
func (m marking) span(y, w int) (from, to int, any bool) {
	a, b := m.from, m.to
	if b.y < a.y || b.y == a.y && b.x < a.x {
		a, b = b, a
	}
	if !m.any || y < a.y || y > b.y {
		return 0, 0, false
	}
	from, to = 0, w
	if y == a.y {
		from = a.x
	}
	if y == b.y {
		to = min(b.x+1, w)
	}
	return min(from, to), to, from < to
}

// text is what is marked, without the blanks at the ends of lines.
func (m marking) text(lines []string) string {
	var out []string
	for y, l := range lines {
		plain := strings.TrimRight(ansi.Strip(l), " ")
		if from, to, any := m.span(y, layout.Width(plain)); any {
			out = append(out, ansi.Cut(plain, from, to))
		} else if len(out) > 0 && y <= max(m.from.y, m.to.y) {
			out = append(out, "")
		}
	}
	return strings.Join(out, "\n")
}

// shown are the lines with the mark on them.
func (m marking) shown(lines []string, style lipgloss.Style) []string {
	if !m.any {
		return lines
	}
	out := make([]string, len(lines))
	for y, l := range lines {
		out[y] = l
		w := layout.Width(l)
		if from, to, any := m.span(y, w); any {
			out[y] = ansi.Truncate(l, from, "") + style.Render(ansi.Strip(ansi.Cut(l, from, to))) + ansi.TruncateLeft(l, to, "")
		}
	}
	return out
}
