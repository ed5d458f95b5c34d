// Package study serves cards: what is due, what comes next, what an answer
// does. It joins a store, a scheduler and the learner's calendar, and reads
// no clock and no file by itself. The screens and the command line call it.
package study

import (
	"context"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Store keeps cards and the log. cards/sqlite is one. What it returns as
// saved is saved; what it returns an error for has left no trace.
type Store interface {
	Shelf
	Log
	Ledger
}

// Shelf holds the cards and their queue.
type Shelf interface {
	Catalogue(ctx context.Context) (cards.Catalogue, error)
	Fill(ctx context.Context, decks []cards.Deck, fingerprint string, problems int) error
	Queue(ctx context.Context, ask cards.Ask, most int) (cards.Queue, error)
	Counts(ctx context.Context, ask cards.Ask) (cards.Counts, error)
	Card(ctx context.Context, id string) (cards.Row, error)
	Rows(ctx context.Context) ([]cards.Row, error)
	Leeches(ctx context.Context, most int) ([]cards.Row, error)
	Recent(ctx context.Context, most int) ([]cards.Slot, error)
}

// Log takes down what happens. Each call is one transaction.
type Log interface {
	Answer(ctx context.Context, card string, f func(cards.Memory) (cards.Answer, error)) error
	Undo(ctx context.Context, at time.Time, day int) (string, error)
	Suspend(ctx context.Context, card string, on bool, at time.Time, day int) error
	Urge(ctx context.Context, topics []string, reason string, at time.Time, day int) ([]string, error)
	Rebuild(ctx context.Context, replay func([]cards.Event) (cards.Memory, error)) (cards.Rebuilt, error)
}

// Ledger sums the log up.
type Ledger interface {
	Started(ctx context.Context, before int) (bool, error)
	Holdings(ctx context.Context) (cards.Holdings, error)
	Dues(ctx context.Context, until time.Time) ([]time.Time, error)
	Tallies(ctx context.Context, first, last int) ([]cards.Tally, error)
	TagTallies(ctx context.Context, first, last int) ([]cards.Tally, error)
}

// Decks is where cards are written. Fingerprint is cheap and changes when
// Load would give something else.
type Decks interface {
	Fingerprint() string
	// Load returns the good cards and the number of those that are lost.
	Load() ([]cards.Deck, int)
}

// Limits of a day. Cards made due by a lab are not held back by them.
type Limits struct {
	New     int // cards never seen before
	Reviews int
}

// DefaultLimits are those of a learner who set none.
func DefaultLimits() Limits { return Limits{New: 20, Reviews: 200} }

// Config is what a Service is made of.
type Config struct {
	Store     Store
	Scheduler cards.Scheduler
	Decks     Decks
	Now       func() time.Time
	Calendar  cards.Calendar
	Limits    Limits
}

// Service is safe for concurrent use, beside other programs on the same
// store too.
type Service struct {
	Config
}

// Open takes over the decks if they changed since the last time.
func Open(ctx context.Context, c Config) (*Service, error) {
	s := &Service{Config: c}
	fingerprint := c.Decks.Fingerprint()
	have, err := c.Store.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if have.Fingerprint == fingerprint {
		return s, nil
	}
	decks, lost := c.Decks.Load()
	if err := c.Store.Fill(ctx, decks, fingerprint, lost); err != nil {
		return nil, err
	}
	return s, nil
}

// now is the moment and its day, as exact as it is stored.
func (s *Service) now() (time.Time, int) {
	t := s.Now().UTC().Truncate(time.Millisecond)
	return t, s.Calendar.Day(t)
}

// learnAhead is how far ahead of its time a learning step is served when
// nothing else is left, so that a session can be ended.
const learnAhead = 20 * time.Minute

// ask says what may still be served today.
func (s *Service) ask(ctx context.Context, deck string) (cards.Ask, cards.Tally, error) {
	now, day := s.now()
	done, err := s.Store.Tallies(ctx, day, day)
	if err != nil {
		return cards.Ask{}, cards.Tally{}, err
	}
	var today cards.Tally
	for _, t := range done {
		today = today.Add(t)
	}
	return cards.Ask{
		Now: now, Ahead: now.Add(learnAhead), Deck: deck,
		New: max(0, s.Limits.New-today.New), Due: max(0, s.Limits.Reviews-today.Reviews),
	}, today, nil
}

// maxTook is the longest an answer counts: after it the learner was away.
const maxTook = 2 * time.Minute

// Rate stores an answer before it returns. On an error nothing was stored
// and the same call may be made again.
func (s *Service) Rate(ctx context.Context, card string, r cards.Rating, took time.Duration) error {
	now, day := s.now()
	took = min(max(took, 0), maxTook)
	return s.Store.Answer(ctx, card, func(m cards.Memory) (cards.Answer, error) {
		after, err := s.Scheduler.Next(m, r, now)
		if err != nil {
			return cards.Answer{}, err
		}
		return cards.Answer{
			Card: card, At: now, Day: day, Rating: r, Took: took,
			Before: m, After: after, Algorithm: s.Scheduler.Algorithm(),
		}, nil
	})
}

// Undo takes the last answer back exactly and returns its card's id.
func (s *Service) Undo(ctx context.Context) (string, error) {
	now, day := s.now()
	return s.Store.Undo(ctx, now, day)
}

// Suspend takes a card out of the queue, or puts it back.
func (s *Service) Suspend(ctx context.Context, card string, on bool) error {
	now, day := s.now()
	return s.Store.Suspend(ctx, card, on, now, day)
}

// MakeDue makes the cards of some topics (card ids or tags) due now and
// returns their ids. Nothing is recorded about the learner's memory; the
// reason is shown with each card: "wrong in lab H1".
func (s *Service) MakeDue(ctx context.Context, topics []string, reason string) ([]string, error) {
	now, day := s.now()
	if reason == "" {
		reason = "made due"
	}
	return s.Store.Urge(ctx, topics, cards.Clean(reason), now, day)
}

// Rebuild makes everything that is derived from the log anew.
func (s *Service) Rebuild(ctx context.Context) (cards.Rebuilt, error) {
	return s.Store.Rebuild(ctx, func(events []cards.Event) (cards.Memory, error) {
		return cards.Replay(s.Scheduler, events)
	})
}

// List returns all cards with where they stand.
func (s *Service) List(ctx context.Context) ([]cards.Row, error) { return s.Store.Rows(ctx) }

// Card returns one card, or cards.ErrNoCard.
func (s *Service) Card(ctx context.Context, id string) (cards.Row, error) {
	return s.Store.Card(ctx, id)
}
