package widget

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Move scrolls a page of total lines, h of them shown, if the intent is one of
// scrolling.
func Move(s layout.Scroll, i keymap.Intent, total, h int) layout.Scroll {
	page := max(h-2, 1)
	switch i {
	case keymap.Up:
		return s.By(-1, total, h)
	case keymap.Down:
		return s.By(1, total, h)
	case keymap.PageUp:
		return s.By(-page, total, h)
	case keymap.PageDown:
		return s.By(page, total, h)
	case keymap.Top:
		return layout.Scroll{}
	case keymap.Bottom:
		return s.By(total, total, h)
	}
	return s
}

// Window is the part of a page scrolled to, h lines, with a mark on the last
// one while there is more below.
func Window(st *theme.Styles, s layout.Scroll, lines []string, w, h int) []string {
	out := slices.Clone(s.Window(lines, h))
	if s.Within(len(lines), h).Offset+h < len(lines) && h > 1 {
		out[h-1] = layout.Right(st.Accent.Render("↓ more"), w-1)
	}
	for len(out) < h {
		out = append(out, "")
	}
	return out
}

// Boxed sets lines below a rule, with a mark before the first.
func Boxed(st *theme.Styles, mark string, lines []string, w int) []string {
	out := []string{st.Faint.Render(strings.Repeat("─", max(w, 0)))}
	for i, l := range lines {
		if i == 0 {
			out = append(out, " "+mark+" "+l)
			continue
		}
		out = append(out, "   "+l)
	}
	return out
}
