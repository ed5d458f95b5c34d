package deck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// presume holds what cards presume against the cards that there are. What is
// wrong is a problem and is left out, so that whoever goes by it needs no care.
func presume(files []*reader) {
	g := graph{cards: map[string]*cards.Card{}, notes: map[string]*note{}, seen: map[string]int{}}
	for _, f := range files {
		for _, n := range f.notes {
			for i := range n.cards {
				g.cards[n.cards[i].ID], g.notes[n.cards[i].ID] = &n.cards[i], n
			}
		}
	}
	for _, f := range files {
		for _, n := range f.notes {
			g.exist(n)
		}
	}
	for _, f := range files {
		for _, n := range f.notes {
			for i := range n.cards {
				g.walk(n.cards[i].ID)
			}
		}
	}
}

// graph is all cards with what they presume.
type graph struct {
	cards map[string]*cards.Card
	notes map[string]*note
	seen  map[string]int // 1 + its place on the way, or done
	way   []string
}

const done = -1

// exist takes out of a note what there is no card of.
func (g *graph) exist(n *note) {
	var good []string
	for _, id := range n.After {
		if _, ok := g.cards[id]; !ok {
			n.in.problem(n.lineOf("after"), id, "there is no such card to presume"+g.instead(id), false)
			continue
		}
		good = append(good, id)
	}
	if len(good) == len(n.After) {
		return
	}
	n.After = good
	for i := range n.cards {
		n.cards[i].After = good
	}
}

// instead names the cards of a note that has none with its own id.
func (g *graph) instead(note string) string {
	var ids []string
	for id, n := range g.notes {
		if n.ID == note {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	slices.Sort(ids)
	return "; there are " + strings.Join(ids, ", ")
}

// walk goes along what a card presumes and cuts each circle where it closes.
func (g *graph) walk(id string) {
	if g.seen[id] != 0 {
		return
	}
	g.way = append(g.way, id)
	g.seen[id] = len(g.way)
	c := g.cards[id]
	c.After = slices.DeleteFunc(slices.Clone(c.After), func(before string) bool {
		g.walk(before)
		at := g.seen[before]
		if at == done {
			return false
		}
		circle := append(slices.Clone(g.way[at-1:]), before)
		n := g.toBlame(g.way[at-1:])
		n.in.problem(n.lineOf("after"), before, fmt.Sprintf("what cards presume goes in a circle: %s", strings.Join(circle, " → ")), false)
		return true
	})
	g.way = g.way[:len(g.way)-1]
	g.seen[id] = done
}

// toBlame is the last note of a circle that stands in a file of which
// something may be wrong.
func (g *graph) toBlame(circle []string) *note {
	for _, id := range slices.Backward(circle) {
		if n := g.notes[id]; !n.in.src.Beside {
			return n
		}
	}
	return g.notes[circle[len(circle)-1]]
}
