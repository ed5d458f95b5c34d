package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui"
)

func reviewCommand(e *env) *cobra.Command {
	var plain bool
	r := &reviewing{env: e}
	c := &cobra.Command{
		Use: "review", Short: "Review the cards that are due", Args: cobra.NoArgs,
		Long: `Opens the program to review cards. With --plain, line by line instead, for
pipes and screen readers: Enter shows the answer, 1 to 4 rate it (again, hard,
good, easy), u takes back the last answer of this session, s suspends the card,
q ends. Older answers: gatedrill cards answers, gatedrill cards revoke.

GATEDRILL_NEW_PER_DAY (20) and GATEDRILL_REVIEWS_PER_DAY (200) limit a day.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if r.limit < 0 {
				return usagef("--limit is %d, want a number of answers", r.limit)
			}
			if !plain {
				return openTUI(c.Context(), e, tui.Open{Kind: tui.Review, Deck: r.deck, Limit: r.limit})
			}
			return withStudy(c.Context(), e, func(s *study.Service) error { return r.run(c.Context(), s) })
		},
	}
	c.Flags().BoolVar(&plain, "plain", false, "line by line, without a screen")
	c.Flags().StringVar(&r.deck, "deck", "", "only cards of this deck")
	c.Flags().IntVar(&r.limit, "limit", 0, "end after so many answers (0: when nothing is left)")
	return c
}

// reviewing is one session, line by line.
type reviewing struct {
	*env
	deck  string
	limit int

	study *study.Service
	md    *plainMarkdown
	lines <-chan string
	given []cards.ID // in this session, oldest first
	begun time.Time
}

// errQuit ends a session: the learner asked for it or interrupted, or the
// input ended.
var errQuit = errors.New("the learner quit")

func (r *reviewing) run(ctx context.Context, s *study.Service) error {
	if r.deck != "" {
		if _, err := listRows(ctx, s, r.deck); err != nil {
			return err
		}
	}
	md, err := newPlainMarkdown()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.study, r.md, r.begun = s, md, r.Now()
	r.lines = readLines(ctx, r.Stdin)
	for r.limit == 0 || len(r.given) < r.limit {
		p, err := s.Next(ctx, r.deck)
		if err != nil {
			return err
		}
		if p == nil {
			break
		}
		for p != nil && err == nil { // again, when it is not what it was
			p, err = r.card(ctx, p)
		}
		if errors.Is(err, errQuit) {
			break
		}
		if err != nil {
			return err
		}
	}
	return r.end(context.WithoutCancel(ctx))
}

// card shows one card until it is rated, suspended or another one is taken
// back. It returns the card when it is to be shown anew.
func (r *reviewing) card(ctx context.Context, p *cards.Prompt) (*cards.Prompt, error) {
	shown := r.Now()
	l := p.Left
	fmt.Fprintf(r.Stdout, "\n%s, %s. Left today: %d due, %d new, %d learning.\n\n", p.Card.Deck, p.Reason, l.Due, l.New, l.Learning)
	if p.Lab != "" {
		fmt.Fprintf(r.Stdout, "This card keeps failing. Its lab may help: gatedrill lab start %s\n\n", p.Lab)
	}
	said := newSaid(p)
	fmt.Fprintf(r.Stdout, "%s\n\n%s\n", r.md.render(p.Card.Front), said.asks(r.md))
	for open := false; ; {
		typed, err := r.read(ctx)
		if err != nil {
			return nil, err
		}
		line := strings.ToLower(typed)
		if used, done := !open && said.take(typed), said.done(); used && !done {
			fmt.Fprintf(r.Stdout, "\n%s\n", said.asks(r.md))
			continue
		} else if used {
			line = "" // as Enter
		}
		rating := strings.Index("1234", line)
		switch {
		case line == "q":
			return nil, errQuit
		case line == "u":
			return nil, r.undo(ctx)
		case line == "s":
			return nil, r.suspend(ctx, p.Card.ID)
		case line == "" && !open:
			open = true
			if held := said.held(); held != "" {
				fmt.Fprintf(r.Stdout, "\n%s\n", visibleLines(held))
			}
			fmt.Fprintf(r.Stdout, "\n%s\n\n%s\n%s\n", r.md.render(p.Card.Back), p.Card.Source, choices(p.Choices))
		case open && len(line) == 1 && rating >= 0:
			if again, done, err := r.rate(ctx, p, cards.Rating(rating+1), r.Now().Sub(shown)); done {
				return again, err
			}
		case open:
			fmt.Fprintf(r.Stdout, "Not understood: %q. Type 1, 2, 3 or 4, u to undo, s to suspend, q to quit.\n", line)
		default:
			fmt.Fprintf(r.Stdout, "Not understood: %q. Press Enter for the answer, or type u, s or q.\n", line)
		}
	}
}

func choices(all [4]cards.Choice) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%d %s %s   ", int(c.Rating), c.Rating, interval(c.Interval))
	}
	return strings.TrimSpace(b.String())
}

// rate saves an answer and reports whether this card is done with. It is not
// while the answer cannot be saved: the learner tries again. A card that is no
// more what was shown is returned to be shown anew.
func (r *reviewing) rate(ctx context.Context, p *cards.Prompt, rating cards.Rating, took time.Duration) (again *cards.Prompt, done bool, err error) {
	id, err := r.study.Rate(ctx, p, rating, took)
	switch {
	case errors.Is(err, cards.ErrOutdated):
		say(r.Stderr, err.Error())
		again, err = r.study.Reread(ctx, p, r.deck)
		if err == nil && again != nil {
			fmt.Fprintln(r.Stdout, "The answer is not saved. Here is the card as it is now.")
		} else if err == nil {
			fmt.Fprintln(r.Stdout, "The answer is not saved: the card need not be answered any more.")
		}
		return again, true, err
	case err != nil:
		say(r.Stderr, err.Error())
		fmt.Fprintln(r.Stdout, "The answer is not saved. Rate the card again to try once more, or q to quit.")
		return nil, false, nil
	}
	r.given = append(r.given, id)
	return nil, true, nil
}

// undo takes the last answer of this session back.
func (r *reviewing) undo(ctx context.Context) error {
	if len(r.given) == 0 {
		fmt.Fprintln(r.Stdout, "Nothing was answered in this session. Older answers: gatedrill cards answers")
		return nil
	}
	id, err := r.study.Undo(ctx, r.given[len(r.given)-1])
	if err != nil && !errors.Is(err, cards.ErrUndone) {
		return err
	}
	r.given = r.given[:len(r.given)-1]
	if err != nil {
		fmt.Fprintln(r.Stdout, "That answer was taken back already, elsewhere.")
		return nil
	}
	fmt.Fprintf(r.Stdout, "Taken back: the answer to %s.\n", id)
	return nil
}

func (r *reviewing) suspend(ctx context.Context, id string) error {
	if err := r.study.Suspend(ctx, id, true); err != nil {
		return err
	}
	fmt.Fprintf(r.Stdout, "Suspended: %s. To have it back: gatedrill cards resume %s\n", id, id)
	return nil
}

func (r *reviewing) end(ctx context.Context) error {
	sum, err := r.study.Summary(ctx)
	if err != nil {
		return err
	}
	said := "Nothing was answered.\n"
	if len(r.given) > 0 {
		said = fmt.Sprintf("%s in %s.\n", count(len(r.given), "answer"), minutes(r.Now().Sub(r.begun)))
	}
	fmt.Fprint(r.Stdout, "\n"+said)
	printSummary(r.Stdout, sum)
	return nil
}

func (r *reviewing) read(ctx context.Context) (string, error) {
	select {
	case <-ctx.Done():
		return "", errQuit
	case line, ok := <-r.lines:
		if !ok {
			return "", errQuit
		}
		return strings.TrimSpace(line), nil
	}
}

// readLines reads in the background, so that an interrupt ends a session
// that waits for a line. The reader itself ends with its input or, blocked
// in it, with the process.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for sc := bufio.NewScanner(in); sc.Scan(); {
			select {
			case lines <- sc.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}
