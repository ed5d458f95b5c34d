package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/study"
)

func cardsCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "cards", Short: "List, show, check and suspend cards; list and revoke answers; merge homes", Args: cobra.NoArgs,
		Long: `Cards come from the program's own decks and from *.md files in the folder
decks of gatedrill's home. gatedrill cards check says what is wrong with them.`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(cardsList(e), cardsShow(e), cardsCheck(e), cardsRebuild(e),
		cardsSuspend(e, "suspend", "Take a card out of the queue", true),
		cardsSuspend(e, "resume", "Put a suspended card back", false),
		cardsAnswers(e), cardsRevoke(e), cardsMerge(e), cardsMemory(e), cardsOptimize(e), cardsImport(e), cardsExport(e))
	return c
}

func cardsList(e *env) *cobra.Command {
	var asJSON bool
	var name string
	c := &cobra.Command{
		Use: "list", Short: "List all cards and where they stand", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				rows, err := listRows(c.Context(), s, name)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.Stdout, rowsJSON(rows))
				}
				return printRows(e, rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().StringVar(&name, "deck", "", "only cards of this deck")
	return c
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

func printRows(e *env, rows []cards.Row) error {
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tDECK\tSTATE\tDUE\tTAGS")
	for _, r := range rows {
		state, due := r.Memory.State.String(), "-"
		if r.Memory.Suspended {
			state = "suspended"
		}
		if r.Memory.State != cards.New || r.Memory.UrgedBy != "" {
			due = cards.Calendar{}.Date(r.Day + r.In).Format(time.DateOnly)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.Card.ID, visible(r.Card.Deck), state, due, visible(strings.Join(r.Card.Tags, ",")))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the cards: %w", err)
	}
	return nil
}

func cardsShow(e *env) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show ID", Short: "Show a card with its answer", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
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
	return c
}

func printCard(e *env, r cards.Row) error {
	md, err := newPlainMarkdown()
	if err != nil {
		return err
	}
	m := r.Memory
	fmt.Fprintf(e.Stdout, "%s  (deck %s, %s:%d)\n", r.Card.ID, visible(r.Card.Deck), visible(r.Card.File), r.Card.Line)
	fmt.Fprintf(e.Stdout, "\n%s\n\n%s\n\n", md.render(r.Card.Front), md.render(r.Card.Back))
	for _, l := range []struct{ name, value string }{
		{"source", r.Card.Source}, {"tags", strings.Join(r.Card.Tags, ", ")}, {"labs", strings.Join(r.Card.Labs, ", ")},
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
	if m.Suspended {
		s += ", suspended"
	}
	return s
}

func cardsCheck(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "check [FILE|FOLDER…]", Short: "Say all that is wrong with decks, by file and line",
		Long: `Checks the given deck files, or all decks when none is given: the program's
own and those in the folder decks of gatedrill's home.
Exit code 1 if there is any problem.`,
		RunE: func(_ *cobra.Command, args []string) error {
			sources := deckSources(e)
			if len(args) > 0 {
				sources = sourcesOf(args)
			}
			decks, problems := deck.Load(sources...)
			for _, p := range problems {
				fmt.Fprintln(e.Stdout, visible(p.Error()))
			}
			n := 0
			for _, d := range decks {
				n += len(d.Cards)
			}
			if len(problems) > 0 {
				return fail(exitFailed, fmt.Errorf("%s; %s can be used", counted(problems), count(n, "card")))
			}
			fmt.Fprintf(e.Stdout, "%s in %s, no problems\n", count(n, "card"), count(len(decks), "file"))
			return nil
		},
	}
}

// counted is the number of problems, and of those that home counts too: they
// keep cards from being loaded.
func counted(problems []deck.Problem) string {
	return fmt.Sprintf("%s, %d of which kept cards from being loaded", count(len(problems), "problem"), deck.Lost(problems))
}

// sourcesOf makes sources of files and folders of the command line.
func sourcesOf(args []string) deckFiles {
	var out deckFiles
	for _, a := range args {
		if info, err := os.Stat(a); err == nil && info.IsDir() {
			out = append(out, deck.Source{FS: os.DirFS(a), Name: a})
			continue
		}
		dir := filepath.Dir(a)
		out = append(out, deck.Source{FS: os.DirFS(dir), Name: dir, Only: filepath.Base(a)})
	}
	return out
}

func cardsSuspend(e *env, use, short string, on bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if err := s.Suspend(c.Context(), args[0], on); err != nil {
					return cannotFind(args[0], err)
				}
				fmt.Fprintf(e.Stdout, "%s: %s\n", args[0], map[bool]string{true: "suspended", false: "back in the queue"}[on])
				return nil
			})
		},
	}
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
					if err := e.foresee(c.Context(), s, s.Scheduler, false); err != nil {
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
