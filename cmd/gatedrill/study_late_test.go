package main

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/study"
)

// countedDecks count how often they are looked at and read.
type countedDecks struct{ looked, read atomic.Int32 }

func (d *countedDecks) Fingerprint() string {
	d.looked.Add(1)
	return "one"
}

func (d *countedDecks) Load() ([]cards.Deck, int) {
	d.read.Add(1)
	return []cards.Deck{{Name: "tls", Cards: []cards.Card{{ID: "a", Deck: "tls", Front: "q", Back: "a", File: "tls.md", Line: 1}}}}, 0
}

func TestDecksAreTakenOverWhenCardsAreAskedFor(t *testing.T) {
	t.Parallel()
	config := emptyCards(t)
	decks := &countedDecks{}
	config.Decks = decks
	l := &lateStudy{config: config}
	if n := decks.looked.Load(); n != 0 {
		t.Fatalf("decks were looked at %d times before anything was asked", n)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Summary(gone); err == nil {
		t.Error("a cancelled opening succeeded")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			sum, err := l.Summary(t.Context())
			if err != nil || sum.Total != 1 {
				t.Errorf("after an opening that failed: %+v, %v; want 1 card", sum, err)
			}
		})
	}
	wg.Wait()
	if n := decks.read.Load(); n != 1 {
		t.Errorf("decks were read %d times, want once", n)
	}
}

// emptyCards is an empty database of cards, with no decks.
func emptyCards(t *testing.T) study.Config {
	t.Helper()
	calendar := cards.Calendar{Rollover: 4}
	scheduler, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "cards.db"), sqlite.Config{Random: rand.Reader, Calendar: calendar})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return study.Config{Store: db, Scheduler: study.Always(scheduler), Now: time.Now}
}
