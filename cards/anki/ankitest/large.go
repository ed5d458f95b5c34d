// Package ankitest makes collections of Anki as large as wanted. Tests and
// benchmarks use it; the program does not.
package ankitest

import (
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards/anki"
)

// types of the notes of Large.
const (
	basic = 1
	cloze = 2
)

// Large is a collection of so many notes in ten decks, each card with so many
// reviews over two years before now. A tenth of the notes have two gaps, and so
// two cards. Fields are HTML as people's are.
func Large(notes, reviews int, now time.Time) *anki.Collection {
	c := &anki.Collection{
		Rollover: 4, Created: now.AddDate(-2, 0, 0).Truncate(24 * time.Hour).Add(4 * time.Hour), Written: now, Decks: map[int64]string{},
		Types: map[int64]anki.NoteType{
			basic: {
				ID: basic, Name: "Basic", Fields: []string{"Front", "Back"},
				Templates: []anki.Template{{Name: "Card 1", Question: "{{Front}}", Answer: "{{FrontSide}}<hr id=answer>{{Back}}"}},
			},
			cloze: {
				ID: cloze, Name: "Cloze", Cloze: true, Fields: []string{"Text", "Back Extra"},
				Templates: []anki.Template{{Name: "Cloze", Question: "{{cloze:Text}}", Answer: "{{cloze:Text}}<br>{{Back Extra}}"}},
			},
		},
	}
	const decks = 10
	for d := range decks {
		c.Decks[int64(d+1)] = fmt.Sprintf("Large::Part %d", d)
	}
	for i := range notes {
		n := anki.Note{ID: int64(1000 + i), GUID: fmt.Sprintf("L~%08x", i), Type: basic, Tags: []string{fmt.Sprintf("topic%d", i%50), "large"}, Fields: []string{
			fmt.Sprintf("<div>What does <b>gateway %d</b> do with&nbsp;it?</div>", i), fmt.Sprintf("It <i>routes</i> by <code>host-%d</code>:<ul><li>first</li><li>second</li></ul>", i),
		}}
		ords := 1
		if i%10 == 0 {
			n.Type, ords = cloze, 2
			n.Fields = []string{fmt.Sprintf("Gateway %d selects {{c1::pods}} by <b>{{c2::labels}}</b>.", i), ""}
		}
		c.Notes = append(c.Notes, n)
		for ord := range ords {
			k := anki.Card{ID: int64(len(c.Cards) + 1), Note: n.ID, Deck: int64(i%decks + 1), Ord: ord, Type: anki.TypeReview, Queue: anki.TypeReview, Due: int64(730 + i%60), Interval: 30, Factor: 2500, Reps: reviews}
			c.Cards = append(c.Cards, k)
			c.Reviews = append(c.Reviews, past(k.ID, reviews, c.Created)...)
		}
	}
	return c
}

// past are the reviews of one card, with intervals that grow and now and then
// break down.
func past(card int64, reviews int, from time.Time) []anki.Review {
	var out []anki.Review
	at, last := from.Add(time.Duration(card%90)*24*time.Hour+time.Duration(card)*time.Millisecond), 0
	for i := range reviews {
		r := anki.Review{ID: at.UnixMilli(), Card: card, Ease: 3, Last: last, Factor: 2500, Took: 6000, Kind: anki.Reviewed}
		days := min(1<<min(i, 6), 60)
		if i == 0 {
			r.Kind, r.Factor = anki.Learn, 0
		}
		if i > 0 && (int(card)+i)%9 == 0 {
			r.Ease, days = 1, 1
		}
		r.Interval, last = days, days
		out = append(out, r)
		at = at.Add(time.Duration(days) * 24 * time.Hour)
	}
	return out
}
