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
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/cmd/internal/terminal"
)

// What stands on the screen once a card is on it.
const firstCard = "What is asked here"

// measureReview opens the program in a review, and answers cards by the
// service that the screens use: each answer is on disk before the next card is
// read.
func measureReview(ctx context.Context, b *bench) ([]row, error) {
	home, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := b.openReview(ctx, home); err != nil { // brings the files into memory
		return nil, err
	}
	var opened []time.Duration
	for range b.runs {
		took, err := b.openReview(ctx, home)
		if err != nil {
			return nil, err
		}
		opened = append(opened, took)
	}
	graded, err := b.grade(ctx, home)
	if err != nil {
		return nil, err
	}
	const first, next = 100 * time.Millisecond, 16 * time.Millisecond
	answered := timed("grade, saved, to the next card", next, graded)
	answered.Far = true
	return []row{timed(fmt.Sprintf("process start to the first card, %d cards, %d answers", b.cards, b.cards*b.answers), first, opened), answered}, nil
}

// openReview starts the program in a review, sees a card, and ends it.
func (b *bench) openReview(ctx context.Context, home string) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := b.command(ctx, home, "review")
	began := time.Now()
	screen, err := terminal.Start(cmd, 80, 24)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, screen.Close()) }()
	if err := screen.WaitFor(ctx, firstCard); err != nil {
		return 0, err
	}
	took = time.Since(began)
	if err := screen.Type("q"); err != nil {
		return 0, err
	}
	return took, screen.Wait(ctx)
}

// grade answers cards, all of them good.
func (b *bench) grade(ctx context.Context, home string) (took []time.Duration, err error) {
	db, err := sqlite.Open(ctx, filepath.Join(home, "cards.db"), sqlite.Config{Random: rand.Reader, Calendar: calendar()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	scheduler, err := fsrs.New(fsrs.Config{})
	if err != nil {
		return nil, err
	}
	s := &study.Service{Config: study.Config{Store: db, Scheduler: study.Always(scheduler), Now: time.Now, Zone: time.Local}}
	p, err := s.Next(ctx, "")
	const answers = 300
	for range answers {
		if err != nil {
			return nil, err
		}
		if p == nil {
			return nil, errors.New("the review ended too early")
		}
		began := time.Now()
		if _, err = s.Rate(ctx, p, cards.Good, time.Second); err == nil {
			p, err = s.Next(ctx, "")
		}
		took = append(took, time.Since(began))
	}
	return took, err
}
