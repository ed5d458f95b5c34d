package deck

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

var (
	heading   = regexp.MustCompile(`^##\s+(.*?)\s*(?:\{#([^}]*)\})?\s*$`)
	attribute = regexp.MustCompile(`^([a-z][a-z-]*):(?:\s+(.*))?$`)
	fence     = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	idForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Parse reads one deck file. Cards that cannot be used are left out and are
// among the problems; so is what a card only ought to have.
func Parse(file, text string) (cards.Deck, []Problem) {
	text = strings.TrimPrefix(text, "\uFEFF")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	p := &parser{path: file, deck: cards.Deck{File: shown(file)}, lines: lines}
	body := p.frontMatter()
	p.cards(body)
	if len(p.deck.Cards) == 0 && len(p.problems) == 0 {
		p.problem(-1, "", "has no cards: a card begins with a line \"## name {#name}\"", true)
	}
	return p.deck, p.problems
}

type parser struct {
	path     string // as the system calls it
	deck     cards.Deck
	source   string // of cards that name none
	misnamed bool   // the front matter has a name that is none
	lines    []string
	problems []Problem
}

// problem notes what is wrong at a line, counted from 0; line -1 is the file.
func (p *parser) problem(line int, text, what string, lost bool) {
	p.problems = append(p.problems, Problem{File: p.deck.File, Line: line + 1, Text: text, What: what, Lost: lost})
}

// cards splits the body at its headings, outside of fenced code. A heading
// with an id ends fenced code too: it was forgotten to close, and the cards
// after it are not to be lost.
func (p *parser) cards(from int) {
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
				p.card(begin, i)
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
		p.card(begin, len(p.lines))
	}
	if f.mark != "" {
		p.unclosed(f)
	}
}

func (p *parser) unclosed(f fenced) {
	p.problem(f.line, p.lines[f.line], "opens fenced code that is never closed", false)
}

// card reads the lines of one card and keeps it if it can be used.
func (p *parser) card(begin, end int) {
	m := heading.FindStringSubmatch(p.lines[begin])
	c := cards.Card{Deck: p.deck.Name, Source: p.source, File: p.deck.File, Line: begin + 1}
	usable := true
	p.checkTitle(begin)
	switch {
	case m == nil || m[2] == "":
		p.problem(begin, p.lines[begin], "card has no id: write \"## name {#name}\"", true)
		usable = false
	case !idForm.MatchString(m[2]) || len(m[2]) > maxID:
		p.problem(begin, m[2], fmt.Sprintf("is no card id: lower case letters, digits and single dashes, at most %d", maxID), true)
		usable = false
	default:
		c.ID = m[2]
	}
	text := p.attributes(&c, begin+1, end)
	split := p.separator(text, end)
	if split < 0 {
		p.problem(begin, p.lines[begin], "card has no line --- between question and answer", true)
		return
	}
	c.Front = p.text(text, split, "question")
	c.Back = p.text(split+1, end, "answer")
	if c.Front == "" || c.Back == "" {
		usable = false
	}
	p.lint(&c, begin, split+1)
	if usable {
		p.deck.Cards = append(p.deck.Cards, c)
	}
}

func (p *parser) checkTitle(line int) {
	if cards.Unsafe(p.lines[line]) {
		p.problem(line, p.lines[line], "title holds control characters or invalid UTF-8", false)
	}
}

// maxID is the longest id of a card or name of a deck, in bytes.
const maxID = 64

// attributes reads the lines of facts and returns the line after them.
func (p *parser) attributes(c *cards.Card, from, end int) int {
	for i := from; i < end; i++ {
		m := attribute.FindStringSubmatch(strings.TrimRight(p.lines[i], " "))
		if m == nil {
			return i
		}
		if cards.Unsafe(m[2]) {
			p.problem(i, m[2], "holds control characters", false)
		}
		value := cards.Clean(m[2])
		switch m[1] {
		case "tags":
			c.Tags = words(value)
			p.checkTags(i, c.Tags)
		case "labs":
			c.Labs = words(value)
		case "source":
			c.Source = unquote(value)
		default:
			p.problem(i, m[1], "is no fact of a card (tags, labs, source); leave a blank line before the question", false)
		}
	}
	return end
}

// separator finds the line between question and answer, -1 if there is none.
func (p *parser) separator(from, end int) int {
	split, f := -1, fenced{}
	for i := from; i < end; i++ {
		if f.inside(i, p.lines[i]) || strings.TrimRight(p.lines[i], " ") != "---" {
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

// text joins lines and makes them safe to show.
func (p *parser) text(from, end int, what string) string {
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
