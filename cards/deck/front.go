package deck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// frontMatter reads the head of the file and returns the line after it.
func (p *reader) frontMatter() int {
	if !isSeparator(p.lines[0]) {
		first := p.firstHeading(0)
		p.problem(0, p.lines[0], "front matter is missing: the file begins with a line ---, then deck: NAME", first == len(p.lines))
		return p.nameless(first)
	}
	end, next := 1, -1
	for ; end < len(p.lines) && next < 0; end++ {
		if line := strings.TrimSpace(p.lines[end]); line == "---" {
			next = end + 1
		} else if strings.HasPrefix(line, "## ") {
			break
		}
	}
	if next < 0 {
		next = p.firstHeading(1)
		p.problem(0, p.lines[0], "front matter has no end: a line --- closes it", next == len(p.lines))
		end = min(end, next)
	} else {
		end--
	}
	if end > 1 {
		facts, ok := p.mapping(1, end, "", false)
		p.misnamed = !ok
		for _, f := range facts {
			p.front(f)
		}
	}
	return p.nameless(next)
}

func (p *reader) front(f fact) {
	value := p.line(f)
	switch f.key {
	case "deck":
		if !idForm.MatchString(value) || len(value) > maxID {
			p.problem(f.line, value, fmt.Sprintf("is no deck name: lower case letters, digits and single dashes, at most %d; the deck is called after its file", maxID), false)
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
			p.problem(f.line, value, "is no order: a whole number", false)
		}
		p.deck.Order = n
	default:
		p.problem(f.line, f.key, "is no key of front matter (deck, title, order, source-default, checked)", false)
	}
}

// nameless calls a deck without a name after its file.
func (p *reader) nameless(next int) int {
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

func (p *reader) firstHeading(from int) int {
	for i := from; i < len(p.lines); i++ {
		if strings.HasPrefix(p.lines[i], "## ") {
			return i
		}
	}
	return len(p.lines)
}
