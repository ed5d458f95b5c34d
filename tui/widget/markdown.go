package widget

import (
	"strings"

	"charm.land/glamour/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Markdown renders Markdown to lines and remembers what it rendered. Nothing
// is made before the first text is asked for: the renderer costs more than
// the whole first frame.
type Markdown struct {
	styles *theme.Styles
	cache  map[rendered][]string
}

type rendered struct {
	text  string
	width int
	theme theme.Palette
}

// remembered bounds the cache: a few screens of text at a few widths.
const remembered = 64

// NewMarkdown makes a renderer that follows the styles.
func NewMarkdown(s *theme.Styles) *Markdown {
	return &Markdown{styles: s, cache: map[rendered][]string{}}
}

// Lines renders text for a width, without margins and without blank lines at
// either end. Text that the renderer refuses comes back as it is, wrapped.
func (m *Markdown) Lines(text string, width int) []string {
	if width <= 0 || strings.TrimSpace(text) == "" {
		return nil
	}
	key := rendered{text, width, m.styles.Colors}
	if lines, ok := m.cache[key]; ok {
		return lines
	}
	if len(m.cache) >= remembered {
		clear(m.cache)
	}
	var lines []string
	for _, b := range blocks(cards.Clean(text)) {
		part := m.fenced(b, width)
		if !b.fenced {
			part = m.render(code(strings.Join(b.lines, "\n"), width-codeMargin), width)
		}
		if len(lines) > 0 && len(part) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, part...)
	}
	lines = trim(lines)
	m.cache[key] = lines
	return lines
}

func (m *Markdown) render(text string, width int) []string {
	r, err := glamour.NewTermRenderer(glamour.WithStyles(m.styles.Markdown()), glamour.WithWordWrap(width))
	if err != nil {
		return layout.Wrap(text, width)
	}
	out, err := r.Render(text)
	if err != nil {
		return layout.Wrap(text, width)
	}
	return trim(strings.Split(out, "\n"))
}

// codeMargin is what the renderer sets before a line of code.
const codeMargin = 2

// code breaks lines of code that are too long, and sets what follows in: the
// renderer would go on at the left edge. Backslashes in it are doubled: the
// renderer takes one off before punctuation, in code as well, and grep '^\['
// would be told as grep '^[', which is none.
func code(text string, width int) string {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, l := range lines {
		rest := strings.TrimLeft(l, " ")
		if strings.HasPrefix(rest, "```") {
			fenced = !fenced
			continue
		}
		lead := l[:len(l)-len(rest)]
		own := len(lead)
		if !fenced {
			own -= 4 // what makes it code
		}
		if own < 0 {
			continue
		}
		if layout.Width(rest)+own > width {
			rest = strings.Join(layout.Wrap(rest, width-own-2), "\n"+lead+"  ")
		}
		lines[i] = lead + strings.ReplaceAll(rest, `\`, `\\`)
	}
	return strings.Join(lines, "\n")
}

// trim drops blank lines at both ends and the padding at line ends.
func trim(lines []string) []string {
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	from, to := 0, len(lines)
	for from < to && blank(lines[from]) {
		from++
	}
	for to > from && blank(lines[to-1]) {
		to--
	}
	return lines[from:to]
}

func blank(s string) bool { return layout.Width(strings.TrimSpace(s)) == 0 }
