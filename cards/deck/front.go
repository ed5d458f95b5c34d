package deck

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// frontMatter reads the head of the file and returns the line after it.
func (p *parser) frontMatter() int {
	if strings.TrimRight(p.lines[0], " ") != "---" {
		first := p.firstHeading(0)
		p.problem(0, p.lines[0], "front matter is missing: the file begins with a line ---, then deck: NAME", first == len(p.lines))
		return p.nameless(first)
	}
	for i := 1; i < len(p.lines); i++ {
		line := strings.TrimSpace(p.lines[i])
		if line == "---" {
			return p.nameless(i + 1)
		}
		if line == "" || strings.HasPrefix(line, "#") {
			if strings.HasPrefix(line, "## ") {
				break
			}
			continue
		}
		m := attribute.FindStringSubmatch(line)
		if m == nil {
			p.problem(i, line, "is no \"key: value\" of front matter", false)
			continue
		}
		p.front(i, m[1], unquote(m[2]))
	}
	first := p.firstHeading(1)
	p.problem(0, p.lines[0], "front matter has no end: a line --- closes it", first == len(p.lines))
	return p.nameless(first)
}

func (p *parser) front(line int, key, value string) {
	if cards.Unsafe(value) {
		p.problem(line, value, "holds control characters", false)
		value = cards.Clean(value)
	}
	switch key {
	case "deck":
		if !idForm.MatchString(value) {
			p.problem(line, value, "is no deck name: lower case letters, digits and single dashes", false)
		}
		p.deck.Name = value
	case "title":
		p.deck.Title = value
	case "source-default":
		p.source = value
	case "checked":
		p.deck.Checked = value
	case "order":
		n, err := strconv.Atoi(value)
		if err != nil {
			p.problem(line, value, "is no order: a whole number", false)
		}
		p.deck.Order = n
	default:
		p.problem(line, key, "is no key of front matter (deck, title, order, source-default, checked)", false)
	}
}

// nameless calls a deck without a name after its file.
func (p *parser) nameless(next int) int {
	if p.deck.Name != "" {
		return next
	}
	base := p.deck.File[strings.LastIndexAny(p.deck.File, `/\`)+1:]
	p.deck.Name = strings.TrimSuffix(base, ".md")
	if !slices.ContainsFunc(p.problems, func(q Problem) bool { return strings.HasPrefix(q.What, "front matter") }) {
		p.problem(0, "", "front matter has no deck: NAME", false)
	}
	return next
}

func (p *parser) firstHeading(from int) int {
	for i := from; i < len(p.lines); i++ {
		if strings.HasPrefix(p.lines[i], "## ") {
			return i
		}
	}
	return len(p.lines)
}
