package main

import (
	"strings"
	"unicode"
)

// visible makes one line of foreign text safe for a terminal: what would move
// its cursor, end the line or turn the reading direction shows as a dot, and
// bytes that are no text as U+FFFD.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return '·'
		}
		return r
	}, s)
}

// visibleLines makes text of several lines safe for a terminal.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
