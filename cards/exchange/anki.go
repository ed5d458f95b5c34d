package exchange

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/inorder"
)

// FromAnki turns a collection into decks and history. Memories of SM-2 are
// converted by the weights published with FSRS, whatever the learner's are, so
// that every home makes the same of a file.
func FromAnki(ctx context.Context, col *anki.Collection, learner Learner, progress anki.Progress) (*Parcel, error) {
	p := &Parcel{Said: slices.Clone(col.Left)}
	for _, m := range col.Media {
		p.Media = append(p.Media, Media(m))
	}
	var said remarks
	notes, err := convertNotes(ctx, col, &said, progress)
	if err != nil {
		return nil, err
	}
	h := &history{learner: learner, model: model.Default(), col: col}
	byDeck := map[string]*Deck{}
	homes := homesOf(col)
	taken := map[string]bool{}
	for i, made := range notes {
		for _, n := range made {
			if taken[n.ID] {
				said.add("note", "left out, another one has the same guid", excerpt(n.Front))
				continue
			}
			taken[n.ID] = true
			title := strings.TrimPrefix(col.Decks[homes[col.Notes[i].ID]], ourDecks)
			d := byDeck[DeckName(title)]
			if d == nil {
				d = &Deck{Name: DeckName(title), Title: cards.Clean(title)}
				byDeck[d.Name] = d
			}
			d.Notes = append(d.Notes, n.Note)
		}
	}
	for _, d := range byDeck {
		p.Decks = append(p.Decks, *d)
	}
	slices.SortFunc(p.Decks, func(a, b Deck) int { return strings.Compare(a.Name, b.Name) })
	if err := p.look(ctx, h.all(notes), &said, progress); err != nil {
		return nil, err
	}
	said.addMany("review", h.lost(), "left out, of cards that Anki has deleted", "")
	p.Said = append(p.Said, said.lines()...)
	p.Events = func(yield func([]cards.Event, error) bool) {
		for part := range h.all(notes) {
			if !yield(part.lines, part.err) {
				return
			}
		}
	}
	return p, nil
}

// look counts the lines of histories and gathers what is said of them.
func (p *Parcel) look(ctx context.Context, histories iter.Seq[reading], said *remarks, progress anki.Progress) error {
	done := 0
	for part := range histories {
		if err := errors.Join(part.err, ctx.Err()); err != nil {
			return err
		}
		p.lines += len(part.lines)
		for i := range part.lines {
			if part.lines[i].Kind == cards.Answered {
				p.answers++
			}
		}
		said.with(part.said)
		done += part.cards
		progress("read history", done, part.of)
	}
	return nil
}

// homesOf says in which deck each note is: the one of its first card.
func homesOf(col *anki.Collection) map[int64]int64 {
	homes := make(map[int64]int64, len(col.Notes))
	for _, k := range col.Cards {
		if _, ok := homes[k.Note]; !ok {
			homes[k.Note] = k.Deck
		}
	}
	return homes
}

// made is a note of ours, with the cards of Anki that it stands for.
type made struct {
	Note
	ords map[int]string // template or number of a gap, to our card
}

// batch is how many notes or cards are worked on at a time.
const batch = 500

// convertNotes converts all notes.
func convertNotes(ctx context.Context, col *anki.Collection, said *remarks, progress anki.Progress) ([][]made, error) {
	type converted struct {
		notes [][]made
		said  remarks
	}
	of := together(col.Cards, func(k anki.Card) int64 { return k.Note })
	c := translator{clean: newCleaner(), col: col}
	var out [][]made
	for part := range inorder.Each(len(col.Notes), batch, func(from, to int) converted {
		var some converted
		for _, n := range col.Notes[from:to] {
			some.notes = append(some.notes, c.note(n, of[n.ID], &some.said))
		}
		return some
	}) {
		if ctx.Err() != nil {
			break
		}
		out = append(out, part.notes...)
		said.with(part.said)
		progress("convert notes", len(out), len(col.Notes))
	}
	return out, ctx.Err()
}

// reading is what the history of some cards comes to.
type reading struct {
	lines     []cards.Event
	said      remarks
	cards, of int
	err       error
}

// all turns the history of all cards into lines, some cards at a time: held at
// once, those of a million reviews take a gigabyte.
func (h *history) all(notes [][]made) iter.Seq[reading] {
	at := make(map[int64]int, len(h.col.Notes))
	for i, n := range h.col.Notes {
		at[n.ID] = i
	}
	reviews := together(h.col.Reviews, func(r anki.Review) int64 { return r.Card })
	return inorder.Each(len(h.col.Cards), batch, func(from, to int) reading {
		part := reading{cards: to - from, of: len(h.col.Cards)}
		room := 0
		for _, k := range h.col.Cards[from:to] {
			room += len(reviews[k.ID]) + 1
		}
		part.lines = make([]cards.Event, 0, room) // they are large
		for _, k := range h.col.Cards[from:to] {
			i, ok := at[k.Note]
			if !ok {
				continue
			}
			for _, m := range notes[i] {
				if id, ok := m.ords[k.Ord]; ok {
					lines, err := h.lines(id, h.col.Notes[i], k, reviews[k.ID], &part.said)
					part.lines, part.err = append(part.lines, lines...), errors.Join(part.err, err)
				}
			}
		}
		return part
	})
}

// lost counts the reviews of cards that are not there, or have no note.
func (h *history) lost() int {
	notes, there := map[int64]bool{}, map[int64]bool{}
	for _, n := range h.col.Notes {
		notes[n.ID] = true
	}
	for _, k := range h.col.Cards {
		there[k.ID] = notes[k.Note]
	}
	n := 0
	for _, r := range h.col.Reviews {
		if !there[r.Card] {
			n++
		}
	}
	return n
}

// lines are those of a card, and that it is marked.
func (h *history) lines(id string, n anki.Note, k anki.Card, reviews []anki.Review, said *remarks) ([]cards.Event, error) {
	lines, err := h.of(id, n.GUID, k, reviews, said)
	if err == nil && slices.Contains(n.Tags, cards.MarkedTag) {
		lines = append(lines, h.action(cards.Marked, id, n.GUID, k.Ord, h.past(k.Changed)))
	}
	return lines, err
}

// together are the members of a list by a key. Those of one stand beside each
// other, and are not copied.
func together[T any](all []T, key func(T) int64) map[int64][]T {
	out := map[int64][]T{}
	for len(all) > 0 {
		n := 1
		for n < len(all) && key(all[n]) == key(all[0]) {
			n++
		}
		out[key(all[0])], all = all[:n], all[n:]
	}
	return out
}
