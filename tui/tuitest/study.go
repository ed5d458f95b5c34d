package tuitest

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	ActErr     error
	Slow       time.Duration // how long Next takes

	Beat cards.Pulse // to be counted up when another window did something

	Rated   []Rated
	Acted   []Acted
	Allowed int      // more new cards
	Decks   []string // asked of Next
}

// Acted is something that was done to a card.
type Acted struct {
	ID    cards.ID
	Kind  cards.Kind
	Card  string
	rows  []cards.Row     // as they were before
	queue []*cards.Prompt // as it was before
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
	if i := slices.IndexFunc(s.Acted, func(a Acted) bool { return a.ID == id }); i >= 0 {
		a := s.Acted[i]
		s.Acted = slices.Delete(s.Acted, i, i+1)
		s.Rows, s.Queue = a.rows, a.queue
		return a.Card, nil
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

// Act does something to cards: to the rows, and what hides them to the queue.
func (s *Study) Act(_ context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ActErr != nil {
		return nil, s.ActErr
	}
	var out []cards.ID
	for _, card := range ids {
		id := cards.ID{2, byte(len(s.Acted))}
		a := Acted{ID: id, Kind: kind, Card: card, rows: slices.Clone(s.Rows), queue: s.Queue}
		for i := range s.Rows {
			if s.Rows[i].Card.ID == card {
				s.Rows[i].Memory, _ = s.Rows[i].Memory.Act(kind, cards.Moment{Day: s.Rows[i].Day})
			}
		}
		if kind == cards.Suspended || kind == cards.Buried {
			s.Queue = slices.DeleteFunc(slices.Clone(s.Queue), func(p *cards.Prompt) bool { return p.Card.ID == card })
		}
		s.Acted = append(s.Acted, a)
		out = append(out, id)
	}
	return out, nil
}

// Cram names the cards of the rows in whose question the filter is.
func (s *Study) Cram(_ context.Context, filter string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	match, err := s.Filter(filter)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range s.Rows {
		if match(r) {
			out = append(out, r.Card.ID)
		}
	}
	return out, nil
}

// Look returns a card of the rows.
func (s *Study) Look(_ context.Context, card string) (*cards.Prompt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.Rows {
		if r.Card.ID == card {
			return &cards.Prompt{Card: r.Card, Memory: r.Memory, Reason: "due"}, nil
		}
	}
	return nil, cards.ErrNoCard
}

// More is taken down.
func (s *Study) More(_ context.Context, _ string, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Allowed += n
	return nil
}

// Filter knows all cards ("id:*"), those of a deck ("deck:tls"), "is:due" and
// texts of questions; what ends in a colon is no filter.
func (s *Study) Filter(text string) (func(cards.Row) bool, error) {
	if strings.HasSuffix(text, ":") {
		return nil, fmt.Errorf("filter %q, column %d: what is looked for is missing", text, len(text)+1)
	}
	return func(r cards.Row) bool {
		for _, word := range strings.Fields(text) {
			deck, byDeck := strings.CutPrefix(word, "deck:")
			switch {
			case word == "id:*", byDeck && r.Card.Deck == deck, word == "is:due" && r.Memory.State == cards.Review && r.In <= 0 && !r.Memory.Suspended:
			case !strings.Contains(strings.ToLower(r.Card.ID+" "+r.Card.Front), strings.ToLower(word)):
				return false
			}
		}
		return true
	}, nil
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
