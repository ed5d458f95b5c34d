package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/content"
)

// studyCommands are the twins of the screens that study cards.
func studyCommands(e *env) []*cobra.Command {
	return []*cobra.Command{reviewCommand(e), dueCommand(e), cardsCommand(e), statsCommand(e)}
}

// deckSources are the decks of the program, then those of the learner.
func deckSources(e *env) deckFiles {
	return deckFiles{
		{FS: content.Decks(), Name: "content/decks"},
		{FS: os.DirFS(e.path("decks")), Name: e.path("decks"), Own: true},
	}
}

// deckFiles are folders of decks.
type deckFiles []deck.Source

// shipped are the folders of the program's own decks; own is the
// learner's.
func (d deckFiles) shipped() []deck.Source {
	return slices.DeleteFunc(slices.Clone(d), func(s deck.Source) bool { return s.Own })
}

func (d deckFiles) own() deck.Source {
	return d[slices.IndexFunc(d, func(s deck.Source) bool { return s.Own })]
}

// trouble is what keeps cards from being used, or being the ones that are
// thought of, by file and line.
func (d deckFiles) trouble() []string {
	_, problems := deck.Load(d...)
	var out []string
	for _, p := range problems {
		if p.Lost || p.Clash {
			out = append(out, p.Error())
		}
	}
	return out
}

// watchedDecks are decks as study wants them, which asks each second whether
// they changed. Those of the program cannot, and are looked at once.
type watchedDecks struct {
	deckFiles
	shipped func() string
}

var _ study.Decks = watchedDecks{}

func watchDecks(d deckFiles) watchedDecks {
	return watchedDecks{d, sync.OnceValue(func() string { return deck.Fingerprint(d.shipped()...) })}
}

func (d watchedDecks) Fingerprint() string { return d.shipped() + deck.Fingerprint(d.own()) }

func (d watchedDecks) Load() ([]cards.Deck, int) {
	decks, problems := deck.Load(d.deckFiles...)
	return decks, deck.Lost(problems)
}

// openStudy opens the learner's cards and takes over decks that changed. The
// second result closes them.
func openStudy(ctx context.Context, e *env) (*study.Service, func() error, error) {
	c, closeStore, err := openCards(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	s, err := study.Open(ctx, c)
	if err != nil {
		return nil, nil, errors.Join(err, closeStore())
	}
	return s, closeStore, nil
}

// openCards opens the database of cards and reads no deck. The second result
// closes it.
func openCards(ctx context.Context, e *env) (study.Config, func() error, error) {
	db, err := sqlite.Open(ctx, e.path("cards.db"), storeConfig(e))
	if err != nil {
		return study.Config{}, nil, err
	}
	scheduler := &liveScheduler{env: e, deckOf: db.DeckOf}
	if _, err := scheduler.decks(); err != nil {
		return study.Config{}, nil, errors.Join(err, db.Close())
	}
	return study.Config{
		Store: db, Scheduler: scheduler.now, Decks: watchDecks(deckSources(e)), Now: e.Now, Zone: e.Zone,
	}, db.Close, nil
}

func storeConfig(e *env) sqlite.Config {
	const rollover = 4 // where logs of the first schema do not say when days began, they began then
	return sqlite.Config{
		Random: rand.Reader, Calendar: cards.Calendar{Zone: e.Zone, Rollover: rollover}, Progress: migrating(e),
		Backup: func(ctx context.Context, reason string, snapshot func(context.Context, string) error) (string, error) {
			return keptHome(e).Make(ctx, reason, snapshot)
		},
	}
}

// migrating tells how a migration of the card database goes: that there is
// one, and every tenth of a log that takes long.
func migrating(e *env) func(sqlite.Progress) {
	const long = 50_000 // lines
	tenths := 0
	return func(p sqlite.Progress) {
		if p.Backup != "" {
			fmt.Fprintf(e.Stderr, "gatedrill: the card database is brought to version %d; as it was, it is kept as %s\n", p.To, p.Backup)
		}
		if p.Total < long {
			return
		}
		if n := 10 * p.Done / p.Total; n > tenths {
			tenths = n
			fmt.Fprintf(e.Stderr, "gatedrill: %d of %d lines of the review log moved\n", p.Done, p.Total)
		}
	}
}

// withStudy runs f with the learner's cards open.
func withStudy(ctx context.Context, e *env, f func(*study.Service) error) error {
	s, closeStudy, err := openStudy(ctx, e)
	if err != nil {
		return err
	}
	err = f(s)
	if err == nil {
		keepDaily(ctx, e, s.Store)
	}
	return errors.Join(err, closeStudy())
}

func dueCommand(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "due", Short: "What is due today, and how long it takes", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				sum, err := s.Summary(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.Stdout, summaryJSON(sum))
				}
				printSummary(e.Stdout, sum)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// cannotFind turns an unknown id into what to do about it.
func cannotFind(id string, err error) error {
	switch {
	case errors.Is(err, cards.ErrNoCard):
		return usagef("%w: %q (gatedrill cards list names them all)", cards.ErrNoCard, id)
	case errors.Is(err, cards.ErrNoName):
		return usagef("%w: %q; it is eight digits or more, and gatedrill cards answers lists them", cards.ErrNoName, id)
	case errors.Is(err, cards.ErrNoAnswer):
		return usagef("%w (gatedrill cards answers lists them)", err)
	}
	return err
}
