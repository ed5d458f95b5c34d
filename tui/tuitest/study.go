package tuitest

import (
	"context"
	"errors"
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

	Rated     []Rated
	aside     []*cards.Prompt // suspended, to be woken again
	Suspended []string
	Decks     []string // asked of Next
}

// Rated is one stored answer.
type Rated struct {
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

// Rate takes the card from the queue.
func (s *Study) Rate(_ context.Context, card string, r cards.Rating, took time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.RateErr != nil {
		return s.RateErr
	}
	for i, p := range s.Queue {
		if p.Card.ID == card {
			s.Rated = append(s.Rated, Rated{card, r, took, p})
			s.Queue = slices.Delete(slices.Clone(s.Queue), i, i+1)
			return nil
		}
	}
	return errors.New("no such card: " + card)
}

// Undo puts the card answered last back at the head.
func (s *Study) Undo(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.UndoErr != nil || len(s.Rated) == 0 {
		return "", errors.Join(s.UndoErr, errors.New("nothing to undo"))
	}
	last := s.Rated[len(s.Rated)-1]
	s.Rated = s.Rated[:len(s.Rated)-1]
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
func (s *Study) Stats(context.Context) (cards.Stats, error) { return s.Numbers, nil }
