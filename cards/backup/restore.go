package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Restored says what a restore did.
type Restored struct {
	Copy    Copy
	Written []string // files that were not there, or read otherwise
	Same    int      // files that were as the copy has them
}

// Restore puts the files of a copy back, and hands its database to join, which
// knows whether there is one to join it with. Decks become as they were; of
// files that grow line by line, no line is lost that came since. What is not in
// the copy stays.
func (h Home) Restore(ctx context.Context, c Copy, join func(ctx context.Context, database string) error) (done Restored, err error) {
	done.Copy = c
	work, err := os.MkdirTemp("", "gatedrill-restore-")
	if err != nil {
		return done, fmt.Errorf("make a folder for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	names, err := h.Unpack(ctx, c, work)
	if err != nil {
		return done, err
	}
	for _, name := range names {
		from := filepath.Join(work, name)
		if name == h.Database {
			if err := join(ctx, from); err != nil {
				return done, err
			}
			continue
		}
		changed, err := h.put(name, from)
		if err != nil {
			return done, fmt.Errorf("restore %s: %w", name, err)
		}
		if !changed {
			done.Same++
			continue
		}
		done.Written = append(done.Written, name)
	}
	return done, nil
}

// put puts one file back, and reports whether it was another one before.
func (h Home) put(name, from string) (bool, error) {
	text, err := os.ReadFile(from)
	if err != nil {
		return false, err
	}
	to := filepath.Join(h.Dir, name)
	now, err := os.ReadFile(to)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err == nil && strings.HasSuffix(name, ".jsonl") {
		text = joined(text, now)
	}
	if err == nil && bytes.Equal(now, text) {
		return false, nil
	}
	return true, h.Replace(to, text, 0o600)
}

// joined are the lines of both, those of the copy first, each once.
func joined(old, now []byte) []byte {
	if bytes.HasPrefix(now, old) {
		return now
	}
	seen := map[string]bool{}
	var out bytes.Buffer
	for _, part := range [][]byte{old, now} {
		for line := range bytes.Lines(part) {
			text := string(bytes.TrimRight(line, "\n"))
			if text != "" && !seen[text] {
				seen[text] = true
				out.WriteString(text + "\n")
			}
		}
	}
	return out.Bytes()
}
