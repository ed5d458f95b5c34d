package exchange

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/cloze"
)

// maxSide is the longest question or answer, in bytes: screens full of it.
const maxSide = 64 << 10

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
