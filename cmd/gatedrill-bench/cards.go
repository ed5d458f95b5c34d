//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/sqlite/sqlitetest"
)

// calendar is that of the program.
func calendar() cards.Calendar { return cards.Calendar{Zone: time.Local, Rollover: 4} }

// home makes, once, a data directory with all cards in its database, taken
// over from decks by the program itself and with a past of two years.
func (b *bench) home(ctx context.Context) (string, error) {
	if b.filled != "" {
		return b.filled, nil
	}
	home := filepath.Join(b.dir, "home")
	fmt.Fprintf(b.log, "  fill a database with %d cards and %d answers\n", b.cards, b.cards*b.answers)
	if err := writeDecks(filepath.Join(home, "decks"), b.cards); err != nil {
		return "", err
	}
	cmd := b.command(ctx, home, "cards", "settings", "new=20", "reviews=9999")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("have %s take over the decks: %w: %s", b.binary, err, out)
	}
	now := time.Now()
	if err := sqlitetest.GivePast(ctx, filepath.Join(home, "cards.db"), now, calendar().Day(now), b.answers); err != nil {
		return "", err
	}
	b.filled = home
	return home, nil
}

// writeDecks writes ten decks that hold n cards together.
func writeDecks(dir string, n int) error {
	const decks = 10
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a folder of decks: %w", err)
	}
	for d := range decks {
		var text bytes.Buffer
		fmt.Fprintf(&text, "---\ndeck: bench-%d\nsource-default: https://example.org/\n---\n", d)
		for i := d; i < n; i += decks {
			layer := cards.Layers()[i%len(cards.Layers())]
			fmt.Fprintf(&text, "\n## bench-%d {#bench-%d}\ntags: [topic-%d, layer:%s]\n\nWhat is asked here, number %d?\n\n---\n\nThe answer to it.\n",
				i, i, i%50, layer, i)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("bench-%d.md", d)), text.Bytes(), 0o600); err != nil {
			return fmt.Errorf("write a deck: %w", err)
		}
	}
	return nil
}

// command is the program with a data directory, where it finds no programs
// to start a cluster with.
func (b *bench) command(ctx context.Context, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Env = append(os.Environ(), "GATEDRILL_HOME="+home, "GATEDRILL_PROGRAMS="+filepath.Join(b.dir, "no-programs"),
		"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=")
	return cmd
}

// measureQueue reads a day's queue of 200 reviews and 20 new cards, for which
// those of all overdue cards are chosen that are most likely forgotten. The
// first look of a program's day finds them; the rest of it goes by that.
func measureQueue(ctx context.Context, b *bench) ([]row, error) {
	home, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	const due, news = 200, 20
	now := time.Now()
	ask := cards.Ask{
		Now: calendar().Moment(now), Ahead: now.Add(20 * time.Minute), Room: cards.Room{New: news, Reviews: due}, Order: cards.ReviewDue,
	}
	var first, later []time.Duration
	for range b.runs {
		one, two, err := b.queue(ctx, home, ask)
		if err != nil {
			return nil, err
		}
		first, later = append(first, one), append(later, two)
	}
	const want = 10 * time.Millisecond
	return []row{
		timed(fmt.Sprintf("due queue over %d cards", b.cards), want, later),
		timed("… the first time in a program's day", 0, first),
	}, nil
}

// queue reads the queue twice on a database just opened.
func (b *bench) queue(ctx context.Context, home string, ask cards.Ask) (first, later time.Duration, err error) {
	db, err := sqlite.Open(ctx, filepath.Join(home, "cards.db"), sqlite.Config{Random: rand.Reader, Calendar: calendar()})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, took := range []*time.Duration{&first, &later} {
		began := time.Now()
		q, err := db.Queue(ctx, ask, ask.Reviews)
		if err != nil {
			return 0, 0, err
		}
		*took = time.Since(began)
		if len(q.Due) == 0 && b.cards > 2000 {
			return 0, 0, fmt.Errorf("the queue of %d cards has no reviews", b.cards)
		}
	}
	return first, later, nil
}
