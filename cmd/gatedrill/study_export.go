package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/exchange"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/note"
)

func cardsExport(e *env) *cobra.Command {
	var to, name string
	c := &cobra.Command{
		Use: "export --to FILE", Short: "Write cards and their history for Anki, or as Markdown or JSON", Args: cobra.NoArgs,
		Long: `Writes the cards of all decks, or of one, to a file. Its name says what it is:

  .apkg  a package for Anki, with the history and where each card stands; cards that
         came from Anki are the same ones there
  .md    one deck, as deck files are written, without the history
  .json  everything that is known: cards, where they stand, all answers`,
		Example: `  gatedrill cards export --to gatedrill.apkg
  gatedrill cards export --to tls.md --deck tls`,
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return usagef("name the file: gatedrill cards export --to FILE.apkg, FILE.md or FILE.json")
			}
			write := map[string]func(context.Context, *env, string, []cards.Studied) error{
				".apkg": exportAnki, ".md": exportMarkdown, ".json": exportJSON,
			}[strings.ToLower(filepath.Ext(to))]
			if write == nil {
				return usagef("%s: its name does not say what to write: .apkg, .md or .json", to)
			}
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if _, err := listRows(c.Context(), s, name); err != nil {
					return err
				}
				studied, err := s.Studied(c.Context(), name)
				if err != nil {
					return err
				}
				if err := write(c.Context(), e, to, studied); err != nil {
					return err
				}
				answers := 0
				for _, k := range studied {
					answers += len(exchange.Answers(k.Lines))
				}
				fmt.Fprintf(e.Stdout, "wrote %s with %s to %s\n", count(len(studied), "card"), count(answers, "answer"), visible(to))
				return nil
			})
		},
	}
	c.Flags().StringVar(&to, "to", "", "the `file` to write")
	c.Flags().StringVar(&name, "deck", "", "only cards of this deck")
	offerFlag(e, c, "deck", deckNames)
	return c
}

func exportAnki(ctx context.Context, e *env, to string, studied []cards.Studied) error {
	exchange.Sort(studied)
	learner, err := learnerOf(ctx, e)
	if err != nil {
		return err
	}
	col, err := exchange.ToAnki(studied, learner)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	line := newProgressLine(e.Stderr)
	defer line.done()
	began := time.Now()
	return anki.Write(ctx, to, col, func(doing string, done, total int) {
		line.report(cluster.Progress{Phase: doing, Done: int64(done), Total: int64(total), Elapsed: time.Since(began)})
	})
}

// exportMarkdown writes the notes of one deck as their files state them.
func exportMarkdown(_ context.Context, e *env, to string, studied []cards.Studied) error {
	var decks []string
	for _, k := range studied {
		if !slices.Contains(decks, k.Card.Deck) {
			decks = append(decks, k.Card.Deck)
		}
	}
	if len(decks) != 1 {
		return usagef("a file of Markdown holds one deck: name it with --deck; there are: %s", strings.Join(decks, ", "))
	}
	exchange.Sort(studied)
	text, err := exchange.Markdown(decks[0], studied, func(file string) ([]byte, error) { return readDeckFile(e, file) })
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	return note.Replace(to, []byte(text), 0o600)
}

// readDeckFile reads a deck file as cards name it.
func readDeckFile(e *env, file string) ([]byte, error) {
	for _, src := range deckSources(e) {
		if rest, ok := strings.CutPrefix(filepath.ToSlash(file), filepath.ToSlash(src.Name)+"/"); ok {
			return fs.ReadFile(src.FS, rest)
		}
	}
	return nil, fmt.Errorf("read deck %s: %w", file, fs.ErrNotExist)
}

func exportJSON(_ context.Context, _ *env, to string, studied []cards.Studied) error {
	out := []object{}
	for _, k := range studied {
		o := rowJSON(k.Row)
		var given []cards.Given
		for _, a := range exchange.Answers(k.Lines) {
			given = append(given, cards.Given{ID: a.ID, Answer: a.Answer})
		}
		o["answers"] = answersJSON(given)
		out = append(out, o)
	}
	text, err := json.MarshalIndent(object{"format": "gatedrill-cards/1", "cards": out}, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	return note.Replace(to, append(text, '\n'), 0o600)
}
