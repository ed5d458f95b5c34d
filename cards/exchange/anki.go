package exchange

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/cloze"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
)

// maxSide is the longest question or answer, in bytes: screens full of it.
const maxSide = 64 << 10

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
	of := map[int64][]anki.Card{}
	for rest := col.Cards; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Note == rest[0].Note {
			n++
		}
		of[rest[0].Note], rest = rest[:n], rest[n:]
	}
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

// translator converts notes of one collection.
type translator struct {
	clean *cleaner
	col   *anki.Collection
}

// note converts one note. What it cannot convert it leaves out, and says so.
func (c translator) note(n anki.Note, of []anki.Card, said *remarks) []made {
	t, ok := c.col.Types[n.Type]
	if !ok || len(t.Templates) == 0 {
		said.add("note", "left out, of a type that the file does not describe", excerpt(strings.Join(n.Fields, " ")))
		return nil
	}
	f := fields{"Tags": strings.Join(n.Tags, " "), "Type": t.Name}
	for i, name := range t.Fields {
		if i < len(n.Fields) {
			f[name] = n.Fields[i]
		}
	}
	base := Note{ID: noteID(n.GUID), Kind: cards.KindBasic, Tags: tagNames(append(flags(of), unmarked(n.Tags)...)), Ours: isOurs(n.GUID)}
	if s := f["Source"]; isPage(s) && !cards.Unsafe(s) && !strings.ContainsAny(s, " \n\t") {
		base.Source = s
		t.Templates = withoutSource(t.Templates)
	}
	if t.Cloze {
		return c.cloze(base, t, f, said)
	}
	return c.templates(base, t, f, of, said)
}

// unmarked are tags without the one by which Anki marks notes.
func unmarked(tags []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(s string) bool { return s == cards.MarkedTag })
}

// flags are the tags that the flags of a note's cards become.
func flags(of []anki.Card) (tags []string) {
	for _, k := range of {
		if k.Flag > 0 && k.Flag <= len(anki.Flags()) {
			tags = append(tags, "flag:"+anki.Flags()[k.Flag-1])
		}
	}
	return tags
}

// withoutSource takes out of our own templates what they show of the source:
// here it is a fact of the note.
func withoutSource(templates []anki.Template) []anki.Template {
	out := slices.Clone(templates)
	for i := range out {
		out[i].Answer = strings.ReplaceAll(out[i].Answer, sourceTemplate, "")
	}
	return out
}

// side makes Markdown of one side, "" if there is nothing on it.
func (c translator) side(html string, said *remarks, example string) string {
	md, err := c.clean.markdown(html, func(what string) { said.cleaned(what, html, example) })
	if err != nil {
		said.add("note", "left out, "+err.Error(), example)
		return ""
	}
	return md
}

// usable reports whether a note can be a card, and says why not.
func usable(n Note, said *remarks, example string) bool {
	switch {
	case n.Front == "" || n.Back == "" && n.Kind != cards.KindCloze:
		said.add("note", "left out, nothing to read on one side", example)
	case len(n.Front) > maxSide || len(n.Back) > maxSide:
		said.add("note", fmt.Sprintf("left out, longer than %d KiB", maxSide>>10), example)
	default:
		return true
	}
	return false
}

// cloze converts a note with gaps.
func (c translator) cloze(n Note, t anki.NoteType, f fields, said *remarks) []made {
	n.Kind = cards.KindCloze
	whole := func(s string) string { return s }
	front, _ := f.sides(t.Templates[0].Question, "", whole)
	_, back := f.sides("", t.Templates[0].Answer, func(string) string { return "" })
	example := excerpt(tags.ReplaceAllString(front, " "))
	if strings.Contains(front, "image-occlusion:") {
		const what = "left out, hides parts of a picture (image occlusion)"
		said.add("note", what, "")
		said.name("note", what, pictures(strings.Join(slices.Collect(maps.Values(f)), " ")))
		return nil
	}
	n.Front, n.Back = c.side(front, said, example), c.side(back, said, example)
	if !usable(n, said, example) {
		return nil
	}
	text, err := cloze.Parse(n.Front)
	if err != nil {
		said.add("note", "left out, its gaps cannot be read", example)
		return nil
	}
	m := made{Note: n, ords: map[int]string{}}
	for _, number := range text.Numbers() {
		m.ords[number-1] = cards.ClozeID(n.ID, number)
	}
	return []made{m}
}

// templates converts a note whose cards come from templates: one basic card
// for each, but a reversed note where the second turns the first around.
func (c translator) templates(base Note, t anki.NoteType, f fields, of []anki.Card, said *remarks) []made {
	plain := func(s string) string { return s }
	var out []made
	example := ""
	for i, k := range t.Templates {
		if len(of) > 0 && !slices.ContainsFunc(of, func(k anki.Card) bool { return k.Ord == i }) {
			continue // Anki made no card of it
		}
		f["Card"] = k.Name
		front, back := f.sides(k.Question, k.Answer, plain)
		if example == "" {
			example = excerpt(tags.ReplaceAllString(front, " "))
		}
		n := base
		n.Front, n.Back = c.side(front, said, example), c.side(back, said, example)
		if i > 0 {
			n.ID, n.Sibling = fmt.Sprintf("%s-t%d", base.ID, i+1), base.ID
		}
		if !usable(n, said, example) {
			continue
		}
		if strings.Contains(k.Question, "{{type:") {
			said.add("note", "typed answers are thought of instead: they are basic cards here", example)
		}
		out = append(out, made{Note: n, ords: map[int]string{i: n.ID}})
	}
	if len(out) == 2 && len(t.Templates) == 2 && out[0].Front == out[1].Back && out[0].Back == out[1].Front {
		n := out[0].Note
		n.Kind = cards.KindReversed
		return []made{{Note: n, ords: map[int]string{0: n.ID, 1: cards.ReverseID(n.ID)}}}
	}
	if len(out) > 1 {
		said.add("note", "several cards of one note are a note each here, and siblings as they were", example)
	}
	return out
}

// all turns the history of all cards into lines, a card at a time: held at
// once, those of a million reviews take a gigabyte.
func (h *history) all(notes [][]made) cards.LogLines {
	return func(yield func([]cards.Event, error) bool) {
		index := make(map[int64]int, len(h.col.Notes))
		for i, n := range h.col.Notes {
			index[n.ID] = i
		}
		byCard := reviewsByCard(h.col.Reviews)
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

// reviewsByCard are the reviews of each card. They stand together.
func reviewsByCard(all []anki.Review) map[int64][]anki.Review {
	out := map[int64][]anki.Review{}
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Card == all[0].Card {
			n++
		}
		out[all[0].Card], all = all[:n], all[n:]
	}
	return out
}
