package study

import (
	"cmp"
	"context"
	"slices"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/filter"
)

// Filter reads a filter, by which the rows of List are looked through.
func (s *Service) Filter(text string) (func(cards.Row) bool, error) {
	f, err := filter.Parse(text)
	return f.Match, err
}

// Find returns the cards that a filter means, with where they stand.
func (s *Service) Find(ctx context.Context, text string) ([]cards.Row, error) {
	match, err := s.Filter(text)
	if err != nil {
		return nil, err
	}
	rows, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r cards.Row) bool { return !match(r) }), nil
}

// Cram returns the cards that a filter means in an order to ask them in: by
// chance, another one each day, and such that none gives a cue to the next.
func (s *Service) Cram(ctx context.Context, text string) ([]string, error) {
	rows, err := s.Find(ctx, text)
	if err != nil {
		return nil, err
	}
	slots := make([]cards.Slot, len(rows))
	for i, r := range rows {
		slots[i] = cards.Slot{Card: r.Card.ID, Note: r.Card.Note, Deck: r.Card.Deck, Tags: r.Card.Tags, Labs: r.Card.Labs}
	}
	if len(rows) > 0 {
		day := rows[0].Day
		slices.SortFunc(slots, func(a, b cards.Slot) int { return cmp.Compare(cards.Dice(a.Card, day), cards.Dice(b.Card, day)) })
	}
	out := make([]string, 0, len(slots))
	var recent []cards.Slot // latest first
	for len(slots) > 0 {
		next := apart(slots[:min(window, len(slots))], recent)
		i := slices.IndexFunc(slots, func(s cards.Slot) bool { return s.Card == next.Card })
		out, slots = append(out, next.Card), slices.Delete(slots, i, i+1)
		if recent = append([]cards.Slot{next}, recent...); len(recent) > memory {
			recent = recent[:memory]
		}
	}
	return out, nil
}
