// Package layout measures and cuts text: widths, wraps, columns and windows.
// It knows no styles and no screens. Every function is total: a width or
// height of zero or less gives nothing instead of a panic.
package layout

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// The smallest terminal in which every screen works.
const (
	MinWidth  = 40
	MinHeight = 12
)

// Width is the number of cells that s takes on one line.
func Width(s string) int { return ansi.StringWidth(s) }

// Cut shortens a line to w cells, with … where something is missing.
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(oneLine.Replace(s), w, "…")
}

// Pad makes a line exactly w cells wide.
func Pad(s string, w int) string {
	s = Cut(s, w)
	return s + Spaces(w-Width(s))
}

// Right puts s at the right edge of w cells.
func Right(s string, w int) string {
	s = Cut(s, w)
	return Spaces(w-Width(s)) + s
}

// Ends puts left and right on one line of w cells. What does not fit is cut
// from left first, since the right end holds the short, live part.
func Ends(left, right string, w int) string {
	right = Cut(right, w)
	room := w - Width(right)
	if right != "" {
		room-- // at least one cell between the two
	}
	if room <= 0 {
		return Right(right, w)
	}
	return Pad(left, room) + Spaces(w-room-Width(right)) + right
}

// Spaces is n spaces, none for a negative n.
func Spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// Indent puts n spaces before each line.
func Indent(lines []string, n int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if l != "" {
			out[i] = Spaces(n) + l
		}
	}
	return out
}

// Fit makes exactly h lines of at most w cells.
func Fit(lines []string, w, h int) string {
	if h <= 0 {
		return ""
	}
	out := make([]string, h)
	for i := range out {
		if i < len(lines) {
			out[i] = Cut(lines[i], w)
		}
	}
	return strings.Join(out, "\n")
}

// Columns sets two columns side by side, with sep between them on each of
// the h lines.
func Columns(left, right []string, lw, rw, h int, sep string) []string {
	out := make([]string, max(h, 0))
	for i := range out {
		var l, r string
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out[i] = strings.TrimRight(Pad(l, lw)+sep+Cut(r, rw), " ")
	}
	return out
}

// Head keeps the first h lines; when some are lost the last one kept is
// replaced by more, which says how to see them.
func Head(lines []string, h int, more string) []string {
	if len(lines) <= h {
		return lines
	}
	if h <= 0 {
		return nil
	}
	out := append([]string{}, lines[:h]...)
	out[h-1] = more
	return out
}

var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ")
