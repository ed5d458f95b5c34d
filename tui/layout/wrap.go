package layout

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks plain text into lines of at most w cells. A line breaks between
// words; a word is broken only when it is wider than a line of its own: after
// one of the marks that part paths, lists and pairs, and anywhere only where
// there is none. Line breaks and indents of the text are kept.
func Wrap(s string, w int) []string {
	if w <= 0 || s == "" {
		return nil
	}
	var out []string
	for _, line := range strings.Split(strings.ReplaceAll(s, "\t", "    "), "\n") {
		out = append(out, wrapLine(line, w, w)...)
	}
	return out
}

// Hang breaks one line of text behind a head, into lines of at most w cells
// whose further ones are set in by n. What stands aside in the text, three
// spaces off, gets lines of its own where there is no room beside it.
func Hang(head, text string, w, n int) []string {
	if Width(head)+Width(text) <= w {
		return []string{head + text}
	}
	room := max(w-n, 10)
	var out []string
	for i, part := range strings.Split(text, "   ") {
		if part = strings.TrimSpace(part); i == 0 {
			out = wrapLine(part, w-Width(head), room)
		} else if part != "" {
			out = append(out, wrapLine(part, room, room)...)
		}
	}
	for i, l := range out {
		if i == 0 {
			out[i] = strings.TrimRight(head+l, " ")
			continue
		}
		out[i] = Spaces(n) + l
	}
	return out
}

// wrapLine wraps one line, whose beginning has first cells of the w.
func wrapLine(s string, first, w int) []string {
	var out []string
	line := ""
	for s != "" {
		gap := s[:len(s)-len(strings.TrimLeft(s, " "))]
		word, _, _ := strings.Cut(s[len(gap):], " ")
		if word == "" {
			break // spaces at the end
		}
		s = s[len(gap)+len(word):]
		room := w
		if len(out) == 0 {
			room = first
		}
		switch fits := Width(line)+len(gap)+Width(word) <= room; {
		case fits:
			line += gap + word
			continue
		case line != "", room < w:
			out = append(out, line)
		}
		parts := Pieces(word, w)
		out, line = append(out, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	return append(out, line)
}

// Pieces breaks one word into pieces of at most w cells, as long as possible.
func Pieces(word string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	piece := ""
	for _, part := range joints(word) {
		if Width(piece)+Width(part) > w && piece != "" {
			out, piece = append(out, piece), ""
		}
		hard := strings.Split(ansi.Hardwrap(piece+part, w, true), "\n")
		out, piece = append(out, hard[:len(hard)-1]...), hard[len(hard)-1]
	}
	return append(out, piece)
}

// joints parts a word after its marks, but not between a mark and the same
// one again ("//", "||"), so that the scheme of a URL stays with its host.
func joints(word string) []string {
	const marks = "/,|="
	var out []string
	from := 0
	for i := 0; i+1 < len(word); i++ {
		again := word[i+1] == word[i] || (i > 0 && word[i-1] == word[i])
		if strings.IndexByte(marks, word[i]) >= 0 && !again {
			out, from = append(out, word[from:i+1]), i+1
		}
	}
	return append(out, word[from:])
}

// Flow is Wrap for prose: single line breaks become spaces first, so that
// only blank lines part paragraphs.
func Flow(s string, w int) []string {
	var out []string
	for _, paragraph := range strings.Split(strings.TrimSpace(s), "\n\n") {
		words := strings.Join(strings.Fields(paragraph), " ")
		if words == "" {
			continue
		}
		if out != nil {
			out = append(out, "")
		}
		out = append(out, Wrap(words, w)...)
	}
	return out
}
