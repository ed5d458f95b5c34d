package fsrs

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gatedrill/gatedrill/cards"
)

// Decks is FSRS-6 with a wanted rate of recall for each deck that has one of
// its own. It is safe for concurrent use.
type Decks struct {
	common *Scheduler
	own    map[string]*Scheduler
	deck   func(card string) (string, error)
}

var _ cards.Scheduler = (*Decks)(nil)

// NewDecks validates the parameters. Deck tells in which deck a card is; it is
// asked only where some deck has a rate of its own.
func NewDecks(c Config, retention map[string]float64, deck func(card string) (string, error)) (*Decks, error) {
	common, err := New(c)
	if err != nil {
		return nil, err
	}
	d := &Decks{common: common, own: map[string]*Scheduler{}, deck: deck}
	for _, name := range slices.Sorted(maps.Keys(retention)) {
		own := c
		if own.Retention = retention[name]; own.Retention == 0 {
			return nil, fmt.Errorf("fsrs parameters of deck %q: retention 0 is not within 0.7 … 0.99", name)
		}
		if d.own[name], err = New(own); err != nil {
			return nil, fmt.Errorf("deck %q: %w", name, err)
		}
	}
	return d, nil
}

// With schedules by other parameters; the cards are in the same decks.
func (d *Decks) With(c Config, retention map[string]float64) (*Decks, error) {
	return NewDecks(c, retention, d.deck)
}

// Once is the same for one piece of work, in which each card is asked for its
// deck once: there may be a million answers.
func (d *Decks) Once() *Decks {
	var known sync.Map // card to deck
	once := *d
	once.deck = func(card string) (string, error) {
		if name, ok := known.Load(card); ok {
			return name.(string), nil
		}
		name, err := d.deck(card)
		if err == nil {
			known.Store(card, name)
		}
		return name, err
	}
	return &once
}

// of is the scheduler of a card.
func (d *Decks) of(card string) (*Scheduler, error) {
	if len(d.own) == 0 {
		return d.common, nil
	}
	deck, err := d.deck(card)
	if err != nil {
		return nil, fmt.Errorf("schedule card %q: %w", card, err)
	}
	if s, ok := d.own[deck]; ok {
		return s, nil
	}
	return d.common, nil
}

// Algorithm names the parameters of a card, those of most cards if its deck is
// not known.
func (d *Decks) Algorithm(card string) string {
	s, err := d.of(card)
	if err != nil {
		s = d.common
	}
	return s.Algorithm(card)
}

// Preview says what each rating would do now.
func (d *Decks) Preview(card string, m cards.Memory, now cards.Moment) ([4]cards.Choice, error) {
	s, err := d.of(card)
	if err != nil {
		return [4]cards.Choice{}, err
	}
	return s.Preview(card, m, now)
}

// Next applies one rating.
func (d *Decks) Next(card string, m cards.Memory, r cards.Rating, now cards.Moment) (cards.Memory, error) {
	s, err := d.of(card)
	if err != nil {
		return cards.Memory{}, err
	}
	return s.Next(card, m, r, now)
}

// Retention is the wanted rate of recall of a deck, of most for "".
func (d *Decks) Retention(deck string) float64 {
	if s, ok := d.own[deck]; ok {
		return s.retention
	}
	return d.common.retention
}

// Aims are the lowest and the highest wanted rate of recall.
func (d *Decks) Aims() (least, most float64) {
	least, most = d.common.retention, d.common.retention
	for _, s := range d.own {
		least, most = min(least, s.retention), max(most, s.retention)
	}
	return least, most
}

// Own names the decks with a rate of their own.
func (d *Decks) Own() []string { return slices.Sorted(maps.Keys(d.own)) }
