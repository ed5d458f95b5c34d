package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/gatedrill/gatedrill/tui/layout"
)

// narrowBelow is the width under which the column of names has no room.
const narrowBelow = 60

// columns is the width of the terminal behind a stream, 0 when there is none.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// page prints text for people. The lines of a terminal are broken between
// words and hang under their beginning; those of a pipe or a file are not
// broken, so that they can be searched.
type page struct {
	printer
	width int // of the terminal, 0 when there is none
}

func newPage(w io.Writer) *page { return &page{printer{w: w}, columns(w)} }

func (p *page) narrow() bool { return p.width > 0 && p.width < narrowBelow }

// para prints foreign text behind a head, under which its lines hang. Where
// there is no room for that, they are set in by a little.
func (p *page) para(head, text string) {
	text = strings.TrimRight(visible(text), " ")
	switch hang := layout.Width(head); {
	case p.width == 0:
		p.line("%s", strings.TrimRight(head+text, " "))
	case p.narrow():
		name := strings.Join(strings.Fields(head), " ")
		hang = 0
		if name != "" {
			name, hang = name+" ", 2
		}
		if strings.HasPrefix(head, " ") {
			name, hang = "  "+name, hang+2
		}
		p.lines(layout.Hang(name, text, p.width, hang))
	default:
		p.lines(layout.Hang(head, text, p.width, hang))
	}
}

func (p *page) lines(all []string) {
	for _, l := range all {
		p.line("%s", strings.TrimRight(l, " "))
	}
}

// command prints a command of the shell; one that is too long goes on in the
// next line as a shell reads it.
func (p *page) command(text string) {
	line, words := "  $", 0
	for _, word := range shellWords(visible(text)) {
		if p.width > 0 && words > 0 && layout.Width(line)+layout.Width(word)+3 > p.width {
			p.line(`%s \`, line)
			line = "   "
		}
		line += " " + word
		words++
	}
	p.line("%s", line)
}

// shellWords parts a command at the spaces outside of quotes; a flag keeps its
// value.
func shellWords(s string) []string {
	var out []string
	quoted, from := false, 0
	for i, r := range s {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == ' ' && !quoted:
			out, from = append(out, s[from:i]), i+1
		}
	}
	var kept []string
	for _, word := range append(out, s[from:]) {
		if last := len(kept) - 1; last >= 0 && len(kept[last]) > 1 && strings.HasPrefix(kept[last], "-") && kept[last] != "--" &&
			!strings.Contains(kept[last], " ") && !strings.HasPrefix(word, "-") {
			kept[last] += " " + word
			continue
		}
		kept = append(kept, word)
	}
	return kept
}
