package main

import (
	"context"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui"
)

// lateStudy takes the decks over when a screen first asks for cards. Reading
// large decks that changed takes seconds, and the first frame waits for
// nothing.
type lateStudy struct {
	config study.Config

	mu      sync.Mutex
	service *study.Service // nil until opened; an error is tried again
}

var _ tui.Study = (*lateStudy)(nil)

func (l *lateStudy) open(ctx context.Context) (*study.Service, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.service != nil {
		return l.service, nil
	}
	s, err := study.Open(ctx, l.config)
	if err != nil {
		return nil, err
	}
	l.service = s
	return s, nil
}

// opened asks the service, once it is open.
func opened[T any](ctx context.Context, l *lateStudy, ask func(*study.Service) (T, error)) (T, error) {
	s, err := l.open(ctx)
	if err != nil {
		var none T
		return none, err
	}
	return ask(s)
}

func (l *lateStudy) Summary(ctx context.Context) (cards.Summary, error) {
	return opened(ctx, l, func(s *study.Service) (cards.Summary, error) { return s.Summary(ctx) })
}

func (l *lateStudy) Next(ctx context.Context, deck string) (*cards.Prompt, error) {
	return opened(ctx, l, func(s *study.Service) (*cards.Prompt, error) { return s.Next(ctx, deck) })
}

func (l *lateStudy) Reread(ctx context.Context, shown *cards.Prompt, deck string) (*cards.Prompt, error) {
	return opened(ctx, l, func(s *study.Service) (*cards.Prompt, error) { return s.Reread(ctx, shown, deck) })
}

func (l *lateStudy) Rate(ctx context.Context, shown *cards.Prompt, r cards.Rating, took time.Duration) (cards.ID, error) {
	return opened(ctx, l, func(s *study.Service) (cards.ID, error) { return s.Rate(ctx, shown, r, took) })
}

func (l *lateStudy) Undo(ctx context.Context, answer cards.ID) (string, error) {
	return opened(ctx, l, func(s *study.Service) (string, error) { return s.Undo(ctx, answer) })
}

func (l *lateStudy) Pulse(ctx context.Context) (cards.Pulse, error) {
	return opened(ctx, l, func(s *study.Service) (cards.Pulse, error) { return s.Pulse(ctx) })
}

func (l *lateStudy) List(ctx context.Context) ([]cards.Row, error) {
	return opened(ctx, l, func(s *study.Service) ([]cards.Row, error) { return s.List(ctx) })
}

func (l *lateStudy) Stats(ctx context.Context) (cards.Stats, error) {
	return opened(ctx, l, func(s *study.Service) (cards.Stats, error) { return s.Stats(ctx) })
}

// Urge makes the cards of some topics wait to be answered now, and returns
// their ids.
func (l *lateStudy) Urge(ctx context.Context, topics []string, by string) ([]string, error) {
	return opened(ctx, l, func(s *study.Service) ([]string, error) { return s.Urge(ctx, topics, by) })
}

func (l *lateStudy) Act(ctx context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error) {
	return opened(ctx, l, func(s *study.Service) ([]cards.ID, error) { return s.Act(ctx, kind, ids...) })
}

func (l *lateStudy) Look(ctx context.Context, card string) (*cards.Prompt, error) {
	return opened(ctx, l, func(s *study.Service) (*cards.Prompt, error) { return s.Look(ctx, card) })
}

func (l *lateStudy) Cram(ctx context.Context, filter string) ([]string, error) {
	return opened(ctx, l, func(s *study.Service) ([]string, error) { return s.Cram(ctx, filter) })
}

// Filter needs no open service.
func (l *lateStudy) Filter(text string) (func(cards.Row) bool, error) {
	return (&study.Service{}).Filter(text)
}

func (l *lateStudy) More(ctx context.Context, deck string, n int) error {
	s, err := l.open(ctx)
	if err != nil {
		return err
	}
	return s.More(ctx, deck, n)
}
