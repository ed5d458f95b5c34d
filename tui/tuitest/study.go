package tuitest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Study plays the cards: a queue that shrinks as it is answered. The error
// fields make the next calls fail for as long as they are set.
type Study struct {
	mu sync.Mutex

	Total      cards.Summary
	Queue      []*cards.Prompt
	Rows       []cards.Row
	Numbers    cards.Stats
	SummaryErr error
	NextErr    error
	RateErr    error
	UndoErr    error
	Slow       time.Duration // how long Next takes

	Beat cards.Pulse // to be counted up when another window did something

	Rated     []Rated
	aside     []*cards.Prompt // suspended, to be woken again
	Suspended []string
	Decks     []string // asked of Next
}

// Rated is one stored answer.
type Rated struct {
	ID     cards.ID
	Card   string
	Rating cards.Rating
	Took   time.Duration
	prompt *cards.Prompt
}

// Drop takes the head of the queue away, also while a call is under way.
func (s *Study) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Queue = s.Queue[1:]
}

// Summary returns Total.
func (s *Study) Summary(context.Context) (cards.Summary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Total, s.SummaryErr
}

// Next returns the head of the queue.
func (s *Study) Next(_ context.Context, deck string) (*cards.Prompt, error) {
	time.Sleep(s.Slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Decks = append(s.Decks, deck)
	if s.NextErr != nil || len(s.Queue) == 0 {
		return nil, s.NextErr
	}
	p := *s.Queue[0]
	p.Left = cards.Counts{Due: len(s.Queue)}
	return &p, nil
}

// Reread returns the card as the queue has it now.
func (s *Study) Reread(_ context.Context, shown *cards.Prompt, _ string) (*cards.Prompt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.NextErr != nil {
		return nil, s.NextErr
	}
	for _, q := range s.Queue {
		if q.Card.ID == shown.Card.ID {
			p := *q
			p.Left = cards.Counts{Due: len(s.Queue)}
			return &p, nil
		}
	}
	return nil, nil
}

// Pulse returns Beat.
func (s *Study) Pulse(context.Context) (cards.Pulse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Beat, nil
}

// Elsewhere does something in another window.
func (s *Study) Elsewhere(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.Beat.Version++
}

// Rate takes the card from the queue.
func (s *Study) Rate(_ context.Context, shown *cards.Prompt, r cards.Rating, took time.Duration) (cards.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.RateErr != nil {
		return cards.ID{}, s.RateErr
	}
	for i, p := range s.Queue {
		if p.Card.ID == shown.Card.ID && p.Day == shown.Day && p.Memory.Known() == shown.Memory.Known() {
			id := cards.ID{1, byte(len(s.Rated))}
			s.Rated = append(s.Rated, Rated{id, shown.Card.ID, r, took, p})
			s.Queue = slices.Delete(slices.Clone(s.Queue), i, i+1)
			return id, nil
		}
	}
	return cards.ID{}, cards.ErrOutdated
}

// Undo puts the card of an answer back at the head.
func (s *Study) Undo(_ context.Context, id cards.ID) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.UndoErr != nil {
		return "", s.UndoErr
	}
	i := slices.IndexFunc(s.Rated, func(r Rated) bool { return r.ID == id })
	if i < 0 {
		return "", cards.ErrUndone
	}
	last := s.Rated[i]
	s.Rated = slices.Delete(s.Rated, i, i+1)
	s.Queue = append([]*cards.Prompt{last.prompt}, s.Queue...)
	return last.Card, nil
}

// Suspend takes the card out of the queue.
func (s *Study) Suspend(_ context.Context, card string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.Rows {
		if s.Rows[i].Card.ID == card {
			s.Rows[i].Memory.Suspended = on
		}
	}
	if !on {
		for i, p := range s.aside {
			if p.Card.ID == card {
				s.Queue = append([]*cards.Prompt{p}, s.Queue...)
				s.aside = slices.Delete(s.aside, i, i+1)
				break
			}
		}
		return nil
	}
	for _, p := range s.Queue {
		if p.Card.ID == card {
			s.aside = append(s.aside, p)
		}
	}
	s.Suspended = append(s.Suspended, card)
	s.Queue = slices.DeleteFunc(slices.Clone(s.Queue), func(p *cards.Prompt) bool { return p.Card.ID == card })
	return nil
}

// List returns the rows.
func (s *Study) List(context.Context) ([]cards.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.Rows), nil
}

// Stats returns the numbers.
func (s *Study) Stats(context.Context) (cards.Stats, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Numbers, nil
}
