package exchange

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
)

// maxFile is where a deck goes on in another file, below what is read of one.
const maxFile = 12 << 20

// File is a deck file to be written.
type File struct {
	Name string // "istio.md", "istio-2.md"
	Text string
}

// Files are the deck files that hold the notes of all decks, behind what is in
// a folder of decks already.
func (p *Parcel) Files(folder fs.FS) ([]File, error) {
	var out []File
	for _, d := range p.Decks {
		files, err := d.files(folder)
		if err != nil {
			return nil, fmt.Errorf("write deck %q: %w", d.Name, err)
		}
		out = append(out, files...)
	}
	return out, nil
}

func (d Deck) files(folder fs.FS) ([]File, error) {
	var out []File
	for rest := d.Notes; len(rest) > 0; {
		name := d.Name + ".md"
		if len(out) > 0 {
			name = fmt.Sprintf("%s-%d.md", d.Name, len(out)+1)
		}
		var b strings.Builder
		text, err := fs.ReadFile(folder, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			d.head(&b)
		case err != nil:
			return nil, err
		default:
			b.WriteString(strings.TrimRight(string(text), "\n") + "\n")
		}
		had := b.Len()
		for len(rest) > 0 && (b.Len() < maxFile) {
			b.WriteString(rest[0].markdown())
			rest = rest[1:]
		}
		f := File{Name: name}
		if b.Len() > had {
			f.Text = b.String()
		}
		out = append(out, f)
	}
	out = slices.DeleteFunc(out, func(f File) bool { return f.Text == "" }) // full before
	return out, d.check(out)
}

// check reads back what is to be written: a note that a deck file would not
// give is not written at all.
func (d Deck) check(files []File) error {
	got := map[string]bool{}
	for _, f := range files {
		parsed, _ := deck.Parse(f.Name, f.Text)
		for _, c := range parsed.Cards {
			got[cards.NoteID(c.ID)] = true
		}
	}
	for _, n := range d.Notes {
		if !got[n.ID] {
			return fmt.Errorf("note %s would not be read again: %s; nothing was written", n.ID, excerpt(n.Front))
		}
	}
	return nil
}

func (d Deck) head(b *strings.Builder) {
	fmt.Fprintf(b, "---\ndeck: %s\n", d.Name)
	if d.Title != "" {
		fmt.Fprintf(b, "title: %s\n", yamlText(d.Title))
	}
	b.WriteString("---\n")
}

// yamlText is a text as YAML has it in one line.
func yamlText(s string) string {
	s = strings.Join(strings.Fields(cards.Clean(s)), " ")
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// markdown is the note as a deck file states it.
func (n Note) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s {#%s}\n", n.ID, n.ID)
	if n.Kind != cards.KindBasic && n.Kind != "" {
		fmt.Fprintf(&b, "kind: %s\n", n.Kind)
	}
	if len(n.Tags) > 0 {
		fmt.Fprintf(&b, "tags: [%s]\n", strings.Join(quoted(n.Tags), ", "))
	}
	if n.Sibling != "" {
		fmt.Fprintf(&b, "sibling: %s\n", n.Sibling)
	}
	if n.Source != "" {
		fmt.Fprintf(&b, "source: %s\n", n.Source)
	}
	fmt.Fprintf(&b, "\n%s\n", guarded(n.Front))
	if n.Back != "" {
		fmt.Fprintf(&b, "\n---\n%s\n", guarded(n.Back))
	}
	return b.String()
}

// word is a tag that YAML reads as a text without quotes.
var word = regexp.MustCompile(`^[A-Za-z][\w./-]*$`)

func quoted(tags []string) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		switch strings.ToLower(t) {
		case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
			out[i] = yamlText(t)
		default:
			if out[i] = t; !word.MatchString(t) {
				out[i] = yamlText(t)
			}
		}
	}
	return out
}

var (
	fence     = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	headingID = regexp.MustCompile(`^##\s+.*\{#[^}]*\}\s*$`)
)

// guarded keeps a text from being read as more than one side of a note: lines
// that deck files give a meaning are escaped, and fences are closed.
func guarded(text string) string {
	lines := strings.Split(text, "\n")
	open := ""
	for i, line := range lines {
		m := fence.FindStringSubmatch(line)
		switch {
		case open != "":
			if headingID.MatchString(line) {
				lines[i] = " " + line
			}
			if m != nil && m[1][0] == open[0] && len(m[1]) >= len(open) && strings.TrimSpace(m[2]) == "" {
				open = ""
			}
		case m != nil && !(m[1][0] == '`' && strings.Contains(m[2], "`")):
			open = m[1]
		case strings.HasPrefix(line, "## "), strings.TrimRight(line, " ") == "##", headingID.MatchString(line):
			lines[i] = `\` + line
		case strings.TrimRight(line, " ") == "---":
			lines[i] = `\---`
		}
	}
	if open != "" {
		lines = append(lines, open)
	}
	return strings.Join(lines, "\n")
}
