package exchange

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
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
	h := &history{learner: learner, model: model.Default(), col: col, remarks: &said}
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
	done := 0
	for lines, err := range h.all(notes) {
		if err != nil {
			return nil, err
		}
		p.answers += len(Answers(lines))
		if done++; done%batch == 0 {
			progress("read history", done, len(col.Cards))
		}
	}
	p.Said = append(p.Said, said.lines()...)
	quiet := *h // all is said
	quiet.remarks = &remarks{}
	p.Events = quiet.all(notes)
	return p, nil
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

// batch is how many notes are converted at a time, and cards read until
// progress is told.
const batch = 500

// convertNotes converts all notes, some at a time.
func convertNotes(ctx context.Context, col *anki.Collection, said *remarks, progress anki.Progress) ([][]made, error) {
	of := together(col.Cards, func(k anki.Card) int64 { return k.Note })
	c := translator{clean: newCleaner(), col: col}
	out := make([][]made, len(col.Notes))
	notes := make([]remarks, len(col.Notes))
	var wg sync.WaitGroup
	var mu sync.Mutex
	next, done := 0, 0
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for ctx.Err() == nil {
				mu.Lock()
				from := next
				next += batch
				mu.Unlock()
				if from >= len(out) {
					return
				}
				to := min(from+batch, len(out))
				for i := from; i < to; i++ {
					out[i] = c.note(col.Notes[i], of[col.Notes[i].ID], &notes[i])
				}
				mu.Lock()
				done += to - from
				progress("convert notes", done, len(out))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for i := range notes {
		said.with(notes[i])
	}
	return out, ctx.Err()
}

// all turns the history of all cards into lines, a card at a time: held at
// once, those of a million reviews take a gigabyte.
func (h *history) all(notes [][]made) cards.LogLines {
	return func(yield func([]cards.Event, error) bool) {
		index := make(map[int64]int, len(h.col.Notes))
		for i, n := range h.col.Notes {
			index[n.ID] = i
		}
		byCard := together(h.col.Reviews, func(r anki.Review) int64 { return r.Card })
		for _, k := range h.col.Cards {
			i, ok := index[k.Note]
			if !ok {
				continue
			}
			reviews := byCard[k.ID]
			delete(byCard, k.ID)
			for _, m := range notes[i] {
				id, ok := m.ords[k.Ord]
				if !ok {
					continue
				}
				if !yield(h.lines(id, h.col.Notes[i], k, reviews)) {
					return
				}
			}
		}
		lost := 0
		for _, reviews := range byCard {
			lost += len(reviews)
		}
		if lost > 0 {
			h.remarks.addMany("review", lost, "left out, of cards that Anki has deleted", "")
		}
	}
}

// lines are those of a card, and that it is marked.
func (h *history) lines(id string, n anki.Note, k anki.Card, reviews []anki.Review) ([]cards.Event, error) {
	lines, err := h.of(id, n.GUID, k, reviews)
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
