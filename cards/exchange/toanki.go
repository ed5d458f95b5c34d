package exchange

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/cloze"
)

// Ids of our types of notes in Anki, the same in each package so that they
// become one there.
const (
	typeBasic    = 1795910400001
	typeReversed = 1795910400002
	typeCloze    = 1795910400003
)

const style = `.card { font-family: sans-serif; font-size: 18px; line-height: 1.5; text-align: left; color: black; background-color: white; }
pre, code { font-family: monospace; }
.source { font-size: 13px; color: gray; }
.cloze { font-weight: bold; }
`

// sourceTemplate shows the source of a card below its answer.
const sourceTemplate = `{{#Source}}<p class="source">{{Source}}</p>{{/Source}}`

// ankiTypes are the types of notes that ours become.
func ankiTypes() map[int64]anki.NoteType {
	answer := func(field string) string { return "{{FrontSide}}\n<hr id=answer>\n{{" + field + "}}" + sourceTemplate }
	types := []anki.NoteType{
		{
			ID: typeBasic, Name: "gatedrill", Fields: []string{"Front", "Back", "Source"},
			Templates: []anki.Template{{Name: "Card 1", Question: "{{Front}}", Answer: answer("Back")}},
		},
		{
			ID: typeReversed, Name: "gatedrill (reversed)", Fields: []string{"Front", "Back", "Source"},
			Templates: []anki.Template{
				{Name: "Card 1", Question: "{{Front}}", Answer: answer("Back")},
				{Name: "Card 2", Question: "{{Back}}", Answer: answer("Front")},
			},
		},
		{
			ID: typeCloze, Name: "gatedrill (cloze)", Cloze: true, Fields: []string{"Text", "Back Extra", "Source"},
			Templates: []anki.Template{{Name: "Cloze", Question: "{{cloze:Text}}", Answer: "{{cloze:Text}}<br>\n{{Back Extra}}" + sourceTemplate}},
		},
	}
	out := map[int64]anki.NoteType{}
	for _, t := range types {
		t.CSS = style
		out[t.ID] = t
	}
	return out
}

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

const defaultFactor = 2500 // of a card of which SM-2 knows nothing

// card is where a card stands in Anki's terms.
func (t *toAnki) card(m cards.Memory, place int) anki.Card {
	k := anki.Card{Reps: m.Reps, Lapses: m.Lapses, Data: "{}"}
	switch m.State {
	case cards.New:
		k.Due = int64(place + 1)
	case cards.Review:
		k.Type, k.Queue, k.Factor = anki.TypeReview, anki.TypeReview, defaultFactor
		k.Due, k.Interval = int64(m.DueDay-t.first), max(1, m.DueDay-m.LastDay)
	case cards.Learning, cards.Relearning:
		k.Type, k.Queue, k.Due = anki.TypeLearning, anki.TypeLearning, m.Due.Unix()
		if m.State == cards.Relearning {
			k.Type, k.Factor, k.Interval = anki.TypeRelearning, defaultFactor, max(1, int(math.Round(m.Stability)))
		}
	}
	if m.Stability > 0 {
		k.Data = fmt.Sprintf(`{"s":%.4f,"d":%.3f,"lrt":%d}`, m.Stability, m.Difficulty, m.LastReview.Unix())
	}
	if m.Suspended {
		k.Queue = anki.QueueSuspended
	}
	return k
}

// review is an answer as Anki writes it. One that came from Anki is what it
// was there.
func (t *toAnki) review(e cards.Event, card int64) anki.Review {
	r, known := readReview(e.Answer)
	if !known {
		r = anki.Review{Interval: interval(e.After, e.Moment), Last: interval(e.Before, cards.Moment{At: e.Before.LastReview, Day: e.Before.LastDay})}
		r.Factor = factor(e.After.Difficulty)
		switch e.Before.State {
		case cards.New, cards.Learning:
			r.Kind = anki.Learn
		case cards.Review:
			r.Kind = anki.Reviewed
		case cards.Relearning:
			r.Kind = anki.Relearn
		}
	}
	r.ID, r.Card, r.Ease, r.Took = t.reviewID(e.ID), card, int(e.Rating), int(e.Took/time.Millisecond)
	return r
}

// reviewID names a line as Anki does, by its millisecond.
func (t *toAnki) reviewID(id cards.ID) int64 {
	at := id.Time().UnixMilli()
	for t.used[at] { // of another home, in the same one
		at++
	}
	t.used[at] = true
	return at
}

// interval is in days, or in negative seconds.
func interval(m cards.Memory, since cards.Moment) int {
	switch m.State {
	case cards.New:
		return 0
	case cards.Review:
		return max(1, m.DueDay-since.Day)
	}
	return -max(1, int(m.Due.Sub(since.At)/time.Second))
}

// factor is FSRS's difficulty where Anki writes the ease, 100 to 1100.
func factor(difficulty float64) int {
	if difficulty < 1 {
		return 0
	}
	return int(math.Round((difficulty-1)/9*1000)) + 100
}

// Sort brings cards into the order that ToAnki needs: by deck, and those of a
// note together.
func Sort(studied []cards.Studied) {
	slices.SortStableFunc(studied, func(a, b cards.Studied) int {
		return strings.Compare(a.Card.Deck+"\x00"+cards.NoteID(a.Card.ID), b.Card.Deck+"\x00"+cards.NoteID(b.Card.ID))
	})
}
