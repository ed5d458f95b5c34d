// Package exchange turns what other programs export into decks and lines of
// the log, and the other way round.
//
// What comes in is cleaned: HTML becomes Markdown, scripts and control
// characters go. Whatever is changed or left out is said, a line each. Names
// are made of the names that things have elsewhere, so that a file that is
// read twice gives the same cards and the same lines. It reads no clock and
// writes no file; cmd does both.
package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Parcel is what a file of another program comes to.
type Parcel struct {
	Decks  []Deck
	Events cards.LogLines // in no order, those of a card together
	Media  []Media
	Said   []string // what was changed or left out, a line for people each

	lines, answers int
}

// Deck is a deck of notes.
type Deck struct {
	Name  string // as deck files are named
	Title string // as its program calls it
	Notes []Note
}

// Note is what a deck file says of a note.
type Note struct {
	ID          string
	Kind        cards.CardKind
	Front, Back string // Markdown
	Tags        []string
	Sibling     string // id of another note, whose cards are siblings of this one's; "" for none
	Source      string
	Ours        bool // it was a note of ours before another program had it
}

// Media is a file that cards name. Pictures and sounds are not taken over.
type Media struct {
	Name string
	Size int64 // -1 if it is not known
}

// Notes counts the notes of all decks.
func (p *Parcel) Notes() int {
	n := 0
	for _, d := range p.Decks {
		n += len(d.Notes)
	}
	return n
}

// Lines counts the lines of the history.
func (p *Parcel) Lines() int { return p.lines }

// Answers counts the answers of the history.
func (p *Parcel) Answers() int { return p.answers }

// Into puts all notes into one deck.
func (p *Parcel) Into(name string) {
	one := Deck{Name: name}
	for _, d := range p.Decks {
		one.Notes = append(one.Notes, d.Notes...)
	}
	p.Decks = []Deck{one}
}

// remark is a thing that is said of notes, or of what else.
type remark struct{ unit, what string }

// remarks collects what is said of many alike: how many there were, and which
// was the first.
type remarks struct {
	order []remark
	count map[remark]int
	first map[remark]string
	names map[remark][]string // of pictures
}

// add notes that something happened to one more.
func (r *remarks) add(unit, what, example string) { r.addMany(unit, 1, what, example) }

func (r *remarks) addMany(unit string, n int, what, example string) {
	if n == 0 {
		return
	}
	if r.count == nil {
		r.count, r.first = map[remark]int{}, map[remark]string{}
	}
	k := remark{unit, what}
	if r.count[k] == 0 {
		r.order = append(r.order, k)
		r.first[k] = example
	}
	r.count[k] += n
}

// name notes which pictures something is said of.
func (r *remarks) name(unit, what string, names []string) {
	if r.names == nil {
		r.names = map[remark][]string{}
	}
	k := remark{unit, what}
	for _, n := range names {
		if !slices.Contains(r.names[k], n) {
			r.names[k] = append(r.names[k], n)
		}
	}
}

// cleaned notes what went when a side was made Markdown, and the names of its
// pictures if it was those.
func (r *remarks) cleaned(what, html, example string) {
	r.add("note", what, example)
	if what == noPictures {
		r.name("note", what, pictures(html))
	}
}

// with adds the remarks of another one.
func (r *remarks) with(other remarks) {
	for _, k := range other.order {
		r.addMany(k.unit, other.count[k], k.what, other.first[k])
		r.name(k.unit, k.what, other.names[k])
	}
}

// lines are the remarks for people: `3 notes: left out, nothing on one side (the
// first: "…")`.
func (r *remarks) lines() []string {
	var out []string
	for _, k := range r.order {
		unit := k.unit
		if r.count[k] > 1 {
			unit += "s"
		}
		line := fmt.Sprintf("%d %s: %s", r.count[k], unit, k.what)
		if r.first[k] != "" {
			line += " (the first: " + r.first[k] + ")"
		}
		if len(r.names[k]) > 0 {
			line += ": " + strings.Join(r.names[k], ", ")
		}
		out = append(out, line)
	}
	return out
}

// excerpt is the beginning of a text, to know a note by.
func excerpt(s string) string {
	const most = 50
	r := []rune(strings.Join(strings.Fields(cards.Clean(s)), " "))
	if len(r) > most {
		return fmt.Sprintf("%q", string(r[:most])+"…")
	}
	return fmt.Sprintf("%q", string(r))
}

// Drop takes notes out, and counts those that stay. Decks that nothing is left
// of go too; history stays.
func (p *Parcel) Drop(known func(Note) bool) int {
	for i := range p.Decks {
		p.Decks[i].Notes = slices.DeleteFunc(p.Decks[i].Notes, known)
	}
	p.Decks = slices.DeleteFunc(p.Decks, func(d Deck) bool { return len(d.Notes) == 0 })
	return p.Notes()
}

// Answers are the answers among lines of the log, without those that were taken
// back.
func Answers(lines []cards.Event) []cards.Event {
	undone := cards.UndoneIn(lines)
	var out []cards.Event
	for _, e := range lines {
		if e.Kind == cards.Answered && !undone[e.ID] {
			out = append(out, e)
		}
	}
	return out
}
