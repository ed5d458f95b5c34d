package exchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/cloze"
)

// sheet is a file of lines with fields: Anki's text export, whose first lines
// say what is in it, or CSV.
type sheet struct {
	comma                                   rune
	html                                    bool
	tags                                    []string
	deck, kind                              string
	guidAt, deckAt, kindAt, tagsAt, frontAt int // columns, -1 for none
	backAt                                  int
	given                                   bool // there were header lines
}

// FromText reads notes without a history: the text that Anki exports ("Notes
// in Plain Text"), or CSV with or without a line of names. deck is where notes
// go that name none.
func FromText(text, deck string, isCSV bool) (*Parcel, error) {
	var said remarks
	t := sheet{comma: '\t', guidAt: -1, deckAt: -1, kindAt: -1, tagsAt: -1, frontAt: -1, backAt: -1, html: true}
	if isCSV {
		t.comma, t.html = ',', false
	}
	body, skipped, err := t.headers(strings.TrimPrefix(text, "\uFEFF"))
	if err != nil {
		return nil, err
	}
	rows, lines, err := t.rows(body, skipped)
	if err != nil {
		return nil, err
	}
	if isCSV && !t.given && len(rows) > 0 && t.names(rows[0]) {
		rows, lines = rows[1:], lines[1:]
	}
	c := newCleaner()
	byDeck := map[string]*Deck{}
	taken := map[string]bool{}
	for i, row := range rows {
		n, title, ok := t.note(row, lines[i], c, &said)
		if !ok {
			continue
		}
		if taken[n.ID] {
			said.add("note", "left out, another line has the same name or question", fmt.Sprintf("line %d", lines[i]))
			continue
		}
		taken[n.ID] = true
		name := deck
		if title != "" {
			name = DeckName(title)
		}
		if byDeck[name] == nil {
			byDeck[name] = &Deck{Name: name, Title: cards.Clean(title)}
		}
		byDeck[name].Notes = append(byDeck[name].Notes, n)
	}
	p := &Parcel{Said: said.lines(), Events: cards.LinesOf(nil)}
	for _, d := range byDeck {
		p.Decks = append(p.Decks, *d)
	}
	slices.SortFunc(p.Decks, func(a, b Deck) int { return strings.Compare(a.Name, b.Name) })
	return p, nil
}

// headers reads the lines "#key:value" at the beginning, and returns what
// comes after them and how many they were.
func (t *sheet) headers(text string) (string, int, error) {
	for n := 0; ; n++ {
		if !strings.HasPrefix(text, "#") {
			return text, n, nil
		}
		line, rest, _ := strings.Cut(text, "\n")
		key, value, found := strings.Cut(strings.TrimSpace(line[1:]), ":")
		if found {
			if err := t.header(strings.ToLower(key), value); err != nil {
				return "", 0, fmt.Errorf("line %d: %w", n+1, err)
			}
		}
		text = rest
	}
}

func (t *sheet) header(key, value string) error {
	t.given = true
	value = strings.TrimRight(value, "\r")
	switch key {
	case "separator":
		comma, err := separator(value)
		t.comma = comma
		return err
	case "html":
		t.html = strings.EqualFold(strings.TrimSpace(value), "true")
	case "tags":
		t.tags = strings.Fields(value)
	case "deck":
		t.deck = value
	case "notetype":
		t.kind = value
	case "columns":
		t.names(strings.Split(value, string(t.comma)))
	}
	for name, at := range map[string]*int{"guid column": &t.guidAt, "deck column": &t.deckAt, "notetype column": &t.kindAt, "tags column": &t.tagsAt} {
		if key != name {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 1 {
			return fmt.Errorf("%s is %q, want a number from 1 on", name, value)
		}
		*at = n - 1
	}
	return nil
}

func separator(value string) (rune, error) {
	named := map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', "space": ' ', "pipe": '|', "colon": ':'}
	if r, ok := named[strings.ToLower(strings.TrimSpace(value))]; ok {
		return r, nil
	}
	if r := []rune(value); len(r) == 1 && !strings.ContainsAny(value, "\"\r\n\uFFFD") {
		return r[0], nil
	}
	return 0, fmt.Errorf("separator is %q, want comma, semicolon, tab, space, pipe, colon or one character", value)
}

// rows reads all lines with the numbers of their first lines.
func (t *sheet) rows(body string, skipped int) ([][]string, []int, error) {
	r := csv.NewReader(strings.NewReader(body))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = t.comma, -1, true
	var rows [][]string
	var lines []int
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, lines, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read its lines: %w", err)
		}
		line, _ := r.FieldPos(0)
		rows, lines = append(rows, row), append(lines, line+skipped)
	}
}

// names reads the names of columns, and reports whether these are some.
func (t *sheet) names(row []string) bool {
	found := false
	for i, name := range row {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "front", "question", "text":
			t.frontAt, found = i, true
		case "back", "answer", "back extra":
			t.backAt, found = i, true
		case "tags":
			t.tagsAt, found = i, true
		case "deck":
			t.deckAt, found = i, true
		case "notetype", "kind":
			t.kindAt, found = i, true
		case "id", "guid":
			t.guidAt, found = i, true
		}
	}
	return found
}

// note makes a note of a line.
func (t *sheet) note(row []string, line int, c *cleaner, said *remarks) (Note, string, bool) {
	cell := func(at int) string {
		if at < 0 || at >= len(row) {
			return ""
		}
		return row[at]
	}
	example := fmt.Sprintf("line %d", line)
	front, rest := t.content(row)
	side := func(s string) string {
		if t.html {
			md, err := c.markdown(s, func(what string) { said.cleaned(what, s, example) })
			if err != nil {
				said.add("note", "left out, "+err.Error(), example)
			}
			return md
		}
		if cards.Unsafe(s) {
			said.add("note", "control characters or bytes that are no text were removed", example)
		}
		return strings.TrimSpace(cards.Clean(s))
	}
	n := Note{Kind: cards.KindBasic, Front: side(front), Tags: tagNames(append(strings.Fields(cell(t.tagsAt)), t.tags...))}
	var back []string
	for _, r := range rest {
		if r = side(r); r != "" {
			back = append(back, r)
		}
	}
	n.Back = strings.Join(back, "\n\n")
	n.ID = textID(n.Front)
	if guid := cell(t.guidAt); guid != "" {
		n.ID = noteID(guid)
		if !t.given && idForm.MatchString(guid) && len(guid) <= maxID {
			n.ID = guid // a table of the learner's own, who names cards
		}
	}
	kind := strings.ToLower(t.kind + cell(t.kindAt))
	if _, err := cloze.Parse(n.Front); err == nil {
		n.Kind = cards.KindCloze
	} else if strings.Contains(kind, "revers") {
		n.Kind = cards.KindReversed
	}
	title := cell(t.deckAt)
	if title == "" {
		title = t.deck
	}
	return n, title, usable(n, said, example)
}

// content is the question and what else a line says: all columns that are not
// about the note itself.
func (t *sheet) content(row []string) (string, []string) {
	var rest []string
	front, found := "", false
	if t.frontAt >= 0 && t.frontAt < len(row) {
		front, found = row[t.frontAt], true
	}
	for i, cell := range row {
		switch i {
		case t.guidAt, t.deckAt, t.kindAt, t.tagsAt, t.frontAt:
			continue
		}
		if t.backAt >= 0 && t.frontAt >= 0 && i != t.backAt {
			continue // a column with a name that means nothing here
		}
		if !found {
			front, found = cell, true
			continue
		}
		rest = append(rest, cell)
	}
	return front, rest
}
