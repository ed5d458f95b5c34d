package deck

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Errors of drafts that callers tell apart.
var (
	ErrNoNote = errors.New("no deck has this card")
	ErrNoDeck = errors.New("no deck of yours has this name")
	// ErrMoved is a note that is no more what it was when its draft was made.
	ErrMoved = errors.New("the card was changed meanwhile")
)

// Draft is text for a deck file of the learner's: a note to be changed, or
// notes to be added. It writes no file.
type Draft struct {
	ID   string // of the note that is changed, "" of new ones
	File string // the deck file that it goes to, in the learner's folder
	Text string // what there is so far: the note, or how one looks

	own    Source
	others []Source
	head   string // of the file, if there is none yet
	edited string // digest of the original, if the note is the program's
}

// Edit makes a draft of the note of a card. One of the program's becomes the
// learner's copy, in a file of the learner's that may not be there yet.
func Edit(card string, own Source, others ...Source) (Draft, error) {
	d := Draft{own: own, others: others}
	n := find(card, append(slices.Clone(others), own)...)
	if n == nil {
		return d, fmt.Errorf("%w: %q", ErrNoNote, card)
	}
	d.ID, d.Text = n.ID, n.text()
	if n.in.src.Own {
		d.File = n.in.base
		return d, nil
	}
	d.File, d.edited = "edited-"+n.in.deck.Name+".md", n.digest()
	d.head = front(n.in.deck.Name, "", n.in.source, n.in.deck.Checked)
	return d, nil
}

// Original is the text of a note as the program has it.
func Original(card string, shipped ...Source) (string, error) {
	n := find(card, shipped...)
	if n == nil {
		return "", fmt.Errorf("%w: %q", ErrNoNote, card)
	}
	return n.text(), nil
}

// find looks a card up in all files.
func find(card string, sources ...Source) *note {
	files, _ := parseAll(sources)
	join(files)
	for _, f := range files {
		for _, n := range f.notes {
			if n.ID == card || slices.ContainsFunc(n.cards, func(c cards.Card) bool { return c.ID == card }) {
				return n
			}
		}
	}
	return nil
}

// Add makes a draft of a new note for a deck of the learner's.
func Add(name string, own Source, others ...Source) (Draft, error) {
	d := Draft{own: own, others: others}
	files, _ := parseAll([]Source{own})
	var there []string
	for _, f := range files {
		if f.deck.Name == name && d.File == "" {
			d.File = f.base
		}
		there = append(there, f.deck.Name)
	}
	if d.File == "" {
		slices.Sort(there)
		return d, fmt.Errorf("%w: %q (there are: %s)", ErrNoDeck, name, cmp.Or(strings.Join(slices.Compact(there), ", "), "none"))
	}
	d.Text = template(name, files)
	return d, nil
}

// template is a note to be written, with an id that is free.
func template(deckName string, files []*reader) string {
	taken := map[string]bool{}
	for _, f := range files {
		for _, n := range f.notes {
			taken[n.ID] = true
		}
	}
	n := 1
	for taken[deckName+"-"+strconv.Itoa(n)] {
		n++
	}
	return fmt.Sprintf("## what it is about {#%s-%d}\ntags: []\nsource: \n# kind: reversed, cloze, choice, command or triage, see docs/cards.md; basic without it\n\nThe question?\n\n---\nThe answer.\n", deckName, n)
}

// New is the file of a new deck, with no card yet.
func New(name, title string) (string, error) {
	if !idForm.MatchString(name) || len(name) > maxID {
		return "", fmt.Errorf("%q is no deck name: lower case letters, digits and single dashes, at most %d", name, maxID)
	}
	return front(name, title, "", ""), nil
}

// front writes front matter.
func front(name, title, source, checked string) string {
	var b strings.Builder
	b.WriteString("---\ndeck: " + name + "\n")
	for _, f := range []struct{ key, value string }{{"title", title}, {"source-default", source}, {"checked", checked}} {
		if f.value != "" {
			b.WriteString(f.key + ": " + strconv.Quote(f.value) + "\n")
		}
	}
	b.WriteString("---\n")
	return b.String()
}

// Finish puts what was written into its file and returns the whole of it. The
// problems are those of what was written, which is called name in them; with
// a lost one there is no file to keep. An error says why it cannot be judged.
func (d Draft) Finish(written, name string) (whole string, problems []Problem, err error) {
	old, err := d.now()
	if err != nil {
		return "", nil, err
	}
	section := d.section(written)
	before, after, err := d.around(old)
	if err != nil {
		return "", nil, err
	}
	from := strings.Count(before, "\n") + 1
	whole = before + section + after
	own := d.own
	own.Instead = map[string]string{d.File: whole}
	files, _ := parseAll(append(slices.Clone(d.others), own))
	join(files)
	to := from + strings.Count(section, "\n")
	for _, f := range files {
		if !f.src.Own || f.base != d.File {
			continue
		}
		for _, p := range f.problems {
			if p.Line >= from && p.Line <= to {
				p.File, p.Line = name, d.lineIn(written, p.Line-from+1)
				p.Lost = p.Lost || d.ID == "" && p.Clash // nothing hangs on a new id yet
				problems = append(problems, p)
			}
		}
	}
	problems = append(problems, d.strays(written, name)...)
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return whole, problems, nil
}

// strays holds the notes of what was written against what it is to be: the
// one note with the id that it had, or any number of new ones.
func (d Draft) strays(written, name string) []Problem {
	p := parse(name, front("draft", "", "", "")+written, Source{})
	const head = 3 // lines of that front matter
	var out []Problem
	found := false
	for _, n := range p.notes {
		line := n.head + 1 - head
		switch {
		case d.ID == "" || n.ID == d.ID && !found:
			found = true
		case n.ID == d.ID:
		default:
			out = append(out, Problem{File: name, Line: line, Text: n.ID, What: "is another card: this is the place of " + d.ID + ", whose id never changes", Lost: true})
		}
	}
	if p.firstHeading(head) == len(p.lines) {
		out = append(out, Problem{File: name, What: "has no card: one begins with a line \"## name {#name}\"", Lost: true})
	}
	return out
}

// now is the file as it is, or as it begins.
func (d Draft) now() (string, error) {
	text, err := read(d.own.FS, d.File)
	if errors.Is(err, fs.ErrNotExist) && d.head != "" {
		return d.head, nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path.Join(d.own.Name, d.File), err)
	}
	return string(text), nil
}

// around is what stands before and behind the draft's place.
func (d Draft) around(old string) (before, after string, err error) {
	old = strings.ReplaceAll(strings.TrimPrefix(old, "\uFEFF"), "\r\n", "\n")
	if d.ID == "" || d.edited != "" {
		return strings.TrimRight(old, "\n") + "\n\n", "", nil
	}
	p := parse(d.File, old, d.own)
	for _, n := range p.notes {
		if n.ID != d.ID {
			continue
		}
		if n.text() != d.Text {
			return "", "", fmt.Errorf("%w: %s:%d", ErrMoved, shown(path.Join(d.own.Name, d.File)), n.head+1)
		}
		before, after = strings.Join(p.lines[:n.head], "\n")+"\n", strings.Join(p.lines[n.end:], "\n")
		if n.end < len(p.lines) {
			after = "\n" + after
		}
		return before, after, nil
	}
	return "", "", fmt.Errorf("%w: %s has no card %q any more", ErrMoved, shown(path.Join(d.own.Name, d.File)), d.ID)
}

// section is what goes into the file: what was written, and of which original
// it is a copy.
func (d Draft) section(written string) string {
	written = strings.TrimSpace(strings.ReplaceAll(written, "\r\n", "\n")) + "\n"
	if d.edited == "" {
		return written
	}
	head, rest, _ := strings.Cut(written, "\n")
	if rest != "" && attribute.MatchString(rest) {
		return head + "\nedited: " + d.edited + "\n" + rest
	}
	return head + "\nedited: " + d.edited + "\n\n" + strings.TrimLeft(rest, "\n")
}

// lineIn is the line of what was written that a line of the section is of.
func (d Draft) lineIn(written string, line int) int {
	blank := len(written) - len(strings.TrimLeft(written, "\n"))
	if d.edited != "" && line > 1 {
		line = max(line-1, 1)
	}
	return min(line+blank, strings.Count(written, "\n")+1)
}
