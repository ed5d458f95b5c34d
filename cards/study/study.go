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
	Past
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
	Answer(ctx context.Context, card string, f func(cards.Memory) (cards.Answer, error)) (cards.ID, error)
	Undo(ctx context.Context, id cards.ID, now cards.Moment, replay cards.Replayer) (string, error)
	Suspend(ctx context.Context, card string, on bool, now cards.Moment) error
	Urge(ctx context.Context, topics []string, reason string, now cards.Moment) ([]string, error)
	Answers(ctx context.Context, card string, most int) ([]cards.Given, error)
	FindAnswer(ctx context.Context, ending string) (cards.ID, error)
	Rebuild(ctx context.Context, replay cards.Replayer) (cards.Rebuilt, error)
	Merge(ctx context.Context, file string, replay cards.Replayer) (cards.Merged, error)
	Add(ctx context.Context, lines []cards.Event, replay cards.Replayer, progress func(done, total int)) (cards.Merged, error)
	// Version changes with each thing that any program stored.
	Version(ctx context.Context) (int64, error)
}

// Ledger sums the log up.
type Ledger interface {
	Started(ctx context.Context, before int) (bool, error)
	Holdings(ctx context.Context) (cards.Holdings, error)
	Dues(ctx context.Context, until int) (cards.Dues, error)
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

func (s *Service) now() cards.Moment { return s.Calendar.Moment(s.Now()) }

// learnAhead is how far ahead of its time a learning step is served when
// nothing else is left, so that a session can be ended.
const learnAhead = 20 * time.Minute

// ask says what may still be served today.
func (s *Service) ask(ctx context.Context, deck string) (cards.Ask, cards.Tally, error) {
	now := s.now()
	done, err := s.Store.Tallies(ctx, now.Day, now.Day)
	if err != nil {
		return cards.Ask{}, cards.Tally{}, err
	}
	var today cards.Tally
	for _, t := range done {
		today = today.Add(t)
	}
	return cards.Ask{
		Now: now, Ahead: now.At.Add(learnAhead), Deck: deck,
		New: max(0, s.Limits.New-today.New), Due: max(0, s.Limits.Reviews-today.Reviews),
	}, today, nil
}

// Suspend takes a card out of the queue, or puts it back.
func (s *Service) Suspend(ctx context.Context, card string, on bool) error {
	return s.Store.Suspend(ctx, card, on, s.now())
}

// MakeDue makes the cards of some topics (card ids or tags) due now and
// returns their ids. Nothing is recorded about the learner's memory; the
// reason is shown with each card: "wrong in lab H1".
func (s *Service) MakeDue(ctx context.Context, topics []string, reason string) ([]string, error) {
	if reason == "" {
		reason = "made due"
	}
	return s.Store.Urge(ctx, topics, cards.Clean(reason), s.now())
}

// Rebuild makes everything that is derived from the log anew. Answers keep
// what they promised, unless they are to be scheduled anew by the parameters
// of now: then the log takes down that they were.
func (s *Service) Rebuild(ctx context.Context, anew bool) (cards.Rebuilt, error) {
	if anew {
		return s.Store.Reschedule(ctx, s.now(), func(events []cards.Event) (cards.Memory, error) {
			return cards.Reschedule(s.Scheduler, events)
		}, s.Scheduler.Algorithm)
	}
	return s.Store.Rebuild(ctx, s.replay)
}

// Merge takes over what the log in another database has and this one has not,
// and replays both as one. The other file is only read.
func (s *Service) Merge(ctx context.Context, file string) (cards.Merged, error) {
	return s.Store.Merge(ctx, file, s.replay)
}

func (s *Service) replay(events []cards.Event) (cards.Memory, error) {
	return cards.Replay(s.Scheduler, events)
}

// Pulse tells whether anything changed since it was last asked.
func (s *Service) Pulse(ctx context.Context) (cards.Pulse, error) {
	v, err := s.Store.Version(ctx)
	return cards.Pulse{Day: s.now().Day, Version: v}, err
}

// List returns all cards with where they stand.
func (s *Service) List(ctx context.Context) ([]cards.Row, error) {
	rows, err := s.Store.Rows(ctx)
	today := s.now().Day
	for i := range rows {
		rows[i].In = rows[i].Memory.DueOn(s.Calendar) - today
	}
	return rows, err
}

// Card returns one card, or cards.ErrNoCard.
func (s *Service) Card(ctx context.Context, id string) (cards.Row, error) {
	row, err := s.Store.Card(ctx, id)
	row.In = row.Memory.DueOn(s.Calendar) - s.now().Day
	return row, err
}
