// Package deck reads decks of cards from Markdown files and says what is
// wrong with them, all at once, by file and line.
//
// A deck file begins with front matter between two lines of ---:
//
//	---
//	deck: tls
//	title: TLS at the gateway        (optional)
//	order: 3                         (optional: its turn among the decks)
//	source-default: https://…        (optional: source of cards that name none)
//	checked: istio 1.31, envoy 1.40  (optional)
//	---
//
// and goes on with cards. A card is a heading with its id, lines of facts
// about it, the question, a line of ---, and the answer:
//
//	## passthrough-sni {#passthrough-sni}
//	tags: [tls, passthrough, layer:listener]
//	labs: [P1]
//	source: https://…
//
//	What does the gateway need to know …?
//
//	---
//	The server name (SNI) in the TLS ClientHello.
//
// Inside fenced code neither ## nor --- has a meaning.
package deck

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Source is a folder of deck files.
type Source struct {
	FS   fs.FS
	Name string // how the folder is called in file names: "content/decks"
	Only string // the one file to read of it, "" for all *.md
}

// Problem is something wrong with a deck file. All of it is safe to show.
type Problem struct {
	File string // safe to show, see shown
	Line int    // 0 when it concerns the file
	Text string // the offending text, "" when there is none
	What string // what is wrong and what is wanted
	Lost bool   // the card, or the whole file, is not loaded
}

// Error gives "file:line: what: text", the text made safe to show.
func (p Problem) Error() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Text == "" {
		return at + ": " + p.What
	}
	return fmt.Sprintf("%s: %s: %q", at, p.What, shorten(p.Text))
}

// shorten cuts a text to what fits in a line of an error.
func shorten(s string) string {
	const most = 80
	r := []rune(strings.TrimSpace(s))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}

// unread is the problem of a file or folder that cannot be read.
func unread(path string, err error) Problem {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err // the file is named already
	}
	return Problem{File: shown(path), What: "cannot be read: " + cards.Clean(err.Error()), Lost: true}
}

// shown is a path as it may be shown: one that holds control characters, line
// ends or bytes that are no text is quoted, so that it still names its file.
func shown(path string) string {
	if cards.Unsafe(path) || strings.ContainsAny(path, "\n\t") {
		return strconv.Quote(path)
	}
	return path
}

// Join makes one error of all problems, nil of none.
func Join(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}

// Lost counts the problems that keep cards from being loaded.
func Lost(problems []Problem) int {
	n := 0
	for _, p := range problems {
		if p.Lost {
			n++
		}
	}
	return n
}

// Load reads every *.md of the sources. What is good is loaded, whatever else
// is wrong. Of two cards with one id the first stays, in the order of the
// sources and file names; the decks come in their own order.
func Load(sources ...Source) ([]cards.Deck, []Problem) {
	var decks []cards.Deck
	var problems []Problem
	for _, src := range sources {
		names, err := list(src)
		if err != nil {
			problems = append(problems, unread(src.Name, err))
			continue
		}
		for _, name := range names {
			file := filepath.Join(src.Name, name)
			text, err := read(src.FS, name)
			if err != nil {
				problems = append(problems, unread(file, err))
				continue
			}
			d, ps := Parse(file, string(text))
			problems = append(problems, ps...)
			if len(d.Cards) > 0 {
				decks = append(decks, d)
			}
		}
	}
	problems = append(problems, dropDuplicates(decks)...)
	slices.SortStableFunc(decks, func(a, b cards.Deck) int { return cmp.Compare(a.Order, b.Order) })
	return decks, problems
}

// dropDuplicates removes cards whose id was taken before.
func dropDuplicates(decks []cards.Deck) []Problem {
	var problems []Problem
	first := map[string]cards.Card{}
	for i := range decks {
		decks[i].Cards = slices.DeleteFunc(decks[i].Cards, func(c cards.Card) bool {
			f, taken := first[c.ID]
			if !taken {
				first[c.ID] = c
				return false
			}
			problems = append(problems, Problem{
				File: c.File, Line: c.Line, Text: c.ID, Lost: true,
				What: fmt.Sprintf("id is taken already at %s:%d", f.File, f.Line),
			})
			return true
		})
	}
	return problems
}

// Fingerprint changes when a deck file does. It reads names, sizes and
// times, and the contents only of files that have no time (embedded ones).
// What cannot be read is part of it too; Load says what is wrong there.
func Fingerprint(sources ...Source) string {
	h := sha256.New()
	fmt.Fprintf(h, "format %d\n", format)
	for _, src := range sources {
		names, err := list(src)
		fmt.Fprintf(h, "%s %v\n", src.Name, err)
		for _, name := range names {
			info, err := fs.Stat(src.FS, name)
			if err != nil {
				fmt.Fprintf(h, "%s %v\n", name, err)
				continue
			}
			fmt.Fprintf(h, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
			if !info.ModTime().IsZero() {
				continue
			}
			text, err := read(src.FS, name)
			fmt.Fprintf(h, "%s %v\n", text, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// format is counted up when the same file gives other cards than before.
const format = 3

// list names the deck files of a folder. A folder that is not there is empty.
func list(src Source) ([]string, error) {
	if src.Only != "" {
		return []string{src.Only}, nil
	}
	entries, err := fs.ReadDir(src.FS, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if path.Ext(e.Name()) == ".md" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
