package lab

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
)

// look is the block of commands worth running. The marked one, which is
// copied, stands in full as long as it can; the others are cut to a line
// first, then only counted.
func (m *Model) look(s labs.StepView, w int) layout.Block {
	if len(s.Look) == 0 {
		return layout.Block{Name: commands}
	}
	marked := m.command % len(s.Look)
	draw := func(shown func(i int) []string) []string {
		var out []string
		for i := range s.Look {
			mark := "  "
			if i == marked {
				mark = m.env.Styles.Accent.Render("› ")
			}
			for _, l := range shown(i) {
				out, mark = append(out, mark+l), "  "
			}
		}
		return out
	}
	whole := func(i int) []string { return command(s.Look[i], w-2) }
	brief := func(i int) []string { return []string{layout.Cut(s.Look[i], w-2)} }
	only := func(f func(int) []string) func(int) []string {
		return func(i int) []string {
			if i != marked {
				return nil
			}
			return m.counted(f(i), marked, len(s.Look), w-2)
		}
	}
	return layout.Block{Name: commands, Forms: []layout.Form{
		{Rank: rankExtra, Lines: draw(whole)},
		{Rank: rankOthers, Lines: draw(func(i int) []string {
			if i == marked {
				return whole(i)
			}
			return brief(i)
		})},
		{Rank: rankCommand, Lines: draw(only(whole))},
		{Rank: rankMarked, Lines: draw(only(brief))},
	}}
}

// counted says at the end of a command's last line that there are others.
func (m *Model) counted(lines []string, at, of, w int) []string {
	if of < 2 {
		return lines
	}
	note := fmt.Sprintf("⇥ %d of %d", at+1, of)
	last := len(lines) - 1
	if len(lines) > 1 && layout.Width(lines[last])+2+layout.Width(note) > w {
		return lines // the mark alone has to do
	}
	lines[last] = layout.Ends(layout.Cut(lines[last], w-layout.Width(note)-2), m.env.Styles.Faint.Render(note), w)
	return lines
}

// goesOn begins a line that continues a word of the line before.
const goesOn = "↪ "

// command breaks a command between words, with backslashes, so that the
// pieces still run as one when they are typed off. What stands in quotes is
// one word. A word wider than a line is broken, which is marked.
func command(c string, w int) []string {
	if layout.Width(c) <= w || strings.Contains(c, "\n") {
		return layout.Wrap(c, w)
	}
	const indent, cont = "  ", " \\"
	var out []string
	line := ""
	for _, word := range words(c) {
		switch {
		case line == "":
			line = word
		case layout.Width(line)+1+layout.Width(word)+len(cont) <= w:
			line += " " + word
		default:
			out, line = append(out, line+cont), indent+word
		}
		if layout.Width(line)+len(cont) > w {
			parts := layout.Pieces(line, w-len(indent)-len(cont))
			out = append(out, parts[0])
			for _, p := range parts[1 : len(parts)-1] {
				out = append(out, goesOn+p)
			}
			line = goesOn + parts[len(parts)-1]
		}
	}
	return append(out, line)
}

// words parts a command at the spaces outside of quotes.
func words(c string) []string {
	var out []string
	from, open := 0, rune(0)
	for i, r := range c {
		switch {
		case open == 0 && (r == '\'' || r == '"'):
			open = r
		case r == open:
			open = 0
		case r == ' ' && open == 0:
			out, from = append(out, c[from:i]), i+1
		}
	}
	return append(out, c[from:])
}
