package study

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

const (
	window = 32 // how far ahead in the queue a card that gives no cue is looked for
	memory = 3  // how many answers back a related card still gives a cue
)

// Next returns the card to show, nil when nothing is left today.
func (s *Service) Next(ctx context.Context, deck string) (*cards.Prompt, error) {
	ask, t, done, err := s.ask(ctx, deck)
	if err != nil {
		return nil, err
	}
	q, err := s.Store.Queue(ctx, ask, window)
	if err != nil {
		return nil, err
	}
	if q.Empty() {
		return nil, nil
	}
	recent, err := s.Store.Recent(ctx, memory)
	if err != nil {
		return nil, err
	}
	slot := Pick(q, done, recent)
	row, err := s.Store.Card(ctx, slot.Card)
	if err != nil {
		return nil, err
	}
	return s.prompt(row, q.Counts, t)
}

// Reread returns a card that was shown as it is now: nil when it need not be
// answered any more, because another program answered or suspended it, or no
// deck has it.
func (s *Service) Reread(ctx context.Context, shown *cards.Prompt, deck string) (*cards.Prompt, error) {
	ask, t, _, err := s.ask(ctx, deck)
	if err != nil {
		return nil, err
	}
	row, err := s.Store.Card(ctx, shown.Card.ID)
	if errors.Is(err, cards.ErrNoCard) {
		return nil, nil
	}
	if err != nil || !row.Waits(ask.Ahead, t.now.Day) {
		return nil, err
	}
	left, err := s.Store.Counts(ctx, ask)
	if err != nil {
		return nil, err
	}
	return s.prompt(row, left, t)
}

// Look returns a card as it is, whether it waits to be answered or not.
func (s *Service) Look(ctx context.Context, id string) (*cards.Prompt, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.Store.Card(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.prompt(row, cards.Counts{}, t)
}

func (s *Service) prompt(row cards.Row, left cards.Counts, t today) (*cards.Prompt, error) {
	with, err := s.Scheduler()
	if err != nil {
		return nil, err
	}
	choices, err := with.Preview(row.Card.ID, row.Memory, t.now)
	if err != nil {
		return nil, err
	}
	for i := range choices {
		choices[i].After = row.Memory.After(choices[i].After)
	}
	p := &cards.Prompt{Card: row.Card, Memory: row.Memory, Choices: choices, Day: t.now.Day, Reason: reason(row.Memory), Left: left}
	if row.Memory.Leech() && len(row.Card.Labs) > 0 {
		p.Lab = row.Card.Labs[0]
	}
	return p, nil
}

func reason(m cards.Memory) string {
	switch {
	case m.UrgedBy != "":
		return m.UrgedBy
	case m.State == cards.New:
		return "new"
	case m.State == cards.Review:
		return "due"
	case m.State == cards.Learning, m.State == cards.Relearning:
	}
	return "learning"
}

// Pick chooses the next card of a queue that is not empty: learning steps
// whose time has come, what a lab urges, then reviews with new cards mixed in
// evenly over the day, last the steps that are not due yet. Of the cards that
// could be next, one that gives no cue to the last answers is preferred.
func Pick(q cards.Queue, today cards.Tally, recent []cards.Slot) cards.Slot {
	switch {
	case len(q.Learning) > 0:
		return q.Learning[0]
	case len(q.Urged) > 0:
		return apart(q.Urged, recent)
	case len(q.New) > 0 && (len(q.Due) == 0 || newsTurn(q.Counts, today)):
		return apart(presumed(q.New), recent)
	case len(q.Due) > 0:
		return apart(q.Due, recent)
	}
	return q.Ahead[0]
}

// newsTurn reports whether new cards are behind their share of the day.
func newsTurn(left cards.Counts, today cards.Tally) bool {
	news, reviews := today.New+left.New, today.Reviews+left.Due
	return (today.New+1)*reviews <= today.Reviews*(news+1)
}

// presumed leaves out new cards that presume another one of them: that one
// comes first. The first of them is never left out.
func presumed(slots []cards.Slot) []cards.Slot {
	waiting := map[string]bool{}
	for _, s := range slots {
		waiting[s.Card] = true
	}
	out := make([]cards.Slot, 0, len(slots))
	for i, s := range slots {
		if i == 0 || !slices.ContainsFunc(s.After, func(id string) bool { return waiting[id] }) {
			out = append(out, s)
		}
	}
	return out
}

// apart gives the first slot that gives the least cue to the last answers, of
// which the latest count most.
func apart(slots, recent []cards.Slot) cards.Slot {
	best, least := slots[0], -1
	for _, s := range slots {
		cues := 0
		for i, r := range recent {
			if Related(s, r) {
				cues += len(recent) - i
			}
		}
		if least < 0 || cues < least {
			best, least = s, cues
		}
	}
	return best
}

// Related reports whether one card gives a cue to the other: both are of one
// note, belong to one lab, or to one topic that is narrower than a deck.
func Related(a, b cards.Slot) bool {
	if a.Card == b.Card || (a.Note != "" && a.Note == b.Note) {
		return true
	}
	if slices.ContainsFunc(a.Labs, func(l string) bool { return slices.Contains(b.Labs, l) }) {
		return true
	}
	return slices.ContainsFunc(a.Tags, func(t string) bool {
		return t != a.Deck && !strings.Contains(t, ":") && slices.Contains(b.Tags, t)
	})
}
