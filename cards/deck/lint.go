package deck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// maxWords is what is said in two breaths. Code does not count.
const maxWords = 60

// lint notes what a note ought to have, though it can be used without.
func (p *reader) lint(n *note) {
	switch {
	case n.Source == "":
		p.problem(n.head, n.ID, "card names no source: write source: URL, or source-default: in the front matter", false)
	case !strings.HasPrefix(n.Source, "https://") && !strings.HasPrefix(n.Source, "http://"):
		p.problem(n.head, n.Source, "source is no web address", false)
	}
	if len(n.cards) == 0 {
		return
	}
	back := n.cards[0].Back
	if words := countWords(back); words > maxWords {
		p.problem(min(n.answer, n.end-1), firstLine(back), fmt.Sprintf("answer has %d words, at most %d fit in two breaths", words, maxWords), false)
	}
}

// checkTags refuses a tag of a group that has fixed members.
func (p *reader) checkTags(line int, tags []string) {
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
