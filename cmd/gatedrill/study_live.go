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
// it while this one is open. The file is looked at for each thing that is done,
// and read when it is another one.
type liveScheduler struct {
	env    *env
	deckOf func(context.Context, string) (string, error)

	mu   sync.Mutex
	seen stamp
	last *fsrs.Decks
}

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
	if err != nil || l.last != nil && v == l.seen {
		return l.last, err
	}
	m, err := l.env.memory()
	if err != nil {
		return nil, err
	}
	d, err := m.scheduler(l.deckOf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.env.memoryFile(), err)
	}
	l.seen, l.last = v, d
	return d, nil
}

// now is the scheduler of one piece of work, during which a file that changes
// is not looked at.
func (l *liveScheduler) now() (cards.Scheduler, error) {
	d, err := l.decks()
	if err != nil {
		return nil, err
	}
	return d.Once(), nil
}
