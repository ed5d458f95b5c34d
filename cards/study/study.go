// Package study serves cards: what is due, what comes next, what an answer
// does. It joins a store, a scheduler and the learner's calendar, and reads
// no clock and no file by itself. The screens and the command line call it.
package study

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Store keeps cards and the log. cards/sqlite is one. What it returns as
// saved is saved; what it returns an error for has left no trace.
type Store interface {
	Shelf
	Log
	Ledger
	Settings(ctx context.Context) ([]cards.Setting, error)
	Set(ctx context.Context, settings []cards.Setting, today int) error
	Past
}

// Shelf holds the cards and their queue.
type Shelf interface {
	Catalogue(ctx context.Context) (cards.Catalogue, error)
	Fill(ctx context.Context, decks []cards.Deck, order cards.NewOrder, fingerprint string, problems int) error
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
	Act(ctx context.Context, kind cards.Kind, ids []string, now cards.Moment) ([]cards.ID, error)
	Urge(ctx context.Context, topics []string, by string, now cards.Moment) ([]string, error)
	Answers(ctx context.Context, card string, most int) ([]cards.Given, error)
	FindAnswer(ctx context.Context, ending string) (cards.ID, error)
	Rebuild(ctx context.Context, replay cards.Replayer) (cards.Rebuilt, error)
	Merge(ctx context.Context, file string, replay cards.Replayer) (cards.Merged, error)
	Add(ctx context.Context, lines cards.LogLines, replay cards.Replayer, progress func(done int)) (cards.Merged, error)
	// Version changes with each thing that any program stored.
	Version(ctx context.Context) (int64, error)
}

// Ledger sums the log up.
type Ledger interface {
	Started(ctx context.Context, before int) (bool, error)
	Holdings(ctx context.Context) (cards.Holdings, error)
	Dues(ctx context.Context, until int) (cards.Dues, error)
	Done(ctx context.Context, now cards.Moment) (map[string]cards.Room, error)
	Tallies(ctx context.Context, first, last int) ([]cards.Tally, error)
	TagTallies(ctx context.Context, first, last int) ([]cards.Tally, error)
	Outcomes(ctx context.Context, first, most int) ([]cards.Outcome, error)
}

// Decks is where cards are written. Fingerprint is cheap and changes when
// Load would give something else.
type Decks interface {
	Fingerprint() string
	// Load returns the good cards and the number of those that are lost.
	Load() ([]cards.Deck, int)
}

// Config is what a Service is made of.
type Config struct {
	Store Store
	// Scheduler gives the one that holds now. It is asked for each thing that is
	// done: another window may have set other parameters.
	Scheduler func() (cards.Scheduler, error)
	Decks     Decks
	Now       func() time.Time
	Zone      *time.Location // the learner's; nil is UTC
}

// Service is safe for concurrent use, beside other programs on the same
// store too.
type Service struct {
	Config
	seen atomic.Pointer[string] // fingerprint of the decks when they were last taken over
}

// Always is a scheduler that stays the same.
func Always(s cards.Scheduler) func() (cards.Scheduler, error) {
	return func() (cards.Scheduler, error) { return s, nil }
}

// Open takes over the decks if they, or the order of their new cards, changed
// since the last time.
func Open(ctx context.Context, c Config) (*Service, error) {
	s := &Service{Config: c}
	return s, s.Refresh(ctx)
}

// Refresh takes the decks over if they changed since the last time, so that
// learners see what they write. It is cheap where nothing changed.
func (s *Service) Refresh(ctx context.Context) error {
	t, err := s.today(ctx)
	if err != nil {
		return err
	}
	files := s.Decks.Fingerprint()
	fingerprint := files + " " + string(t.settings.NewOrder)
	have, err := s.Store.Catalogue(ctx)
	if err != nil {
		return err
	}
	if have.Fingerprint != fingerprint {
		decks, lost := s.Decks.Load()
		err = s.Store.Fill(ctx, decks, t.settings.NewOrder, fingerprint, lost)
	}
	if err == nil {
		s.seen.Store(&files)
	}
	return err
}

// ask says what may still be served today.
func (s *Service) ask(ctx context.Context, deck string) (cards.Ask, today, cards.Tally, error) {
	var done cards.Tally
	t, err := s.today(ctx)
	if err != nil {
		return cards.Ask{}, t, done, err
	}
	tallies, err := s.Store.Tallies(ctx, t.now.Day, t.now.Day)
	if err != nil {
		return cards.Ask{}, t, done, err
	}
	for _, sum := range tallies {
		done = done.Add(sum)
	}
	ask := cards.Ask{
		Now: t.now, Ahead: t.now.At.Add(t.settings.LearnAhead), Deck: deck, Order: t.settings.ReviewOrder,
		Room: left(t.settings.Room, cards.Room{New: done.New, Reviews: done.Reviews}),
	}
	if len(t.settings.Decks) > 0 {
		byDeck, err := s.Store.Done(ctx, t.now)
		if err != nil {
			return ask, t, done, err
		}
		ask.Decks = map[string]cards.Room{}
		for name, most := range t.settings.Decks {
			ask.Decks[name] = left(most.Within(t.settings.Room), byDeck[name])
		}
	}
	return ask, t, done, nil
}

func left(most, done cards.Room) cards.Room {
	return cards.Room{New: max(0, most.New-done.New), Reviews: max(0, most.Reviews-done.Reviews)}
}

// Act does something to cards (cards.Actions), all or none of them, and
// returns the names by which it is taken back. Cards for which it changes
// nothing have none.
func (s *Service) Act(ctx context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	return s.Store.Act(ctx, kind, ids, t.now)
}

// Urge makes the cards of some topics (card ids or tags) wait to be answered
// now, and returns their ids. Nothing is recorded about the learner's memory;
// what urges them is shown with each card: "wrong in lab H1".
func (s *Service) Urge(ctx context.Context, topics []string, by string) ([]string, error) {
	if by == "" {
		by = "urged"
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	return s.Store.Urge(ctx, topics, cards.Clean(by), t.now)
}

// Rebuild makes everything that is derived from the log anew. Answers keep
// what they promised, unless they are to be scheduled anew by the parameters
// of now: then the log takes down that they were.
func (s *Service) Rebuild(ctx context.Context, anew bool) (cards.Rebuilt, error) {
	with, err := s.Scheduler()
	if err != nil {
		return cards.Rebuilt{}, err
	}
	if !anew {
		return s.Store.Rebuild(ctx, replayer(with))
	}
	t, err := s.today(ctx)
	if err != nil {
		return cards.Rebuilt{}, err
	}
	return s.Store.Reschedule(ctx, t.now, func(events []cards.Event) (cards.Memory, error) {
		return cards.Reschedule(with, events)
	}, with.Algorithm)
}

// Merge takes over what the log in another database has and this one has not,
// and replays both as one. The other file is only read.
func (s *Service) Merge(ctx context.Context, file string) (cards.Merged, error) {
	with, err := s.Scheduler()
	if err != nil {
		return cards.Merged{}, err
	}
	return s.Store.Merge(ctx, file, replayer(with))
}

func replayer(with cards.Scheduler) cards.Replayer {
	return func(events []cards.Event) (cards.Memory, error) { return cards.Replay(with, events) }
}

// Pulse tells whether anything changed since it was last asked, decks
// included: they are taken over as soon as they are written. Those that only
// another program has, such as a newer one beside this, are left to it: else
// the two would take turns each second.
func (s *Service) Pulse(ctx context.Context) (cards.Pulse, error) {
	if seen := s.seen.Load(); seen == nil || *seen != s.Decks.Fingerprint() {
		if err := s.Refresh(ctx); err != nil {
			return cards.Pulse{}, err
		}
	}
	v, err := s.Store.Version(ctx)
	if err != nil {
		return cards.Pulse{}, err
	}
	t, err := s.today(ctx)
	return cards.Pulse{Day: t.now.Day, Version: v}, err
}

// List returns all cards with where they stand.
func (s *Service) List(ctx context.Context) ([]cards.Row, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Rows(ctx)
	for i := range rows {
		t.place(&rows[i])
	}
	return rows, err
}

// Card returns one card, or cards.ErrNoCard.
func (s *Service) Card(ctx context.Context, id string) (cards.Row, error) {
	t, err := s.today(ctx)
	if err != nil {
		return cards.Row{}, err
	}
	row, err := s.Store.Card(ctx, id)
	t.place(&row)
	return row, err
}

// place says where a card stands today.
func (t today) place(r *cards.Row) {
	r.Day = t.now.Day
	r.In = r.Memory.DueOn(t.calendar) - r.Day
	r.Due = (r.Memory.State != cards.New || r.Memory.UrgedBy != "") && r.Waits(t.now.At.Add(t.settings.LearnAhead), r.Day)
}
