package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

func cardsAnswers(e *env) *cobra.Command {
	var asJSON bool
	var card string
	limit := 20
	c := &cobra.Command{
		Use: "answers", Short: "List the last answers, by the names that revoke takes", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if limit < 1 {
				return usagef("--limit is %d, want a number of answers", limit)
			}
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if card != "" {
					if _, err := s.Card(c.Context(), card); err != nil {
						return cannotFind(card, err)
					}
				}
				given, err := s.Answers(c.Context(), card, limit)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.Stdout, answersJSON(given))
				}
				return printAnswers(e, given)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().StringVar(&card, "card", "", "only answers to this card")
	c.Flags().IntVar(&limit, "limit", limit, "list so many")
	offerFlag(e, c, "card", cardIDs)
	return c
}

func printAnswers(e *env, given []cards.Given) error {
	if len(given) == 0 {
		fmt.Fprintln(e.Stdout, "Nothing was answered yet.")
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tWHEN\tCARD\tRATING\tCOMES AGAIN\tNOTE")
	for _, g := range given {
		again, note := "-", ""
		if r := g.Rating - cards.Again; r >= 0 && int(r) < len(g.Shown) && g.Shown[r] > 0 {
			again = "after " + cards.Interval(g.Shown[r])
		}
		if g.Undone {
			note = "taken back"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", g.ID.Name(), when(g, e.Zone).Format("2006-01-02 15:04"), visible(g.Card), g.Rating, again, note)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the answers: %w", err)
	}
	return nil
}

// when is when an answer was given, by the learner's clock then, as far as
// that was written down.
func when(g cards.Given, zone *time.Location) time.Time {
	if g.Zone == "" && g.Offset == 0 {
		return g.At.In(zone)
	}
	return g.At.In(time.FixedZone(g.Zone, g.Offset))
}

func answersJSON(given []cards.Given) []object {
	out := []object{}
	for _, g := range given {
		o := object{
			"id": g.ID.String(), "name": g.ID.Name(), "card": g.Card, "at": when(g, time.UTC).Format(time.RFC3339), "zone": g.Zone,
			"day": cards.Calendar{}.Date(g.Day).Format(time.DateOnly), "rating": g.Rating.String(), "seconds": round(g.Took.Seconds()),
			"state": g.Before.State.String(), "algorithm": g.Algorithm, "undone": g.Undone,
		}
		if g.Shown != [4]time.Duration{} {
			var shown []int
			for _, d := range g.Shown {
				shown = append(shown, int(d.Seconds()))
			}
			o["shownSeconds"] = shown
		}
		out = append(out, o)
	}
	return out
}

func cardsRevoke(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "revoke NAME", Short: "Take an answer back, whenever it was given", Args: cobra.ExactArgs(1), ValidArgsFunction: cobra.NoFileCompletions,
		Long: `Takes one answer back: its card is then as if it had never been given, and
answers after it count on. gatedrill cards answers lists the names. In a review,
u takes back what was answered in that review.`,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				card, err := s.Revoke(c.Context(), args[0])
				if err != nil {
					return cannotFind(args[0], err)
				}
				row, err := s.Card(c.Context(), card)
				if err != nil {
					fmt.Fprintf(e.Stdout, "taken back: it was about %s, which no deck has now\n", visible(card))
					return nil //nolint:nilerr // it is taken back all the same
				}
				fmt.Fprintf(e.Stdout, "taken back: %s is now %s\n", card, standing(row.Memory, e.Zone))
				return nil
			})
		},
	}
}

func cardsMerge(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "merge FILE", Short: "Add the answers of another home, such as another laptop's", Args: cobra.ExactArgs(1),
		Long: `Adds to the review log what the log in FILE has and this one has not, and works
all cards out from both. FILE is a cards.db of another gatedrill home, and is
only read. Merged both ways, two homes know the same, whichever came first.

    gatedrill cards merge /media/stick/gatedrill/cards.db`,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				done, err := s.Merge(c.Context(), args[0])
				if err != nil {
					return err
				}
				if done.Added == 0 {
					fmt.Fprintf(e.Stdout, "nothing new: all %s of that log are in this one\n", count(done.Events, "line"))
					return nil
				}
				fmt.Fprintf(e.Stdout, "merged: %s new here, of them %s; %s changed\nthe log as it was: %s\n",
					count(done.Added, "line"), count(done.Answers, "answer"), count(done.Rebuilt.Changed, "card"), done.Backup)
				return nil
			})
		},
	}
}
