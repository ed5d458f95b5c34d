package deck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// maxWords is what is said in two breaths. Code does not count.
const maxWords = 60

// lint notes what a card ought to have, though it can be used without.
func (p *parser) lint(c *cards.Card, head, answer int) {
	switch {
	case c.Source == "":
		p.problem(head, c.ID, "card names no source: write source: URL, or source-default: in the front matter", false)
	case !strings.HasPrefix(c.Source, "https://") && !strings.HasPrefix(c.Source, "http://"):
		p.problem(head, c.Source, "source is no web address", false)
	}
	if n := countWords(c.Back); n > maxWords {
		p.problem(answer, firstLine(c.Back), fmt.Sprintf("answer has %d words, at most %d fit in two breaths", n, maxWords), false)
	}
}

// checkTags refuses a tag of a group that has fixed members.
func (p *parser) checkTags(line int, tags []string) {
	groups := []struct {
		prefix string
		known  []string
	}{
		{"layer:", cards.Layers()},
		{"step:", cards.Steps()},
	}
	for _, tag := range tags {
		for _, g := range groups {
			if name, ok := strings.CutPrefix(tag, g.prefix); ok && !slices.Contains(g.known, name) {
				p.problem(line, tag, "is no known tag: "+g.prefix+strings.Join(g.known, ", "+g.prefix), false)
			}
		}
	}
}

// countWords counts the words outside of fenced code.
func countWords(s string) int {
	n, f := 0, fenced{}
	for line := range strings.Lines(s) {
		if !f.inside(0, strings.TrimSuffix(line, "\n")) {
			n += len(strings.Fields(line))
		}
	}
	return n
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
