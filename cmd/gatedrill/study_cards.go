package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/filter"
	"github.com/gatedrill/gatedrill/cards/study"
)

func cardsCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "cards", Short: "Find, show, check and set aside cards; answers, settings; import, export, merge", Args: cobra.NoArgs,
		Long: `Cards come from the program's own decks and from *.md files in the folder
decks of gatedrill's home. gatedrill cards check says what is wrong with them.`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(cardsList(e), cardsShow(e), cardsCheck(e), cardsLint(e), cardsRebuild(e), cardsSettings(e),
		cardsAnswers(e), cardsRevoke(e), cardsMerge(e), cardsMemory(e), cardsOptimize(e), cardsImport(e), cardsExport(e))
	c.AddCommand(cardsActions(e)...)
	c.AddCommand(ownDecks(e)...)
	return c
}

// filterHelp is what commands say of their FILTER.
const filterHelp = `A filter is written as in Anki. Terms side by side must all hold; or, and,
parentheses and a minus before a term mean what they say. In a shell, put it in
single quotes, and -- before one that begins with a minus.

    'deck:tls is:due -is:suspended'
    '(tag:sni or lab:gates-stay-shut) prop:lapses>3 "no healthy upstream"'

Fields: deck, tag, id, note, lab, kind, source (* stands for anything);
is:new, learn, review, due, suspended, buried, marked, leech, urged;
rated:7 (answered within 7 days); prop:lapses, reps, stability, difficulty, due,
interval with = != < > <= >= and a number. Anything else is text of the card.`

func cardsList(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list [FILTER…]", Short: "List cards and where they stand: all, or those that a filter means",
		Long: "Lists cards and where they stand.\n\n" + filterHelp,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				rows, err := s.Find(c.Context(), strings.Join(args, " "))
				if err != nil {
					return badFilter(err)
				}
				if asJSON {
					return writeJSON(e.Stdout, rowsJSON(rows))
				}
				return printRows(e, rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// badFilter makes a text that is no filter an error of the command line.
func badFilter(err error) error {
	var bad *filter.Error
	if errors.As(err, &bad) {
		return usagef("%w (gatedrill cards list --help says what filters are)", err)
	}
	return err
}

// listRows lists the cards of a deck, of all decks if name is empty. A deck
// that does not exist is an error that names those that do.
func listRows(ctx context.Context, s *study.Service, name string) ([]cards.Row, error) {
	rows, err := s.List(ctx)
	if err != nil || name == "" {
		return rows, err
	}
	var out []cards.Row
	var decks []string
	for _, r := range rows {
		if r.Card.Deck == name {
			out = append(out, r)
		}
		if len(decks) == 0 || decks[len(decks)-1] != r.Card.Deck {
			decks = append(decks, r.Card.Deck)
		}
	}
	if len(out) == 0 {
		return nil, usagef("no deck %q; there are: %s", name, strings.Join(decks, ", "))
	}
	return out, nil
}

// stateOf says in one word where a card stands.
func stateOf(r cards.Row) string {
	switch {
	case r.Memory.Suspended:
		return "suspended"
	case r.Buried():
		return "buried"
	}
	return r.Memory.State.String()
}

func printRows(e *env, rows []cards.Row) error {
	if len(rows) == 0 {
		fmt.Fprintln(e.Stdout, "No card is meant by that.")
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tDECK\tSTATE\tDUE\tTAGS")
	for _, r := range rows {
		state, due := stateOf(r), "-"
		if r.Memory.State != cards.New || r.Memory.UrgedBy != "" {
			due = cards.Calendar{}.Date(r.Day + r.In).Format(time.DateOnly)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.Card.ID, visible(r.Card.Deck), state, due, visible(strings.Join(r.Tags(), ",")))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the cards: %w", err)
	}
	return nil
}

func cardsShow(e *env) *cobra.Command {
	var asJSON, original bool
	c := &cobra.Command{
		Use: "show ID", Short: "Show a card with its answer", Args: cobra.ExactArgs(1), ValidArgsFunction: offer(e, cardIDs),
		RunE: func(c *cobra.Command, args []string) error {
			if original {
				text, err := deck.Original(args[0], deckSources(e).shipped()...)
				if err != nil {
					return usagef("%w of the program's", err)
				}
				fmt.Fprintln(e.Stdout, text)
				return nil
			}
			return withStudy(c.Context(), e, func(s *study.Service) error {
				r, err := s.Card(c.Context(), args[0])
				if err != nil {
					return cannotFind(args[0], err)
				}
				if asJSON {
					return writeJSON(e.Stdout, rowJSON(r))
				}
				return printCard(e, r)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().BoolVar(&original, "original", false, "as the program has it, where you edited it")
	return c
}

func printCard(e *env, r cards.Row) error {
	md, err := newPlainMarkdown()
	if err != nil {
		return err
	}
	m := r.Memory
	fmt.Fprintf(e.Stdout, "%s  (deck %s, %s:%d)\n", r.Card.ID, visible(r.Card.Deck), visible(r.Card.File), r.Card.Line)
	fmt.Fprintf(e.Stdout, "\n%s\n\n%s\n\n", md.render(r.Card.Question()), md.render(r.Card.Answer()))
	for _, l := range []struct{ name, value string }{
		{"source", r.Card.Source}, {"tags", strings.Join(r.Tags(), ", ")}, {"labs", strings.Join(r.Card.Labs, ", ")},
		{"state", standing(m, e.Zone)},
	} {
		if l.value != "" {
			fmt.Fprintf(e.Stdout, "%-7s %s\n", l.name, visible(l.value))
		}
	}
	return nil
}

// standing says in one line what is known of a card.
func standing(m cards.Memory, zone *time.Location) string {
	s := m.State.String()
	if m.State != cards.New {
		due := cards.Calendar{}.Date(m.DueDay).Format(time.DateOnly)
		if m.State != cards.Review {
			due = m.Due.In(zone).Format("2006-01-02 15:04")
		}
		s += fmt.Sprintf(", %s, forgotten %s, stability %.1f days, due %s",
			count(m.Reps, "answer"), count(m.Lapses, "time"), m.Stability, due)
	}
	if m.UrgedBy != "" {
		s += ", " + m.UrgedBy
	}
	for _, flag := range []struct {
		on   bool
		name string
	}{{m.Suspended, "suspended"}, {m.Marked, "marked"}, {m.Leech(), "keeps failing"}} {
		if flag.on {
			s += ", " + flag.name
		}
	}
	return s
}

func cardsRebuild(e *env) *cobra.Command {
	var anew, yes bool
	c := &cobra.Command{
		Use: "rebuild", Short: "Make the memory of all cards anew from the review log", Args: cobra.NoArgs,
		Long: `Makes the memory of all cards anew from the review log. Every answer does what
its buttons promised when it was given. With --anew it does what they would
promise now, by this program's scheduler and parameters: due days may change,
which is said, and asked for, before it is done.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if anew {
					with, err := s.Scheduler()
					if err != nil {
						return err
					}
					if err := e.foresee(c.Context(), s, with, false); err != nil {
						return err
					}
					if err := e.confirm(c.Context(), "Schedule all cards anew?", yes); err != nil {
						return err
					}
				}
				done, err := s.Rebuild(c.Context(), anew)
				if err != nil {
					return err
				}
				fmt.Fprintf(e.Stdout, "replayed %s of the log for %s; %d had another memory before\n", count(done.Events, "line"), count(done.Cards, "card"), done.Changed)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&anew, "anew", false, "schedule all answers anew")
	c.Flags().BoolVar(&yes, "yes", false, "with --anew: do not ask")
	return c
}
