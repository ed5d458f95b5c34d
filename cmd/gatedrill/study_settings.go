package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

func cardsSettings(e *env) *cobra.Command {
	var asJSON, today bool
	c := &cobra.Command{
		Use: "settings [KEY=VALUE…]", Short: "Show or set how many cards come a day, and in which order",
		ValidArgsFunction: cobra.NoFileCompletions,
		Long: `Shows how many cards come a day and in which order, or sets it: for all decks,
for one deck (its name and a dot before the key), or for today only.

    gatedrill cards settings new=12 review-order=random
    gatedrill cards settings tls.new=3          # of the deck tls; all together still 12
    gatedrill cards settings --today new=20     # tomorrow it is 12 again
    gatedrill cards settings tls.new= rollover= # back to the default

When more reviews are due than the limit lets through, those come first that are
most likely forgotten. How well cards are to be remembered: gatedrill cards memory.`,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if today && len(args) == 0 {
					return usagef("--today goes with what to set: new=20")
				}
				if len(args) > 0 {
					if err := setSettings(c.Context(), s, today, args...); err != nil {
						return err
					}
				}
				lines, err := s.Settings(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(e.Stdout, settingsJSON(lines))
				}
				return printSettings(e, lines)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().BoolVar(&today, "today", false, "only until the day ends")
	return c
}

// setSettings refuses settings of decks that are not there: they would never
// do anything.
func setSettings(ctx context.Context, s *study.Service, today bool, args ...string) error {
	day := 0
	if today {
		day = 1 // any: which one it is the service knows
	}
	for _, text := range args {
		set, err := cards.ParseSetting(text, day)
		if err != nil {
			return usagef("%w", err)
		}
		if set.Deck != "" && set.Value != "" {
			if _, err := listRows(ctx, s, set.Deck); err != nil {
				return err
			}
		}
	}
	return s.Set(ctx, today, args...)
}

func printSettings(e *env, lines []cards.Line) error {
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KEY\tVALUE\tDEFAULT\tWHAT")
	for _, l := range lines {
		value := l.Value
		if l.Day != 0 {
			value += " (today)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", visible(l.Key()), value, l.Default, l.About)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the settings: %w", err)
	}
	return nil
}

func settingsJSON(lines []cards.Line) []object {
	out := []object{}
	for _, l := range lines {
		o := object{"key": l.Key(), "value": l.Value, "today": l.Day != 0}
		if l.Default != "" {
			o["default"] = l.Default
		}
		out = append(out, o)
	}
	return out
}
