//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/optimize"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/sqlite/sqlitetest"
	"github.com/gatedrill/gatedrill/cards/study"
)

// noDecks are decks that did not change.
type noDecks struct{}

func (noDecks) Fingerprint() string { return "bench" }

func (noDecks) Load() ([]cards.Deck, int) { return nil, 0 }

// lived opens a database of so many cards with ten answers each.
func (b *bench) lived(ctx context.Context, n int) (s *study.Service, closeStore func() error, err error) {
	now := time.Now()
	path := filepath.Join(b.dir, fmt.Sprintf("lived-%d.db", n))
	fmt.Fprintf(b.log, "  fill a database with %d cards and %d answers\n", n, 10*n)
	db, err := sqlite.Open(ctx, path, sqlite.Config{Random: rand.Reader, Calendar: calendar()})
	if err != nil {
		return nil, nil, err
	}
	deck := cards.Deck{Name: "bench"}
	for i := range n {
		deck.Cards = append(deck.Cards, cards.Card{
			ID: fmt.Sprintf("bench-%d", i), Deck: "bench", Front: fmt.Sprintf("What is asked here, number %d?", i), Back: "The answer to it.",
			Tags: []string{fmt.Sprintf("topic-%d", i%50), "layer:" + cards.Layers()[i%len(cards.Layers())]},
		})
	}
	if err = db.Fill(ctx, []cards.Deck{deck}, cards.NewTurns, noDecks{}.Fingerprint()+" "+string(cards.NewTurns), 0); err == nil {
		err = sqlitetest.GiveLife(ctx, path, now, calendar().Day(now))
	}
	scheduler, wrong := fsrs.New(fsrs.Config{})
	if err = errors.Join(err, wrong); err == nil {
		s, err = study.Open(ctx, study.Config{
			Store: db, Scheduler: study.Always(scheduler), Decks: noDecks{}, Now: time.Now, Zone: time.Local,
		})
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, db.Close, nil
}

// measureStats asks for what the statistics screen shows.
func measureStats(ctx context.Context, b *bench) (rows []row, err error) {
	s, closeStore, err := b.lived(ctx, b.cards)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	var samples []time.Duration
	for range b.runs {
		began := time.Now()
		st, err := s.Stats(ctx)
		if err != nil {
			return nil, err
		}
		samples = append(samples, time.Since(began))
		if st.Reviews != 10*b.cards || st.Retention.Ever.Reviews == 0 {
			return nil, fmt.Errorf("the statistics tell of %d answers, want %d", st.Reviews, 10*b.cards)
		}
	}
	return []row{timed(fmt.Sprintf("statistics over %d reviews", 10*b.cards), 300*time.Millisecond, samples)}, nil
}

// measureOptimize reads a log and fits it.
func measureOptimize(ctx context.Context, b *bench) (rows []row, err error) {
	const cardCount, most = 11_111, 5 // of runs
	s, closeStore, err := b.lived(ctx, cardCount)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	var samples []time.Duration
	for range min(b.runs, most) {
		began := time.Now()
		log, err := s.Evidence(ctx)
		if err != nil {
			return nil, err
		}
		f, err := optimize.Fit(ctx, log, optimize.Config{Relearning: 1})
		if err != nil {
			return nil, err
		}
		samples = append(samples, time.Since(began))
		if f.Extent != optimize.All || f.Reviews < 9*cardCount*9/10 {
			return nil, fmt.Errorf("of %d reviews %d were fitted", log.Reviews(), f.Reviews)
		}
	}
	return []row{timed("optimizer over 100 000 reviews, its reading included", 10*time.Second, samples)}, nil
}
