package exchange

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
)

// Update puts the notes of a parcel in the place of those that a folder of decks
// has under their ids, where these say something else. It returns the files
// that change, and how many notes did. A note stays in its file and at its
// place, with its heading and with what else was written down of it, such as
// labs. Notes that were ours before another program had them stay as they are:
// what that cannot say of them would be lost.
func (p *Parcel) Update(folder fs.FS) (changed []File, notes int, err error) {
	said := map[string]Note{}
	for _, d := range p.Decks {
		for _, n := range d.Notes {
			if !n.Ours {
				said[n.ID] = n
			}
		}
	}
	names, err := fs.Glob(folder, "[^.]*.md")
	if err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		info, err := fs.Stat(folder, name)
		if err != nil || !info.Mode().IsRegular() {
			continue // no deck is read of it either, which is said elsewhere
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, 0, fmt.Errorf("read deck %s: %w", name, err)
		}
		f, n, err := updated(File{name, string(text)}, said)
		if err != nil {
			return nil, 0, err
		}
		if n > 0 {
			changed, notes = append(changed, f), notes+n
		}
	}
	return changed, notes, nil
}

// updated is a file with notes that say what said has of them, and how many of
// them said something else before.
func updated(f File, said map[string]Note) (File, int, error) {
	lines, before := deck.Sections(f.Name, f.Text)
	if !slices.ContainsFunc(before, func(s deck.Section) bool { _, ok := said[s.ID]; return ok }) {
		return f, 0, nil
	}
	all := replaced(lines, before, func(s deck.Section) (Note, bool) {
		n, ok := said[s.ID]
		return n, ok
	})
	_, after := deck.Sections(f.Name, all)
	differ := map[string]bool{}
	for i, s := range before {
		if i >= len(after) || after[i].ID != s.ID {
			return f, 0, fmt.Errorf("deck %s: note %s would not be read again beside what is new; nothing was written", f.Name, s.ID)
		}
		if !alike(s.Cards, after[i].Cards) {
			differ[s.ID] = true
		}
	}
	f.Text = replaced(lines, before, func(s deck.Section) (Note, bool) { return said[s.ID], differ[s.ID] })
	return f, len(differ), nil
}

// replaced is a file with other notes in the place of some of its own.
func replaced(lines []string, sections []deck.Section, by func(deck.Section) (Note, bool)) string {
	var out []string
	from := 0
	for _, s := range sections {
		n, ok := by(s)
		if !ok {
			continue
		}
		end := s.To // blank lines behind it stay
		for end > s.From+1 && strings.TrimSpace(lines[end-1]) == "" {
			end--
		}
		_, text, _ := strings.Cut(strings.TrimSpace(n.markdown()), "\n")
		kept := s.Facts["labs"] + s.Facts["after"]
		out = append(append(out, lines[from:s.From]...), s.Heading, kept+text)
		from = end
	}
	return strings.Join(append(out, lines[from:]...), "\n")
}

// alike reports whether cards ask and answer alike, wherever they stand.
func alike(a, b []cards.Card) bool {
	return slices.EqualFunc(a, b, func(x, y cards.Card) bool {
		x.Line = y.Line
		return reflect.DeepEqual(x, y)
	})
}
