package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

// action is what a command does to cards.
type action struct {
	kind        cards.Kind
	name, short string
	done        string // "suspended"
	nothing     string // why nothing was done
	back        string // the command that takes it back, "" if only its name does
}

func actions() []action {
	return []action{
		{cards.Suspended, "suspend", "Take cards out of the queue", "suspended", "suspended already", "resume"},
		{cards.Resumed, "resume", "Put suspended cards back", "back in the queue", "not suspended", "suspend"},
		{cards.Buried, "bury", "Put cards off until tomorrow", "buried until tomorrow", "buried already", "unbury"},
		{cards.Unburied, "unbury", "Put buried cards back today", "back in the queue", "not buried by hand", "bury"},
		{cards.Marked, "mark", "Mark cards, to find them by is:marked", "marked", "marked already", "unmark"},
		{cards.Unmarked, "unmark", "Take the mark off cards", "marked no more", "not marked", "mark"},
		{cards.Forgotten, "forget", "Make cards new again; their history stays", "new again", "new already", ""},
	}
}

// cardsActions are the commands that do something to cards.
func cardsActions(e *env) []*cobra.Command {
	var out []*cobra.Command
	for _, a := range actions() {
		out = append(out, actionCommand(e, a))
	}
	return out
}

func actionCommand(e *env, a action) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: a.name + " ID|FILTER…", Short: a.short, Args: cobra.MinimumNArgs(1), ValidArgsFunction: offer(e, cardIDs),
		Long: a.short + `: one by its id, or all that a filter means, after asking.

    gatedrill cards ` + a.name + ` passthrough-sni
    gatedrill cards ` + a.name + ` 'deck:tls prop:lapses>5'

` + filterHelp,
		RunE: func(c *cobra.Command, args []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error {
				ids, err := meant(c.Context(), s, args)
				if err != nil {
					return err
				}
				if len(ids) > 1 {
					question := fmt.Sprintf("%s will be %s. Go on?", count(len(ids), "card"), a.done)
					if err := e.confirm(c.Context(), question, yes); err != nil {
						return err
					}
				}
				done, err := s.Act(c.Context(), a.kind, ids...)
				if err != nil {
					return cannotFind(args[0], err)
				}
				a.tell(e, ids, done)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// tell says what was done, and what takes it back.
func (a action) tell(e *env, ids []string, done []cards.ID) {
	switch {
	case len(ids) == 1 && len(done) == 0:
		fmt.Fprintf(e.Stdout, "%s: %s\n", ids[0], a.nothing)
	case len(ids) == 1 && a.back == "":
		fmt.Fprintf(e.Stdout, "%s: %s (gatedrill cards revoke %s takes it back)\n", ids[0], a.done, done[0].Name())
	case len(ids) == 1:
		fmt.Fprintf(e.Stdout, "%s: %s\n", ids[0], a.done)
	default:
		rest := ""
		if n := len(ids) - len(done); n > 0 {
			rest = fmt.Sprintf("; %d %s", n, a.nothing)
		}
		fmt.Fprintf(e.Stdout, "%s %s%s\n", count(len(done), "card"), a.done, rest)
	}
}

// meant are the cards that arguments name: one by its id, or those of a
// filter. A single word is no filter here: whoever mistypes an id must not
// change all cards with that word in them.
func meant(ctx context.Context, s *study.Service, args []string) ([]string, error) {
	text := strings.Join(args, " ")
	if !strings.ContainsAny(text, ` :"()*`) {
		if _, err := s.Card(ctx, text); err != nil {
			return nil, cannotFind(text, err)
		}
		return []string{text}, nil
	}
	rows, err := s.Find(ctx, text)
	if err != nil {
		return nil, badFilter(err)
	}
	if len(rows) == 0 {
		return nil, fail(exitFailed, fmt.Errorf("no card is meant by %q: nothing was changed", text))
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Card.ID
	}
	return ids, nil
}
