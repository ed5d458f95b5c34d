package deck

import (
	"fmt"
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
		if !idForm.MatchString(value) || len(value) > maxID {
			p.problem(line, value, fmt.Sprintf("is no deck name: lower case letters, digits and single dashes, at most %d; the deck is called after its file", maxID), false)
			p.misnamed = true
			return
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
	p.deck.Name = called(p.path)
	if !p.misnamed && !slices.ContainsFunc(p.problems, func(q Problem) bool { return strings.HasPrefix(q.What, "front matter") }) {
		p.problem(0, "", "front matter has no deck: NAME", false)
	}
	return next
}

// called makes the name of a deck from that of its file.
func called(file string) string {
	base := strings.TrimSuffix(file[strings.LastIndexAny(file, `/\`)+1:], ".md")
	var b strings.Builder
	for _, r := range strings.ToLower(base) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String()[:min(b.Len(), maxID)], "-")
	if name == "" {
		return "deck"
	}
	return name
}

func (p *parser) firstHeading(from int) int {
	for i := from; i < len(p.lines); i++ {
		if strings.HasPrefix(p.lines[i], "## ") {
			return i
		}
	}
	return len(p.lines)
}
