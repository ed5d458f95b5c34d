package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs"
)

func statsCommand(e *env) *cobra.Command {
	var asJSON, asHTML bool
	c := &cobra.Command{
		Use: "stats", Short: "Retention, forecast, calendar and what keeps failing", Args: cobra.NoArgs,
		Long: `Prints how well cards are recalled beside how well they should be, what comes,
and how labs stand beside cards. With --html it prints a page with everything
and a year's calendar, which needs nothing else to be opened:

    gatedrill stats --html > stats.html`,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON && asHTML {
				return usagef("say --json or --html, not both")
			}
			n, err := numbersOf(c.Context(), e)
			switch {
			case err != nil:
				return err
			case asJSON:
				return writeJSON(e.Stdout, n.json())
			case asHTML:
				return n.page(e.Stdout, e.Now().In(e.Zone))
			}
			n.print(e.Stdout)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().BoolVar(&asHTML, "html", false, "print a page for a browser")
	return c
}

// numbers are the statistics of cards, and the labs beside them.
type numbers struct {
	cards.Stats
	labs []labs.Listing
}

// numbersOf asks cards and labs. Labs that cannot be read are left out, and
// said.
func numbersOf(ctx context.Context, e *env) (numbers, error) {
	var n numbers
	err := withStudy(ctx, e, func(s *study.Service) (err error) {
		n.Stats, err = s.Stats(ctx)
		return err
	})
	if err != nil {
		return n, err
	}
	service := newLabs(e, e.attach, nil)
	defer service.Close()
	if n.labs, err = service.List(ctx); err != nil {
		say(e.Stderr, fmt.Sprintf("the labs are left out: %v", err))
	}
	return n, nil
}

// layer is what is known of one layer of the path, from both halves.
type layer struct {
	Name         string
	Cards        cards.TagRecall
	Labs, Solved int
}

func (n numbers) layers() []layer {
	var out []layer
	for _, t := range n.Layers {
		l := layer{Name: strings.TrimPrefix(t.Tag, "layer:"), Cards: t}
		for _, lab := range n.labs {
			if slices.Contains(lab.Layers, labs.Layer(l.Name)) {
				l.Labs++
				if lab.Solved > 0 {
					l.Solved++
				}
			}
		}
		out = append(out, l)
	}
	return out
}

// tried are the labs that were begun, and how many of all were solved.
func (n numbers) tried() (tried []labs.Listing, solved int) {
	for _, l := range n.labs {
		if l.Solved > 0 {
			solved++
		}
		if l.Attempts > 0 {
			tried = append(tried, l)
		}
	}
	return tried, solved
}

// fortnight is how far ahead the printed forecast looks.
const fortnight = 14

func (n numbers) print(w io.Writer) {
	known := count(n.Cards, "card")
	if n.Mature > 0 {
		known += fmt.Sprintf(", %d of them mature", n.Mature)
	}
	fmt.Fprintf(w, "%s; %s, %s today, %s in a row\n",
		known, count(n.Reviews, "answer"), minutes(n.TimeToday), count(n.Streak, "day"))
	n.printRetention(w)
	next := n.Forecast[:min(fortnight, len(n.Forecast))]
	fmt.Fprintf(w, "\ndue in the next %d days: %s\n", len(next), strings.Trim(fmt.Sprint(next), "[]"))
	if tried, solved := n.tried(); len(tried) > 0 {
		fmt.Fprintf(w, "labs: %d of %d solved, %d tried\n", solved, len(n.labs), len(tried))
	}
	for i, r := range n.Leeches {
		if i == 0 {
			fmt.Fprintln(w, "\ncards that keep failing:")
		}
		lab := ""
		if len(r.Card.Labs) > 0 {
			lab = ", lab " + r.Card.Labs[0]
		}
		fmt.Fprintf(w, "  %s  forgotten %s%s\n", r.Card.ID, count(r.Memory.Lapses, "time"), lab)
	}
}

func (n numbers) printRetention(w io.Writer) {
	r := n.Retention
	if r.Ever.Reviews == 0 {
		fmt.Fprintln(w, "retention is known once cards come back after their first day")
		return
	}
	line := "retention over 30 days: " + recalledText(r.Month)
	if r.Most > 0 {
		line += ", wanted " + wantedText(r)
	}
	fmt.Fprintln(w, line)
	if r.Mature.Reviews > 0 {
		fmt.Fprintf(w, "  of young cards %s, of mature ones %s; over a year %s\n", recalledText(r.Young), recalledText(r.Mature), recalledText(r.Year))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nLAYER\tCARDS\tLABS SOLVED")
	for _, l := range n.layers() {
		fmt.Fprintf(t, "%s\t%s\t%d of %d\n", l.Name, recalledText(cards.Recalled{Reviews: l.Cards.Reviews, Rate: l.Cards.Recall}), l.Solved, l.Labs)
	}
	if len(n.Tags) > 0 {
		fmt.Fprintln(t, "\nTOPIC\tREVIEWS\tRETENTION")
	}
	for _, tag := range n.Tags {
		fmt.Fprintf(t, "%s\t%d\t%.0f %%\n", visible(tag.Tag), tag.Reviews, 100*tag.Recall)
	}
	_ = t.Flush() // an error of w shows at the next line
}

// recalledText is a rate with what it is of, or a dash.
func recalledText(r cards.Recalled) string {
	if r.Reviews == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %% of %d", 100*r.Rate, r.Reviews)
}

// wantedText is the wanted rate of all decks, or the range of theirs.
func wantedText(r cards.Retention) string {
	if r.Least == r.Most {
		return percent(r.Most)
	}
	return percent(r.Least) + " to " + percent(r.Most)
}
