package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// deed is something that u takes back.
type deed struct {
	id     cards.ID // of the line in the log, none if nothing was written
	card   string
	answer bool
	cram   bool // what is left of a cram changed
}

// answers counts the ratings of this session.
func (r *reviewing) answers() int {
	n := 0
	for _, d := range r.done {
		if d.answer {
			n++
		}
	}
	return n
}

// rate saves an answer and reports whether this card is done with. It is not
// while the answer cannot be saved: the learner tries again. A card that is no
// more what was shown is returned to be shown anew.
func (r *reviewing) rate(ctx context.Context, p *cards.Prompt, rating cards.Rating, took time.Duration) (again *cards.Prompt, done bool, err error) {
	if r.cram != nil {
		r.cram.Rate(rating)
		r.done = append(r.done, deed{card: p.Card.ID, answer: true, cram: true})
		return nil, true, nil
	}
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
	r.done = append(r.done, deed{id: id, card: p.Card.ID, answer: true})
	if after := p.Choices[rating-cards.Again].After; after.Suspended && !p.Memory.Suspended {
		fmt.Fprintf(r.Stdout, "Forgotten %d times, and set aside. To have it back: gatedrill cards resume %s\n", after.Lapses, p.Card.ID)
		if len(p.Card.Labs) > 0 {
			fmt.Fprintf(r.Stdout, "Its lab may help: gatedrill lab start %s\n", visible(p.Card.Labs[0]))
		}
	}
	return nil, true, nil
}

// undo takes back what was last done in this session.
func (r *reviewing) undo(ctx context.Context) error {
	n := len(r.done)
	if n == 0 {
		fmt.Fprintln(r.Stdout, "Nothing was done in this session. Older answers: gatedrill cards answers")
		return nil
	}
	last := r.done[n-1]
	what := "what was done to " + last.card
	if last.answer {
		what = "the answer to " + last.card
	}
	if !last.id.IsZero() {
		_, err := r.study.Undo(ctx, last.id)
		if errors.Is(err, cards.ErrUndone) {
			r.done = r.done[:n-1]
			fmt.Fprintln(r.Stdout, "That was taken back already, elsewhere.")
			return nil
		}
		if err != nil {
			return err
		}
	}
	if last.cram {
		r.cram.Undo()
	}
	r.done = r.done[:n-1]
	fmt.Fprintf(r.Stdout, "Taken back: %s.\n", what)
	return nil
}

// deeds are the letters for what takes a card off the screen.
func deeds() map[string]cards.Kind {
	return map[string]cards.Kind{"s": cards.Suspended, "b": cards.Buried, "f": cards.Forgotten}
}

// act does something to a card, after which the next one is shown. Cards that
// were set aside are not asked again.
func (r *reviewing) act(ctx context.Context, kind cards.Kind, p *cards.Prompt) error {
	done, err := r.study.Act(ctx, kind, p.Card.ID)
	if err != nil {
		return err
	}
	aside := r.cram != nil && kind != cards.Forgotten
	if aside {
		r.cram.Drop(p.Card.ID)
	}
	for _, id := range done {
		r.done = append(r.done, deed{id: id, card: p.Card.ID, cram: aside})
	}
	r.tell(kind, p.Card.ID)
	return nil
}

// mark marks a card, or takes the mark off. It stays on screen.
func (r *reviewing) mark(ctx context.Context, p *cards.Prompt) error {
	kind := cards.Marked
	if p.Memory.Marked {
		kind = cards.Unmarked
	}
	done, err := r.study.Act(ctx, kind, p.Card.ID)
	if err != nil {
		return err
	}
	p.Memory.Marked = kind == cards.Marked
	for _, id := range done {
		r.done = append(r.done, deed{id: id, card: p.Card.ID})
	}
	r.tell(kind, p.Card.ID)
	return nil
}

func (r *reviewing) tell(kind cards.Kind, card string) {
	for _, a := range actions() {
		if a.kind == kind {
			fmt.Fprintf(r.Stdout, "%s: %s. To take it back: u\n", card, a.done)
		}
	}
}
