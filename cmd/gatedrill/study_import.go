package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/exchange"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/note"
)

func cardsImport(e *env) *cobra.Command {
	var how importing
	c := &cobra.Command{
		Use: "import FILE", Short: "Take over cards and their history from Anki, or cards from a table", Args: cobra.ExactArgs(1),
		Long: `Takes over what another program exported, as decks of your own:

  .apkg, .colpkg  packages of Anki, of all versions: notes, history, what is known
                  of each card, and what is suspended
  .txt, .tsv      Anki's "Notes in Plain Text"
  .csv            a table; a first line may name front, back, tags, deck and id

Notes become Markdown in the folder decks of gatedrill's home, each answer a line
of the review log. Whatever is cleaned or left out is said. A file that is
imported again changes no card that is there; with --update those that it says
something else of get its text, and keep their place, their labs and their
history.`,
		Example: `  gatedrill cards import ~/Istio.apkg
  gatedrill cards import ~/Istio.apkg --update
  gatedrill cards import words.csv --deck words`,
		RunE: func(c *cobra.Command, args []string) error {
			if how.into != "" && !deckForm.MatchString(how.into) {
				return usagef("--deck is %q, want lower case letters, digits and single dashes", how.into)
			}
			return importCards(c.Context(), e, args[0], how)
		},
	}
	c.Flags().StringVar(&how.into, "deck", "", "put all new cards into this deck")
	offerFlag(e, c, "deck", ownDeckNames)
	c.Flags().BoolVar(&how.update, "update", false, "give cards that are here the text that the file has")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "say what would be taken over, and change nothing")
	return c
}

// importing is how a file is taken over.
type importing struct {
	into        string // the deck, "" for those of the file
	update, dry bool
}

var deckForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// importCards takes over a file: first the decks, then their history.
func importCards(ctx context.Context, e *env, file string, how importing) error {
	line := newProgressLine(e.Stderr)
	defer line.done()
	began := time.Now()
	tell := func(doing string, done, total int) {
		line.report(cluster.Progress{Phase: doing, Done: int64(done), Total: int64(total), Elapsed: time.Since(began)})
	}
	learner, err := learnerOf(ctx, e)
	if err != nil {
		return err
	}
	parcel, err := readParcel(ctx, learner, file, tell)
	if err != nil {
		return err
	}
	if how.into != "" {
		parcel.Into(how.into)
	}
	notes, answers := parcel.Notes(), parcel.Answers()
	changed, other, err := parcel.Update(os.DirFS(e.path("decks")))
	if err != nil {
		return err
	}
	if !how.update {
		changed = nil
	}
	fresh := dropKnown(e, parcel)
	if how.dry {
		line.done()
		sayParcel(e, file, parcel, notes)
		fmt.Fprintf(e.Stdout, "would add %s in %s, and %s where they are not in the log yet; nothing was changed\n",
			count(fresh, "note"), count(len(parcel.Decks), "deck"), count(answers, "answer"))
		sayOther(e, other, "would have", how)
		return nil
	}
	done, err := takeOver(ctx, e, parcel, changed, tell)
	if err != nil {
		return err
	}
	line.done()
	sayParcel(e, file, parcel, notes)
	sayOther(e, other, "have", how)
	if fresh == 0 && done.Added == 0 {
		fmt.Fprintln(e.Stdout, "nothing new: all of it is here already")
		return nil
	}
	fmt.Fprintf(e.Stdout, "imported %s in %s, %s new in the log, of them %s; %s now with a memory of its own\n", count(fresh, "note"), count(len(parcel.Decks), "deck"),
		count(done.Added, "line"), count(done.Answers, "answer"), count(done.Rebuilt.Changed, "card"))
	if done.Backup != "" {
		fmt.Fprintln(e.Stdout, "the log as it was:", visible(done.Backup))
	}
	return nil
}

// takeOver writes the files that change and the new notes, and takes over what
// they come to.
func takeOver(ctx context.Context, e *env, parcel *exchange.Parcel, changed []exchange.File, tell anki.Progress) (cards.Merged, error) {
	if err := writeDecks(e, changed); err != nil {
		return cards.Merged{}, err
	}
	tell("write decks", 0, parcel.Notes())
	files, err := parcel.Files(os.DirFS(e.path("decks")))
	if err == nil {
		err = writeDecks(e, files)
	}
	if err != nil {
		return cards.Merged{}, err
	}
	tell("take over decks", 0, parcel.Notes())
	done, err := addHistory(ctx, e, parcel, tell)
	if err != nil {
		err = fmt.Errorf("%w (the decks are written; import the file again for the history)", err)
	}
	return done, err
}

// addHistory takes over the decks that were written, and the history. The day's
// backup is left to the next command: a large one takes seconds, and the log is
// kept as it was.
func addHistory(ctx context.Context, e *env, parcel *exchange.Parcel, tell anki.Progress) (cards.Merged, error) {
	s, closeStudy, err := openStudy(ctx, e)
	if err != nil {
		return cards.Merged{}, err
	}
	done, err := s.Import(ctx, parcel.Events, func(n int) { tell("take over history", n, parcel.Lines()) })
	return done, errors.Join(err, closeStudy())
}

// learnerOf is who imports or exports, with the days of now.
func learnerOf(ctx context.Context, e *env) (exchange.Learner, error) {
	config, closeCards, err := openCards(ctx, e)
	if err != nil {
		return exchange.Learner{}, err
	}
	calendar, err := config.Calendar(ctx)
	return exchange.Learner{Calendar: calendar, Now: e.Now()}, errors.Join(err, closeCards())
}

// maxTable is the largest table of text that is read.
const maxTable = 256 << 20

// readParcel reads a file by what its name says it is.
func readParcel(ctx context.Context, learner exchange.Learner, file string, tell anki.Progress) (*exchange.Parcel, error) {
	ext := strings.ToLower(filepath.Ext(file))
	switch ext {
	case ".apkg", ".colpkg":
		col, err := anki.Read(ctx, file, tell)
		if err != nil {
			return nil, err
		}
		p, err := exchange.FromAnki(ctx, col, learner, tell)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		return p, nil
	case ".txt", ".tsv", ".csv":
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() || info.Size() > maxTable {
			return nil, usagef("read %s: it is no plain file of at most %d MiB", file, maxTable>>20)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := exchange.FromText(string(text), exchange.DeckName(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))), ext == ".csv")
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		return p, nil
	}
	return nil, usagef("%s: its name does not say what it is: .apkg and .colpkg are Anki's packages, .txt and .tsv Anki's text, .csv a table", file)
}

// dropKnown takes those notes out of a parcel that some deck has already, and
// counts the others.
func dropKnown(e *env, p *exchange.Parcel) int {
	decks, _ := deck.Load(deckSources(e)...)
	have := map[string]bool{}
	for _, d := range decks {
		for _, c := range d.Cards {
			have[cards.NoteID(c.ID)] = true
		}
	}
	return p.Drop(func(n exchange.Note) bool { return have[n.ID] })
}

// writeDecks writes files of the learner's decks.
func writeDecks(e *env, files []exchange.File) error {
	for _, f := range files {
		if err := note.Replace(e.path("decks", f.Name), []byte(f.Text), 0o600); err != nil {
			return fmt.Errorf("write deck %s: %w", f.Name, err)
		}
	}
	return nil
}
