package main

import (
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// visible makes one line of foreign text safe for a terminal: what would move
// its cursor, end the line or turn the reading direction shows as a dot, and
// bytes that are no text as U+FFFD.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if cards.IsControl(r) || r == '\n' || r == '\t' {
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
