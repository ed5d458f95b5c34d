package deck

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// name reads the id in the heading.
func (p *reader) name(n *note) bool {
	m := heading.FindStringSubmatch(p.lines[n.head])
	switch {
	case m == nil || m[2] == "":
		p.problem(n.head, p.lines[n.head], "card has no id: write \"## name {#name}\"", true)
		return false
	case !idForm.MatchString(m[2]) || len(m[2]) > maxID:
		p.problem(n.head, m[2], fmt.Sprintf("is no card id: lower case letters, digits and single dashes, at most %d", maxID), true)
		return false
	}
	n.ID, n.Note = m[2], m[2]
	return true
}

func (p *reader) checkTitle(line int) {
	if cards.Unsafe(p.lines[line]) {
		p.problem(line, p.lines[line], "title holds control characters or invalid UTF-8", false)
	}
}

// maxID is the longest id of a note or name of a deck, in bytes.
const maxID = 64

// facts reads the lines of facts, up to the first blank one. It reports
// whether the note can be used.
func (p *reader) facts(n *note) bool {
	from := n.head + 1
	n.question = from
	if from >= n.end || !attribute.MatchString(p.lines[from]) {
		return true
	}
	for n.question < n.end && strings.TrimSpace(p.lines[n.question]) != "" && !isSeparator(p.lines[n.question]) {
		n.question++
	}
	facts, ok := p.mapping(from, n.question, ": leave a blank line before the question", true)
	for _, f := range facts {
		ok = p.fact(n, f) && ok
	}
	return ok
}

// fact takes one fact over. False says that the note cannot be used.
func (p *reader) fact(n *note, f fact) bool {
	n.facts[f.key] = f.line
	switch f.key {
	case "kind":
		kind := cards.CardKind(p.line(f))
		if !slices.Contains(cards.CardKinds(), kind) {
			p.problem(f.line, string(kind), "is no kind of card: "+names(cards.CardKinds()), true)
			return false
		}
		n.Kind = kind
	case "tags":
		n.Tags = p.list(f, true)
		p.checkTags(f.line, n.Tags)
	case "labs":
		n.Labs = p.list(f, true)
	case "shown":
		n.Shown = p.line(f)
	case "after":
		n.After = p.list(f, true)
	case "sibling":
		if of := p.line(f); idForm.MatchString(of) && len(of) <= maxID {
			n.Note = of
		} else {
			p.problem(f.line, of, "is no id of a note whose cards are siblings of this one's", false)
		}
	case "source":
		n.Source = cmp.Or(p.line(f), n.Source)
	case "accept":
		n.accept = p.list(f, false)
	case "layer":
		n.Key.Layer = p.line(f)
	case "edited":
		n.edited = p.line(f)
	default:
		p.problem(f.line, f.key, "is no fact of a card (kind, tags, labs, shown, after, sibling, source, accept, layer); leave a blank line before the question", false)
	}
	return true
}
