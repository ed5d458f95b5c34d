package exchange

import (
	"fmt"
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
		c, note := s.Card, cards.NoteID(s.Card.ID)
		if done[note] {
			continue
		}
		done[note] = true
		if texts[c.File] == nil {
			text, err := read(c.File)
			if err != nil {
				return "", err
			}
			d, _ := deck.Parse(c.File, string(text))
			lines, notes := deck.Sections(c.File, string(text))
			texts[c.File] = map[string]string{}
			for _, n := range notes {
				texts[c.File][n.ID] = strings.TrimRight(strings.Join(lines[n.From:n.To], "\n"), "\n ") + "\n"
			}
			if b.Len() == 0 {
				Deck{Name: name, Title: d.Title}.head(&b)
			}
		}
		text, ok := texts[c.File][note]
		if !ok {
			return "", fmt.Errorf("card %s is not in %s any more: read the decks again (gatedrill cards list)", c.ID, c.File)
		}
		b.WriteString("\n" + withSource(text, c.Source))
	}
	return b.String(), nil
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
