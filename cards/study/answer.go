package study

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// maxTook is the longest an answer counts: after it the learner was away.
const maxTook = 2 * time.Minute

// Rate stores the answer to a card as it was shown and returns its name in
// the log. It is refused as cards.ErrOutdated when the card was answered or
// suspended elsewhere meanwhile or left its deck, and when a day began or
// parameters were set with which the intervals on screen are others: Reread then gives the card as it
// is. On an error nothing was stored, and the same call may be made again.
func (s *Service) Rate(ctx context.Context, shown *cards.Prompt, r cards.Rating, took time.Duration) (cards.ID, error) {
	t, err := s.today(ctx)
	if err != nil {
		return cards.ID{}, err
	}
	now := t.now
	took = min(max(took, 0), maxTook)
	if now.Day != shown.Day {
		return cards.ID{}, fmt.Errorf("%w: a new day has begun", cards.ErrOutdated)
	}
	id, err := s.Store.Answer(ctx, shown.Card.ID, func(m cards.Memory) (cards.Answer, error) {
		switch {
		case m.Suspended != shown.Memory.Suspended:
			return cards.Answer{}, fmt.Errorf("%w: it was suspended or put back elsewhere", cards.ErrOutdated)
		case m.Buried != shown.Memory.Buried:
			return cards.Answer{}, fmt.Errorf("%w: it was buried or put back elsewhere", cards.ErrOutdated)
		case m.Known() != shown.Memory.Known():
			return cards.Answer{}, fmt.Errorf("%w: it was answered elsewhere", cards.ErrOutdated)
		}
		with, err := s.Scheduler()
		if err != nil {
			return cards.Answer{}, err
		}
		after, err := with.Next(shown.Card.ID, m, r, now)
		if err != nil {
			return cards.Answer{}, err
		}
		if interval(after) != shown.Choices[r-cards.Again].Interval {
			return cards.Answer{}, fmt.Errorf("%w: its intervals are others, by the parameters of now", cards.ErrOutdated)
		}
		a := cards.Answer{Moment: now, Rating: r, Took: took, Before: m, After: m.After(after), Algorithm: with.Algorithm(shown.Card.ID)}
		for i, c := range shown.Choices {
			a.Shown[i] = c.Interval
		}
		return a, nil
	})
	if errors.Is(err, cards.ErrNoCard) {
		err = fmt.Errorf("%w: %w", cards.ErrOutdated, err)
	}
	return id, err
}

// interval is the wait that the last answer to a card gave.
func interval(m cards.Memory) time.Duration {
	if m.DueDay != 0 {
		return time.Duration(m.DueDay-m.LastDay) * 24 * time.Hour
	}
	return m.Due.Sub(m.LastReview)
}

// Undo takes an answer or an action back and returns its card's id. The card is
// as if that had never been; what happened to it since, stays.
func (s *Service) Undo(ctx context.Context, id cards.ID) (string, error) {
	t, err := s.today(ctx)
	if err != nil {
		return "", err
	}
	with, err := s.Scheduler()
	if err != nil {
		return "", err
	}
	return s.Store.Undo(ctx, id, t.now, replayer(with))
}

// Answers lists the newest answers, latest first, of one card or of all.
func (s *Service) Answers(ctx context.Context, card string, most int) ([]cards.Given, error) {
	return s.Store.Answers(ctx, card, most)
}

// Revoke takes back the answer or action of that name, see cards.Ending.
func (s *Service) Revoke(ctx context.Context, name string) (string, error) {
	ending, err := cards.Ending(name)
	if err != nil {
		return "", err
	}
	id, err := s.Store.FindAnswer(ctx, ending)
	if err != nil {
		return "", err
	}
	return s.Undo(ctx, id)
}
