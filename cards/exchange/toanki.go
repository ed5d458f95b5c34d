package exchange

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/cloze"
)

// ToAnki makes a collection of cards with their history. Cards of one note
// must stand beside each other.
func ToAnki(studied []cards.Studied, learner Learner) (*anki.Collection, error) {
	t := &toAnki{
		learner: learner, md: goldmark.New(goldmark.WithExtensions(extension.GFM)), used: map[int64]bool{}, decks: map[string]int64{}, notes: map[string]int64{},
		col: &anki.Collection{Decks: map[int64]string{}, Types: ankiTypes(), Rollover: learner.Calendar.Rollover, Written: learner.Now},
	}
	first := learner.Calendar.Day(learner.Now)
	for _, s := range studied {
		for _, e := range s.Lines {
			first = min(first, e.Day)
		}
	}
	t.first = max(first, 1)
	t.col.Created = learner.Calendar.Start(t.first)
	t.col.Offset = learner.Calendar.Moment(t.col.Created).Offset
	for i, s := range studied {
		if err := t.add(s, i); err != nil {
			return nil, fmt.Errorf("card %q: %w", s.Card.ID, err)
		}
	}
	return t.col, nil
}

type toAnki struct {
	learner Learner
	md      goldmark.Markdown
	col     *anki.Collection
	first   int // the learner's day on which the collection begins
	decks   map[string]int64
	notes   map[string]int64
	used    map[int64]bool // ids of reviews
}

// ourDecks is the deck that ours are under in Anki.
const ourDecks = "gatedrill::"

// firstID is where ids of notes, cards and decks begin. Anki takes others
// where these are taken.
const firstID = 1795910400100

func (t *toAnki) add(s cards.Studied, place int) error {
	c := s.Card
	deck, ok := t.decks[c.Deck]
	if !ok {
		deck = firstID + int64(len(t.decks))
		t.decks[c.Deck], t.col.Decks[deck] = deck, ourDecks+c.Deck
	}
	note := cards.NoteID(c.ID)
	nid, ok := t.notes[note]
	if !ok {
		nid = firstID + int64(len(t.notes))
		t.notes[note] = nid
		n, err := t.note(c, note, nid)
		if err != nil {
			return err
		}
		if s.Memory.Marked {
			n.Tags = append(unmarked(n.Tags), cards.MarkedTag)
		}
		t.col.Notes = append(t.col.Notes, n)
	}
	k := t.card(s.Memory, place)
	k.ID, k.Note, k.Deck, k.Ord = firstID+int64(place), nid, deck, ordOf(c, note)
	t.col.Cards = append(t.col.Cards, k)
	undone := cards.UndoneIn(s.Lines)
	for _, e := range s.Lines {
		switch {
		case undone[e.ID]:
		case e.Kind == cards.Answered:
			t.col.Reviews = append(t.col.Reviews, t.review(e, k.ID))
		case e.Kind == cards.Forgotten:
			t.col.Reviews = append(t.col.Reviews, anki.Review{ID: t.reviewID(e.ID), Card: k.ID, Kind: anki.Manual})
		}
	}
	return nil
}

// ordOf is the template or the number of the gap that a card comes from.
func ordOf(c cards.Card, note string) int {
	switch {
	case c.Kind == cards.KindReversed && c.ID == cards.ReverseID(note):
		return 1
	case c.Kind == cards.KindCloze:
		var n int
		if _, err := fmt.Sscanf(strings.TrimPrefix(c.ID, note), "/c%d", &n); err == nil {
			return n - 1
		}
	}
	return 0
}

// note is the note of a card, by the first of its cards that is met.
func (t *toAnki) note(c cards.Card, id string, nid int64) (anki.Note, error) {
	n := anki.Note{ID: nid, GUID: guidOf(id), Type: typeBasic, Tags: c.Tags}
	front, back := c.Front, c.Back
	switch c.Kind {
	case cards.KindCloze:
		n.Type, front, back = typeCloze, c.Key.Cloze, extra(c)
	case cards.KindReversed:
		n.Type = typeReversed
		if c.ID == cards.ReverseID(id) {
			front, back = back, front
		}
	}
	if c.Kind == cards.KindChoice || c.Kind == cards.KindTriage {
		front += options(c.Key.Options)
	}
	for _, text := range []string{front, back} {
		html, err := t.html(text)
		if err != nil {
			return n, err
		}
		n.Fields = append(n.Fields, html)
	}
	n.Fields = append(n.Fields, c.Source)
	return n, nil
}

// extra is what the answer of a card with a gap says beside what was hidden.
func extra(c cards.Card) string {
	text, err := cloze.Parse(c.Key.Cloze)
	if err != nil {
		return c.Back
	}
	from := 0
	for _, n := range text.Numbers() {
		hidden := text.Hidden(n)
		if i := strings.Index(c.Back, hidden[len(hidden)-1]); ordOf(c, cards.NoteID(c.ID)) == n-1 && i >= 0 {
			from = i + len(hidden[len(hidden)-1])
		}
	}
	_, rest, _ := strings.Cut(c.Back[from:], "\n\n")
	return rest
}

// options lists what a choice offers.
func options(list []cards.Option) string {
	var b strings.Builder
	for i, o := range list {
		if i == 0 {
			b.WriteString("\n\n")
		}
		b.WriteString("- " + strings.ReplaceAll(o.Text, "\n", "\n  ") + "\n")
	}
	return b.String()
}

// html is Markdown as Anki shows it; HTML in it is left out.
func (t *toAnki) html(markdown string) (string, error) {
	var b bytes.Buffer
	if err := t.md.Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("turn its Markdown into HTML: %w", err)
	}
	return strings.TrimSpace(b.String()), nil
}

// Sort brings cards into the order that ToAnki needs: by deck, and those of a
// note together.
func Sort(studied []cards.Studied) {
	slices.SortStableFunc(studied, func(a, b cards.Studied) int {
		return strings.Compare(a.Card.Deck+"\x00"+cards.NoteID(a.Card.ID), b.Card.Deck+"\x00"+cards.NoteID(b.Card.ID))
	})
}
