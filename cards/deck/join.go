package deck

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// cards makes the deck of the notes that are left.
func (p *reader) cards() cards.Deck {
	d := p.deck
	for _, n := range p.notes {
		d.Cards = append(d.Cards, n.cards...)
	}
	return d
}

// join makes one of all files: of notes with one id one stays, and cards
// presume only cards that there are, without circles.
func join(files []*reader) {
	byID := map[string]*note{}
	for _, f := range files {
		f.notes = slices.DeleteFunc(f.notes, func(n *note) bool { return !admit(byID, n) })
	}
	presume(files)
}

// shippedToo is a clash of a note of the learner's that is no copy.
const shippedToo = "the program has a card of this id too, and yours is asked in its place: give yours another id"

// admit says whether a note stays in its file. One that the learner edited
// takes the place of its original, so that its turn among new cards stays.
func admit(byID map[string]*note, n *note) bool {
	first, taken := byID[n.ID]
	switch {
	case !taken:
		byID[n.ID] = n
		return true
	case n.in.src.Beside:
		return false
	case !n.in.src.Own || first.in.src.Own:
		n.in.problem(n.head, n.ID, fmt.Sprintf("id is taken already at %s:%d", first.in.deck.File, first.head+1), true)
		return false
	}
	switch original := first.digest(); n.edited {
	case original:
	case "":
		n.in.clash(n.head, n.ID, shippedToo)
	default:
		n.in.clash(n.lineOf("edited"), n.edited, "the program's card was changed since you edited yours: see gatedrill cards show --original "+n.ID+
			", and keep yours with edited: "+original)
	}
	for i := range n.cards {
		n.cards[i].Deck = first.Deck
	}
	*first = *n
	return false
}

func (p *reader) clash(line int, text, what string) {
	p.problem(line, text, what, false)
	p.problems[len(p.problems)-1].Clash = true
}

// lineOf is where a fact of the note stands, or its heading.
func (n *note) lineOf(fact string) int {
	if line, ok := n.facts[fact]; ok {
		return line
	}
	return n.head
}

// digest names the text of a note, as far as it matters, in eight digits.
func (n *note) digest() string {
	sum := sha256.Sum256([]byte(n.in.source + "\n" + n.text()))
	return hex.EncodeToString(sum[:4])
}

// text is the note as it stands in its file, without blank lines around.
func (n *note) text() string {
	return strings.TrimSpace(strings.Join(n.in.lines[n.head:n.end], "\n"))
}
