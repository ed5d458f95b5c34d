// Package backup keeps copies of what a learner has: the card database with
// the review log and the settings, own decks, and the history of labs.
//
// A copy is one file, a tar archive packed with zstd, in the folder backups of
// the home, which `tar --zstd` opens too. It appears there whole or not at all.
// The package knows which files there are and nothing of what they mean: how
// the database is copied and joined is the caller's to say.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folder is where the copies are, within the home.
const Folder = "backups"

// Daily is the reason of copies that are made each day; all others say before
// what they were made: "migration", "merge", "import", "restore".
const Daily = "daily"

// kept is how many daily copies are kept, and how many of all others.
const kept = 10

// Home is a data directory and what is kept of it.
type Home struct {
	Dir      string
	Database string   // "cards.db"
	Files    []string // beside it: "history.jsonl"
	Folders  []string // of Markdown: "decks"
	Now      func() time.Time
	Day      func(time.Time) int // the learner's days
	// Replace puts text in the place of a file at once, and makes its folder.
	Replace func(path string, text []byte, mode fs.FileMode) error
}

// Snapshot copies the database, with all that is in it at that moment, to a
// new file.
type Snapshot func(ctx context.Context, to string) error

// Copy is one backup.
type Copy struct {
	Path   string
	Made   time.Time
	Reason string
	Size   int64
}

// Name is how people call a copy: its file without what all of them end with.
func (c Copy) Name() string { return strings.TrimSuffix(filepath.Base(c.Path), suffix) }

const (
	suffix = ".tar.zst"
	stamp  = "2006-01-02T15-04-05.000Z"
)

// Make makes a copy and takes the oldest ones away that are too many. It
// returns the name of the new file.
func (h Home) Make(ctx context.Context, reason string, snapshot Snapshot) (string, error) {
	path, err := h.pack(ctx, reason, snapshot)
	if err != nil {
		return "", fmt.Errorf("back up %s: %w", h.Dir, err)
	}
	if err := h.prune(reason); err != nil {
		return path, fmt.Errorf("back up %s: %s is made, but old copies stay: %w", h.Dir, path, err)
	}
	return path, nil
}

// Due reports whether the learner's day has no daily copy yet.
func (h Home) Due() (bool, error) {
	copies, err := h.List()
	if err != nil {
		return false, err
	}
	today := h.Day(h.Now())
	return !slices.ContainsFunc(copies, func(c Copy) bool { return c.Reason == Daily && h.Day(c.Made) == today }), nil
}

// List are the copies, the newest first.
func (h Home) List() ([]Copy, error) {
	entries, err := os.ReadDir(filepath.Join(h.Dir, Folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", err)
	}
	var out []Copy
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		if !ok || len(name) < len(stamp)+2 || name[len(stamp)] != '-' {
			continue
		}
		made, err := time.Parse(stamp, name[:len(stamp)])
		if err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		out = append(out, Copy{Path: filepath.Join(h.Dir, Folder, e.Name()), Made: made, Reason: name[len(stamp)+1:], Size: info.Size()})
	}
	slices.SortFunc(out, func(a, b Copy) int { return strings.Compare(b.Path, a.Path) })
	return out, nil
}

// ErrNone is a copy that is not there.
var ErrNone = errors.New("no such backup")

// Find is the copy of a name, or the newest one for "".
func (h Home) Find(name string) (Copy, error) {
	copies, err := h.List()
	if err != nil {
		return Copy{}, err
	}
	for _, c := range copies {
		if name == "" || c.Name() == name || c.Path == name || filepath.Base(c.Path) == name {
			return c, nil
		}
	}
	if name == "" {
		return Copy{}, fmt.Errorf("%w in %s", ErrNone, filepath.Join(h.Dir, Folder))
	}
	return Copy{}, fmt.Errorf("%w: %q", ErrNone, name)
}

// prune takes away the oldest copies: daily ones are counted apart, so that
// many imports in a day leave the last days alone.
func (h Home) prune(reason string) error {
	copies, err := h.List()
	if err != nil {
		return err
	}
	n := 0
	for _, c := range copies {
		if (c.Reason == Daily) != (reason == Daily) {
			continue
		}
		if n++; n > kept {
			err = errors.Join(err, os.Remove(c.Path))
		}
	}
	return err
}
