package deck

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Section is a note as it stands in its deck file.
type Section struct {
	ID      string
	From    int               // line of its heading, counted from 0
	To      int               // line behind its last one
	Heading string            // its first line
	Facts   map[string]string // the lines of each fact, by its key
	Cards   []cards.Card
}

// Sections reads the lines of a deck file and the notes in it that can be used,
// in their order.
func Sections(file, text string) (lines []string, notes []Section) {
	p := parse(file, text, Source{})
	for _, n := range p.notes {
		s := Section{ID: n.ID, From: n.head, To: n.end, Heading: p.lines[n.head], Facts: map[string]string{}, Cards: n.cards}
		end := n.question
		byLine := slices.SortedFunc(maps.Keys(n.facts), func(a, b string) int { return n.facts[b] - n.facts[a] })
		for _, key := range byLine { // the last one first
			s.Facts[key] = strings.Join(p.lines[n.facts[key]:end], "\n") + "\n"
			end = n.facts[key]
		}
		notes = append(notes, s)
	}
	return p.lines, notes
}
