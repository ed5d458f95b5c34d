package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
)

// liveScheduler schedules by memory.json as it is: another window may change
// it while this one is open. The file is looked at each time, and read when it
// is another one.
type liveScheduler struct {
	env    *env
	deckOf func(context.Context, string) (string, error)

	mu   sync.Mutex
	seen stamp
	now  *fsrs.Decks
}

var _ cards.Scheduler = (*liveScheduler)(nil)

// stamp tells a file from the one that it replaced; the zero value is none.
type stamp struct {
	at   time.Time
	size int64
}

func stampOf(file string) (stamp, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, nil
	}
	if err != nil {
		return stamp{}, fmt.Errorf("read how cards are scheduled: %w", err)
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// decks are the parameters that hold now.
func (l *liveScheduler) decks() (*fsrs.Decks, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, err := stampOf(l.env.memoryFile())
	if err != nil || l.now != nil && v == l.seen {
		return l.now, err
	}
	m, err := l.env.memory()
	if err != nil {
		return nil, err
	}
	d, err := m.scheduler(l.deckOf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.env.memoryFile(), err)
	}
	l.seen, l.now = v, d
	return d, nil
}

// Algorithm names the parameters of a card; "" if they cannot be read, which
// the other methods tell.
func (l *liveScheduler) Algorithm(card string) string {
	d, err := l.decks()
	if err != nil {
		return ""
	}
	return d.Algorithm(card)
}

// Preview says what each rating would do now.
func (l *liveScheduler) Preview(card string, m cards.Memory, now cards.Moment) ([4]cards.Choice, error) {
	d, err := l.decks()
	if err != nil {
		return [4]cards.Choice{}, err
	}
	return d.Preview(card, m, now)
}

// Next applies one rating.
func (l *liveScheduler) Next(card string, m cards.Memory, r cards.Rating, now cards.Moment) (cards.Memory, error) {
	d, err := l.decks()
	if err != nil {
		return cards.Memory{}, err
	}
	return d.Next(card, m, r, now)
}

// Aims are the lowest and the highest wanted rate of recall, 0 if they cannot
// be read.
func (l *liveScheduler) Aims() (least, most float64) {
	d, err := l.decks()
	if err != nil {
		return 0, 0
	}
	return d.Aims()
}
