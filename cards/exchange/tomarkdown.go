package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
)

// Markdown is one deck as a deck file, each of its notes word for word as its
// own file states it. read reads a file by the name that cards give.
func Markdown(name string, studied []cards.Studied, read func(file string) ([]byte, error)) (string, error) {
	var b strings.Builder
	texts := map[string]map[string]string{} // by file and note
	done := map[string]bool{}
	for _, s := range studied {
		c := s.Card
		if done[c.Note] {
			continue
		}
		done[c.Note] = true
		if texts[c.File] == nil {
			text, err := read(c.File)
			if err != nil {
				return "", err
			}
			d, notes := notesOf(c.File, string(text))
			texts[c.File] = notes
			if b.Len() == 0 {
				Deck{Name: name, Title: d.Title}.head(&b)
			}
		}
		text, ok := texts[c.File][c.Note]
		if !ok {
			return "", fmt.Errorf("card %s is not in %s any more: read the decks again (gatedrill cards list)", c.ID, c.File)
		}
		b.WriteString("\n" + withSource(text, c.Source))
	}
	return b.String(), nil
}

// notesOf cuts a deck file into its notes.
func notesOf(file, text string) (cards.Deck, map[string]string) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\uFEFF")
	d, _ := deck.Parse(file, text)
	lines := strings.SplitAfter(text, "\n")
	begins := []int{len(lines) + 1}
	for _, c := range d.Cards {
		begins = append(begins, c.Line)
	}
	slices.Sort(begins)
	notes := map[string]string{}
	for _, c := range d.Cards {
		end := begins[slices.IndexFunc(begins, func(line int) bool { return line > c.Line })]
		notes[c.Note] = strings.TrimRight(strings.Join(lines[c.Line-1:end-1], ""), "\n ") + "\n"
	}
	return d, notes
}

// withSource adds the source to the facts of a note that has it from its file.
func withSource(text, source string) string {
	head, rest, _ := strings.Cut(text, "\n")
	facts, _, _ := strings.Cut(rest, "\n\n")
	if source == "" || strings.HasPrefix(facts, "source:") || strings.Contains(facts, "\nsource:") {
		return text
	}
	return head + "\nsource: " + source + "\n" + rest
}
