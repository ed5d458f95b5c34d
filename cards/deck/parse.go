package deck

import (
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

var (
	heading   = regexp.MustCompile(`^##\s+(.*?)\s*(?:\{#([^}]*)\})?\s*$`)
	attribute = regexp.MustCompile(`^[a-z][a-z-]*:(?:\s|$)`)
	fence     = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	idForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Parse reads one deck file. Cards that cannot be used are left out and are
// among the problems; so is what a card only ought to have. Whether there are
// the cards that it presumes only Load can tell.
func Parse(file, text string) (cards.Deck, []Problem) {
	p := parse(file, text, Source{})
	return p.cards(), p.problems
}

func parse(file, text string, src Source) *reader {
	text = strings.TrimPrefix(text, "\uFEFF")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	p := &reader{src: src, path: file, deck: cards.Deck{File: shown(file)}, lines: lines}
	body := p.frontMatter()
	p.read(body)
	if len(p.notes) == 0 && len(p.problems) == 0 && !src.Own { // a learner's new deck has none yet
		p.problem(-1, "", "has no cards: a card begins with a line \"## name {#name}\"", true)
	}
	return p
}

// reader reads one file.
type reader struct {
	src      Source
	base     string // its name in its folder
	path     string // as the system calls it
	deck     cards.Deck
	source   string // of cards that name none
	misnamed bool   // the front matter has a name that is none
	lines    []string
	notes    []*note
	problems []Problem
}

// note is what stands under one heading. Lines count from 0.
type note struct {
	in         *reader
	cards.Card                // what all of its cards share
	facts      map[string]int // lines of what else it says
	accept     []string
	edited     string // digest of the shipped note that it is an edited copy of
	head       int
	question   int // first line, after the facts
	answer     int // first line, after ---
	end        int // line after the last one
	cards      []cards.Card
}

// problem notes what is wrong at a line, counted from 0; line -1 is the file.
func (p *reader) problem(line int, text, what string, lost bool) {
	p.problems = append(p.problems, Problem{File: p.deck.File, Line: line + 1, Text: text, What: what, Lost: lost})
}

// read splits the body at its headings, outside of fenced code. A heading
// with an id ends fenced code too: it was forgotten to close, and the cards
// after it are not to be lost.
func (p *reader) read(from int) {
	begin, f := -1, fenced{}
	for i := from; i < len(p.lines); i++ {
		line := p.lines[i]
		open := f
		if f.inside(i, line) {
			if m := heading.FindStringSubmatch(line); m == nil || m[2] == "" {
				continue
			}
			p.unclosed(open)
			f = fenced{}
		}
		switch {
		case strings.HasPrefix(line, "## ") || strings.TrimRight(line, " ") == "##":
			if begin >= 0 {
				p.note(begin, i)
			}
			begin = i
		case begin < 0 && strings.HasPrefix(line, "# "):
			p.checkTitle(i)
			if p.deck.Title == "" {
				p.deck.Title = cards.Clean(strings.TrimSpace(line[2:]))
			}
		case begin < 0 && strings.TrimSpace(line) != "":
			p.problem(i, line, "stands before the first card", false)
		}
	}
	if begin >= 0 {
		p.note(begin, len(p.lines))
	}
	if f.mark != "" {
		p.unclosed(f)
	}
}

func (p *reader) unclosed(f fenced) {
	p.problem(f.line, p.lines[f.line], "opens fenced code that is never closed", false)
}

// note reads the lines of one note and keeps its cards if they can be used.
func (p *reader) note(begin, end int) {
	n := &note{in: p, head: begin, end: end, facts: map[string]int{}}
	n.Card = cards.Card{Deck: p.deck.Name, Kind: cards.KindBasic, Source: p.source, File: p.deck.File, Line: begin + 1}
	p.checkTitle(begin)
	named := p.name(n)
	usable := p.facts(n)
	split := p.separator(n.question, end)
	n.answer = split + 1
	if split < 0 {
		n.answer = end
		if n.Kind != cards.KindCloze {
			p.problem(begin, p.lines[begin], "card has no line --- between question and answer", true)
			return
		}
		split = end
	}
	if !named || !usable {
		return
	}
	p.build(n, split)
	p.lint(n)
	if len(n.cards) > 0 {
		p.notes = append(p.notes, n)
	}
}

func names[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = string(n)
	}
	return strings.Join(out, ", ")
}

func isSeparator(line string) bool { return strings.TrimRight(line, " ") == "---" }

// separator finds the line between question and answer, -1 if there is none.
func (p *reader) separator(from, end int) int {
	split, f := -1, fenced{}
	for i := from; i < end; i++ {
		if f.inside(i, p.lines[i]) || !isSeparator(p.lines[i]) {
			continue
		}
		if split >= 0 {
			p.problem(i, p.lines[i], "second line --- in one card: is the heading of the next card missing?", false)
			break
		}
		split = i
	}
	return split
}

// body joins lines and makes them safe to show.
func (p *reader) body(from, end int, what string) string {
	for i := from; i < end; i++ {
		if cards.Unsafe(p.lines[i]) {
			p.problem(i, p.lines[i], what+" holds control characters or invalid UTF-8", false)
		}
	}
	s := strings.Trim(cards.Clean(strings.Join(p.lines[from:end], "\n")), "\n")
	if strings.TrimSpace(s) == "" {
		p.problem(from-1, "", what+" is empty", true)
		return ""
	}
	return strings.TrimRight(s, " \t")
}
