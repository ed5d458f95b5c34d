// Package deck reads decks of cards from Markdown files and says what is
// wrong with them, all at once, by file and line. What a file may hold is
// told in docs/cards.md.
//
// A file is front matter and notes; a note makes one card or several, by its
// kind. The facts of both are YAML. Cards of a learner's own go before those
// of the program that have the same id: an edited copy takes the place of its
// original, which updates of the program do not touch.
package deck

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Source is a folder of deck files.
type Source struct {
	FS   fs.FS
	Name string // how the folder is called in file names: "content/decks"
	Only string // the one file to read of it, "" for all *.md
	Own  bool   // the learner's: its notes go before those of other sources with the same id
	// Beside is for sources that are read only so that the others may presume
	// their cards. Nothing of them is returned, and nothing is wrong with them.
	Beside bool
	// Instead has texts that files are read as, for those that are not written yet.
	Instead map[string]string
}

// Load reads every *.md of the sources. What is good is loaded, whatever else
// is wrong. Of two notes with one id that of the learner stays, else the
// first, in the order of the sources and file names; the decks come in their
// own order.
func Load(sources ...Source) ([]cards.Deck, []Problem) {
	files, problems := parseAll(sources)
	join(files)
	var decks []cards.Deck
	for _, f := range files {
		if f.src.Beside {
			continue
		}
		problems = append(problems, f.problems...)
		if d := f.cards(); len(d.Cards) > 0 {
			decks = append(decks, d)
		}
	}
	slices.SortStableFunc(decks, func(a, b cards.Deck) int { return cmp.Compare(a.Order, b.Order) })
	return decks, problems
}

// parseAll reads the files of all sources. The problems are those of files and
// folders that cannot be read.
func parseAll(sources []Source) ([]*reader, []Problem) {
	var files []*reader
	var problems []Problem
	for _, src := range sources {
		names, err := list(src)
		if err != nil {
			if !src.Beside {
				problems = append(problems, unread(src.Name, err))
			}
			continue
		}
		for _, name := range names {
			path := filepath.Join(src.Name, name)
			text, instead := src.Instead[name]
			if !instead {
				b, err := read(src.FS, name)
				if err != nil {
					if !src.Beside {
						problems = append(problems, unread(path, err))
					}
					continue
				}
				text = string(b)
			}
			f := parse(path, text, src)
			f.base = name
			files = append(files, f)
		}
	}
	return files, problems
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
const format = 5

// list names the deck files of a folder. A folder that is not there is empty.
func list(src Source) ([]string, error) {
	if src.Only != "" {
		return []string{src.Only}, nil
	}
	names := slices.Collect(maps.Keys(src.Instead))
	entries, err := fs.ReadDir(src.FS, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return names, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, instead := src.Instead[e.Name()]; !instead && path.Ext(e.Name()) == ".md" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}
