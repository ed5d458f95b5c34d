package study

import (
	"context"

	"github.com/gatedrill/gatedrill/cards"
)

// Import adds lines to the log that were made of another program's history. progress
// is told how many are done with.
func (s *Service) Import(ctx context.Context, lines cards.LogLines, progress func(done int)) (cards.Merged, error) {
	with, err := s.Scheduler()
	if err != nil {
		return cards.Merged{}, err
	}
	return s.Store.Add(ctx, lines, replayer(with), progress)
}

// Studied returns the cards of a deck, or for "" of all, with their history.
func (s *Service) Studied(ctx context.Context, deck string) ([]cards.Studied, error) {
	rows, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	place := map[string]int{}
	var out []cards.Studied
	for _, r := range rows {
		if deck == "" || r.Card.Deck == deck {
			place[r.Card.ID] = len(out)
			out = append(out, cards.Studied{Row: r})
		}
	}
	err = s.Store.Histories(ctx, func(card string, lines []cards.Event) error {
		if i, ok := place[card]; ok {
			out[i].Lines = append(out[i].Lines, lines...)
		}
		return nil
	})
	return out, err
}

// Calendar counts the learner's days, by the settings of now.
func (c Config) Calendar(ctx context.Context) (cards.Calendar, error) {
	t, err := (&Service{Config: c}).today(ctx)
	return t.calendar, err
}
