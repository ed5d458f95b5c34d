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
good, easy), s suspends the card, b puts it off until tomorrow, m marks it, f
makes it new again, u takes back what was last done in this session, q ends.
Older answers: gatedrill cards answers, gatedrill cards revoke.

How many cards come a day: gatedrill cards settings. With --cram, cards are asked
that a filter means, whether they are due or not, and nothing is rescheduled:

    gatedrill review --cram 'tag:sni is:leech'
    gatedrill review --cram 'deck:tls is:new'    # to see what comes

What is not known comes again before the session ends.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if r.filter != "" && r.deck != "" {
				return usagef("--deck and --cram exclude each other: put deck:%s into the filter", r.deck)
			}
			if r.limit < 0 {
				return usagef("--limit is %d, want a number of answers", r.limit)
			}
			if !plain {
				if err := e.checkCram(r.filter); err != nil {
					return err
				}
				return openTUI(c.Context(), e, tui.Open{Kind: tui.Review, Deck: r.deck, Limit: r.limit, Cram: r.filter})
			}
			return withStudy(c.Context(), e, func(s *study.Service) error { return r.run(c.Context(), s) })
		},
	}
	c.Flags().BoolVar(&plain, "plain", false, "line by line, without a screen")
	c.Flags().StringVar(&r.deck, "deck", "", "only cards of this deck")
	offerFlag(e, c, "deck", deckNames)
	c.Flags().StringVar(&r.filter, "cram", "", "ask the cards that this filter means, and reschedule nothing")
	c.Flags().IntVar(&r.limit, "limit", 0, "end after so many answers (0: when nothing is left)")
	return c
}

// reviewing is one session, line by line.
type reviewing struct {
	*env
	deck   string
	filter string
	limit  int

	study *study.Service
	md    *plainMarkdown
	lines <-chan string
	cram  *cards.Cram // nil in a review that schedules
	done  []deed      // in this session, oldest first
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
	if r.filter != "" {
		chosen, err := s.Cram(ctx, r.filter)
		if err != nil {
			return badFilter(err)
		}
		r.cram = cards.NewCram(chosen)
	}
	r.lines = readLines(ctx, r.Stdin)
	for r.limit == 0 || r.answers() < r.limit {
		p, err := r.next(ctx)
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

// next is the card to show, nil when nothing is left.
func (r *reviewing) next(ctx context.Context) (*cards.Prompt, error) {
	if r.cram == nil {
		return r.study.Next(ctx, r.deck)
	}
	if id := r.cram.Next(); id != "" {
		return r.study.Look(ctx, id)
	}
	return nil, nil
}

// card shows one card until it is rated, suspended or another one is taken
// back. It returns the card when it is to be shown anew.
func (r *reviewing) card(ctx context.Context, p *cards.Prompt) (*cards.Prompt, error) {
	shown := r.Now()
	fmt.Fprintf(r.Stdout, "\n%s, %s%s. %s\n\n", p.Card.Deck, p.Reason, map[bool]string{true: ", marked"}[p.Memory.Marked], r.left(p.Left))
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
		case line == "m":
			if err := r.mark(ctx, p); err != nil {
				return nil, err
			}
		case deeds()[line] != "":
			return nil, r.act(ctx, deeds()[line], p)
		case line == "" && !open:
			open = true
			if held := said.held(); held != "" {
				fmt.Fprintf(r.Stdout, "\n%s\n", visibleLines(held))
			}
			fmt.Fprintf(r.Stdout, "\n%s\n\n%s\n%s\n", r.md.render(p.Card.Back), p.Card.Source, r.choices(p.Choices))
		case open && len(line) == 1 && rating >= 0:
			if again, done, err := r.rate(ctx, p, cards.Rating(rating+1), r.Now().Sub(shown)); done {
				return again, err
			}
		case open:
			fmt.Fprintf(r.Stdout, "Not understood: %q. Type 1, 2, 3 or 4, u to undo, s to suspend, b to bury, m to mark, f to forget, q to quit.\n", line)
		default:
			fmt.Fprintf(r.Stdout, "Not understood: %q. Press Enter for the answer, or type u, s, b, m, f or q.\n", line)
		}
	}
}

// left says how much there is still to do.
func (r *reviewing) left(c cards.Counts) string {
	if r.cram != nil {
		return fmt.Sprintf("%s left; nothing is rescheduled.", count(r.cram.Left(), "card"))
	}
	return fmt.Sprintf("Left today: %d due, %d new, %d learning.", c.Due, c.New, c.Learning)
}

func (r *reviewing) choices(all [4]cards.Choice) string {
	var b strings.Builder
	for _, c := range all {
		if r.cram != nil {
			fmt.Fprintf(&b, "%d %s   ", int(c.Rating), c.Rating)
			continue
		}
		fmt.Fprintf(&b, "%d %s %s   ", int(c.Rating), c.Rating, cards.Interval(c.Interval))
	}
	return strings.TrimSpace(b.String())
}

// checkCram refuses a filter before a screen is opened for it.
func (e *env) checkCram(text string) error {
	_, err := (&study.Service{}).Filter(text)
	return badFilter(err)
}

func (r *reviewing) end(ctx context.Context) error {
	sum, err := r.study.Summary(ctx)
	if err != nil {
		return err
	}
	said := "Nothing was answered.\n"
	if r.answers() > 0 {
		said = fmt.Sprintf("%s in %s.\n", count(r.answers(), "answer"), minutes(r.Now().Sub(r.begun)))
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
