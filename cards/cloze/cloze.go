// Package cloze reads texts with gaps, marked as Anki marks them:
// {{c1::text}} or {{c1::text::hint}}. It knows the marks only: what cards are
// made of them is the deck's to say. It is pure.
//
// As in Anki, gaps of one number open together, a gap may have several
// numbers ({{c1,2::text}}), numbers need not be in order or without holes,
// gaps may hold gaps, and every text that is not asked for is shown.
package cloze

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	maxNumber = 500
	maxDepth  = 10 // of gaps in gaps, as in Anki
)

// Text is a text with its gaps.
type Text struct{ parts []part }

// part is plain text, or a gap with parts in it.
type part struct {
	plain   string
	numbers []int // none of plain text
	inner   []part
	hint    string
}

func (p part) has(number int) bool { return slices.Contains(p.numbers, number) }

// Error is a mark that cannot be read.
type Error struct {
	Offset int // in bytes
	Mark   string
	What   string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %q", e.What, e.Mark) }

// Parse reads the marks of a text. Without an error there is at least one.
func Parse(s string) (Text, error) {
	p := reader{text: s}
	parts, err := p.read(0)
	if err != nil {
		return Text{}, err
	}
	t := Text{parts}
	if len(t.Numbers()) == 0 {
		return Text{}, &Error{What: "has no gap: {{c1::text}} makes one", Mark: firstLine(s)}
	}
	return t, nil
}

type reader struct {
	text string
	at   int
}

// read reads to the end of the text, or below the top to the end of a gap.
func (r *reader) read(depth int) ([]part, error) {
	var parts []part
	begin := r.at
	plain := func() {
		if r.at > begin {
			parts = append(parts, part{plain: r.text[begin:r.at]})
		}
	}
	for r.at < len(r.text) {
		rest := r.text[r.at:]
		switch {
		case depth > 0 && (strings.HasPrefix(rest, "}}") || strings.HasPrefix(rest, "::")):
			plain()
			return parts, nil
		case opens(rest):
			plain()
			g, err := r.gap(depth)
			if err != nil {
				return nil, err
			}
			parts = append(parts, g)
			begin = r.at
		default:
			r.at++
		}
	}
	plain()
	return parts, nil
}

// opens reports whether a gap begins here: "{{c" and a digit.
func opens(s string) bool {
	return len(s) > 3 && strings.HasPrefix(s, "{{c") && s[3] >= '0' && s[3] <= '9'
}

func (r *reader) gap(depth int) (part, error) {
	begin := r.at
	fail := func(what string) (part, error) {
		return part{}, &Error{Offset: begin, Mark: firstLine(r.text[begin:]), What: what}
	}
	if depth == maxDepth {
		return fail(fmt.Sprintf("has gaps in gaps deeper than %d", maxDepth))
	}
	rest := r.text[r.at+len("{{c"):]
	digits, _, found := strings.Cut(rest, "::")
	var g part
	for number := range strings.SplitSeq(digits, ",") {
		n, err := strconv.Atoi(number)
		if !found || err != nil {
			return fail("is no gap: {{c1::text}} or {{c1::text::hint}}")
		}
		if n < 1 || n > maxNumber {
			return fail(fmt.Sprintf("has a number that is none of 1 to %d", maxNumber))
		}
		g.numbers = append(g.numbers, n)
	}
	r.at += len("{{c") + len(digits) + len("::")
	var err error
	if g.inner, err = r.read(depth + 1); err != nil {
		return part{}, err
	}
	if strings.TrimSpace(plainText(g.inner)) == "" {
		return fail("is a gap without text")
	}
	if strings.HasPrefix(r.text[r.at:], "::") {
		r.at += len("::")
		hint, _, found := strings.Cut(r.text[r.at:], "}}")
		if !found {
			return fail("is never closed: }} is missing")
		}
		g.hint = strings.TrimSpace(hint)
		r.at += len(hint)
	}
	if !strings.HasPrefix(r.text[r.at:], "}}") {
		return fail("is never closed: }} is missing")
	}
	r.at += len("}}")
	return g, nil
}

// Numbers are those of the gaps, each once, in order.
func (t Text) Numbers() []int {
	var out []int
	var walk func([]part)
	walk = func(parts []part) {
		for _, p := range parts {
			out = append(out, p.numbers...)
			walk(p.inner)
		}
	}
	walk(t.parts)
	slices.Sort(out)
	return slices.Compact(out)
}

// Plain is the text with all gaps filled.
func (t Text) Plain() string { return plainText(t.parts) }

func plainText(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.plain)
		b.WriteString(plainText(p.inner))
	}
	return b.String()
}

// Hidden are the texts of the gaps of a number, in order. What is in a gap of
// the same number is part of it.
func (t Text) Hidden(number int) []string {
	var out []string
	var walk func([]part)
	walk = func(parts []part) {
		for _, p := range parts {
			if p.has(number) {
				out = append(out, strings.TrimSpace(plainText(p.inner)))
				continue
			}
			walk(p.inner)
		}
	}
	walk(t.parts)
	return out
}

// Gap is the text as Markdown with the gaps of a number open: "[…]", or
// "[hint]". Where Markdown would take the brackets for a link they are
// escaped, but not in code, which takes them as they are.
func (t Text) Gap(number int) string {
	var b strings.Builder
	hint, open := "", false
	draw := func(next string) {
		switch {
		case !open:
		case strings.HasPrefix(next, ":") || strings.HasPrefix(next, "(") || strings.HasPrefix(next, "["):
			if strings.Count(b.String(), "`")%2 == 0 {
				b.WriteString(`\[` + hint + `\]`)
				break
			}
			fallthrough
		default:
			b.WriteString("[" + hint + "]")
		}
		open = false
	}
	var walk func([]part)
	walk = func(parts []part) {
		for _, p := range parts {
			switch {
			case len(p.numbers) == 0:
				draw(p.plain)
				b.WriteString(p.plain)
			case p.has(number):
				draw("[")
				hint, open = cmp.Or(p.hint, "…"), true
			default:
				walk(p.inner)
			}
		}
	}
	walk(t.parts)
	draw("")
	return b.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
