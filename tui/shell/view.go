package shell

import (
	"fmt"

	"github.com/gatedrill/gatedrill/tui/layout"
)

// View draws the terminal, in as many lines as the pane has. The cursor is
// marked while the pane has the focus.
func (p *Pane) View() []string {
	st := p.env.Styles
	if p.term == nil {
		return []string{" " + st.Faint.Render("opening your shell …")}
	}
	lines := make([]string, 0, p.size.H)
	for y, l := range p.frame.Lines {
		if y == p.size.H {
			break
		}
		lines = append(lines, layout.Cut(l, p.size.W))
	}
	lines = p.mark.shown(lines, st.Marked)
	if p.frame.Back > 0 && len(lines) > 0 {
		note := st.Accent.Render(fmt.Sprintf(" %d lines back ", p.frame.Back))
		w := p.size.W - layout.Width(note)
		lines[0] = layout.Pad(lines[0], w) + note
	}
	if f := p.frame; p.focus && f.Shown && f.Y < len(lines) {
		line := lines[f.Y]
		lines[f.Y] = layout.PutCursor(line+layout.Spaces(f.X-layout.Width(line)), f.X)
	}
	return lines
}
