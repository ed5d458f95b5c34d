package widget

import (
	"slices"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Move scrolls a page of total lines, h of them shown, and says whether the
// intent was one of scrolling.
func Move(s layout.Scroll, i keymap.Intent, total, h int) (layout.Scroll, bool) {
	page := max(h-2, 1)
	switch i {
	case keymap.Up:
		return s.By(-1, total, h), true
	case keymap.Down:
		return s.By(1, total, h), true
	case keymap.PageUp:
		return s.By(-page, total, h), true
	case keymap.PageDown:
		return s.By(page, total, h), true
	case keymap.Top:
		return layout.Scroll{}, true
	case keymap.Bottom:
		return s.By(total, total, h), true
	}
	return s, false
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
