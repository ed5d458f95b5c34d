//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/anki/ankitest"
)

// The collection that is imported, as large as the largest that people share.
const (
	importNotes   = 50_000
	importReviews = 10 // to each card
)

// measureImport imports a collection into an empty home, and once more into
// the one that has it.
func measureImport(ctx context.Context, b *bench) ([]row, error) {
	file := filepath.Join(b.dir, "large.apkg")
	fmt.Fprintf(b.log, "  make a collection of %d notes\n", importNotes)
	if err := anki.Write(ctx, file, ankitest.Large(importNotes, importReviews, time.Now()), func(string, int, int) {}); err != nil {
		return nil, err
	}
	const runs = 3
	var first, again []time.Duration
	for i := range min(b.runs, runs) {
		home := filepath.Join(b.dir, fmt.Sprintf("import-%d", i))
		for _, samples := range []*[]time.Duration{&first, &again} {
			began := time.Now()
			if out, err := b.command(ctx, home, "cards", "import", file).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("import %s: %w: %s", file, err, out)
			}
			*samples = append(*samples, time.Since(began))
		}
		if err := os.RemoveAll(home); err != nil {
			return nil, err
		}
	}
	return []row{
		timed(fmt.Sprintf("import of %d notes, %d reviews", importNotes, importNotes*importReviews*11/10), 15*time.Second, first),
		timed("the same again, nothing new", 15*time.Second, again),
	}, nil
}
