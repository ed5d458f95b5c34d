package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/labs/note"
	"github.com/gatedrill/gatedrill/tui"
)

// ownDecks are the commands by which learners write cards.
func ownDecks(e *env) []*cobra.Command {
	return []*cobra.Command{cardsNewDeck(e), cardsAdd(e), cardsEdit(e)}
}

func cardsNewDeck(e *env) *cobra.Command {
	var title string
	c := &cobra.Command{
		Use: "new-deck NAME", Short: "Begin a deck of your own", Args: cobra.ExactArgs(1), ValidArgsFunction: cobra.NoFileCompletions,
		Long: `Begins a deck of your own: the file NAME.md in the folder decks of gatedrill's
home, with no cards yet. gatedrill cards add NAME adds some; so does any editor.
What a deck may hold: docs/cards.md.`,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := deck.New(args[0], title)
			if err != nil {
				return usagef("%w", err)
			}
			decks, _ := deck.Load(deckSources(e)...)
			for _, d := range decks {
				if d.Name == args[0] {
					return usagef("there is a deck %q already: %s", d.Name, d.File)
				}
			}
			path := e.path("decks", args[0]+".md")
			if _, err := os.Lstat(path); err == nil {
				return usagef("there is a file already: %s", path)
			} else if !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("begin a deck: %w", err)
			}
			if err := note.Replace(path, []byte(text), 0o600); err != nil {
				return fmt.Errorf("begin a deck: %w", err)
			}
			fmt.Fprintf(e.Stdout, "%s\nIt has no cards yet: gatedrill cards add %s\n", path, args[0])
			return nil
		},
	}
	c.Flags().StringVar(&title, "title", "", "what people call it")
	return c
}

func cardsAdd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "add DECK", Short: "Add a card to a deck of your own, in your editor or from standard input", Args: cobra.ExactArgs(1),
		ValidArgsFunction: offer(e, ownDeckNames),
		Long: `Opens your editor ($VISUAL, $EDITOR) with a card to fill in, and adds it to a
deck of your own. Where standard input is no terminal, cards are read from it,
as they stand in a deck file:

  gatedrill cards add mine <<'END'
  ## what it is about {#mine-sni}
  tags: [tls]
  source: https://istio.io/

  What does the gateway read?

  ---
  The server name.
  END`,
		RunE: func(c *cobra.Command, args []string) error {
			all := deckSources(e)
			d, err := deck.Add(args[0], all.own(), all.shipped()...)
			if errors.Is(err, deck.ErrNoDeck) {
				return usagef("%w; gatedrill cards new-deck %s begins one", err, args[0])
			}
			if err != nil {
				return err
			}
			if onTerminal(e) {
				return e.inEditor(c, d)
			}
			written, err := io.ReadAll(io.LimitReader(e.Stdin, maxAdded+1))
			switch {
			case err != nil:
				return fmt.Errorf("read cards: %w", err)
			case len(written) > maxAdded:
				return usagef("that is more than %d MiB of cards at once: write a deck file", maxAdded>>20)
			}
			kept, err := e.keepDraft(d, string(written), "stdin")
			return e.sayKept(kept, err)
		},
	}
}

// maxAdded is the most that is read of standard input.
const maxAdded = 1 << 20

func cardsEdit(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "edit ID", Short: "Change a card in your editor; its history stays", Args: cobra.ExactArgs(1),
		ValidArgsFunction: offer(e, cardIDs),
		Long: `Opens a card in your editor ($VISUAL, $EDITOR). One of the program's own becomes
a copy of yours, in the folder decks of gatedrill's home, that is asked in its
place; take it out of there to have the program's back. What was learned stays.`,
		RunE: func(c *cobra.Command, args []string) error {
			all := deckSources(e)
			d, err := deck.Edit(args[0], all.own(), all.shipped()...)
			if errors.Is(err, deck.ErrNoNote) {
				return usagef("%w (gatedrill cards list names them all)", err)
			}
			if err != nil {
				return err
			}
			return e.inEditor(c, d)
		},
	}
}

// inEditor has the learner write a draft until it is good, or left.
func (e *env) inEditor(c *cobra.Command, d deck.Draft) error {
	x, err := e.edit(d)
	if err != nil {
		return err
	}
	in := bufio.NewReader(e.Stdin)
	for {
		cmd := x.command(c.Context())
		cmd.Stdin, cmd.Stdout, cmd.Stderr = e.Stdin, e.Stdout, e.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("editor %q: %w (set $EDITOR; what was written stays in %s)", e.editor(), err, x.path)
		}
		kept, err := x.Keep(c.Context())
		if err == nil {
			return e.sayKept(kept, nil)
		}
		fmt.Fprintf(e.Stderr, "%s\nBack to the editor? [Y/n] ", visibleLines(err.Error()))
		line, readErr := in.ReadString('\n')
		if a := strings.ToLower(strings.TrimSpace(line)); readErr != nil || strings.HasPrefix(a, "n") {
			return fail(exitFailed, fmt.Errorf("no deck was changed; what was written stays in %s", x.path))
		}
	}
}

// sayKept tells what became of a draft.
func (e *env) sayKept(kept tui.Kept, err error) error {
	switch {
	case err != nil:
		return fail(exitFailed, fmt.Errorf("%w\nno deck was changed", err))
	case !kept.Changed:
		fmt.Fprintln(e.Stdout, "Nothing was changed.")
		return nil
	}
	for _, n := range kept.Notes {
		fmt.Fprintln(e.Stdout, visible(n))
	}
	fmt.Fprintf(e.Stdout, "written to %s\n", kept.File)
	return nil
}
