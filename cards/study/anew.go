package study

import (
	"context"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/optimize"
)

// Past is the log as those read it who work parameters out of it.
type Past interface {
	Histories(ctx context.Context, do func(card string, events []cards.Event) error) error
	Ratings(ctx context.Context, do func(card string, answers []cards.Rated) error) error
	Reschedule(ctx context.Context, now cards.Moment, anew cards.Replayer, algorithm func(card string) string) (cards.Rebuilt, error)
}

// Evidence is what the log tells of the learner's memory.
func (s *Service) Evidence(ctx context.Context) (*optimize.Log, error) {
	var l optimize.Log
	err := s.Store.Ratings(ctx, func(_ string, answers []cards.Rated) error {
		l.Add(answers)
		return nil
	})
	return &l, err
}

// Foresee says what would change if all cards were scheduled anew by a
// scheduler. Nothing is stored.
func (s *Service) Foresee(ctx context.Context, with cards.Scheduler) (cards.Foreseen, error) {
	var out cards.Foreseen
	t, err := s.today(ctx)
	if err != nil {
		return out, err
	}
	rows, err := s.Store.Rows(ctx)
	if err != nil {
		return out, err
	}
	known := make(map[string]cards.Memory, len(rows))
	for _, r := range rows {
		known[r.Card.ID] = r.Memory
	}
	today := t.now.Day
	due := func(m cards.Memory) bool { return m.State == cards.Review && !m.Suspended && m.DueDay <= today }
	err = s.Store.Histories(ctx, func(card string, events []cards.Event) error {
		before, ok := known[card]
		if !ok {
			return nil // no deck has it now
		}
		after, err := cards.Reschedule(with, events)
		if err != nil {
			return err
		}
		out.Cards++
		if due(before) {
			out.DueNow++
		}
		if due(after) {
			out.DueThen++
		}
		if after.Known() == before.Known() {
			return nil
		}
		out.Changed++
		switch was, will := before.Known().DueOn(t.calendar), after.Known().DueOn(t.calendar); {
		case will < was:
			out.Earlier++
		case will > was:
			out.Later++
		}
		return nil
	})
	return out, err
}
