package main

import (
	"strings"
	"testing"
)

// Errors quote foreign text; no byte of it moves the terminal's cursor.
func TestSayIsVisible(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	say(&b, "open a\x1b[31m\u009b\u202e\xff.md:\tno\nmore\r\n")
	if got, want := b.String(), "gatedrill: open a·[31m··\uFFFD.md:  no\n  more·\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
