package fsrs

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/gatedrill/gatedrill/cards"
)

// Own are the parameters that a deck may have for itself. The zero value of a
// field is that of all decks.
type Own struct {
	Retention  float64 `json:"retention,omitzero"`
	Learning   Steps   `json:"learning,omitzero"`
	Relearning Steps   `json:"relearning,omitzero"`
}

// IsZero reports whether the deck has none.
func (o Own) IsZero() bool { return o.Retention == 0 && o.Learning == nil && o.Relearning == nil }

// over are the parameters with those of a deck in their place.
func (o Own) over(c Config) Config {
	if o.Retention != 0 {
		c.Retention = o.Retention
	}
	if o.Learning != nil {
		c.Learning = o.Learning
	}
	if o.Relearning != nil {
		c.Relearning = o.Relearning
	}
	return c
}

// Decks is FSRS-6 with parameters of its own for each deck that has some. It is
// safe for concurrent use.
type Decks struct {
	common *Scheduler
	own    map[string]*Scheduler
	deck   func(card string) (string, error)
}

var _ cards.Scheduler = (*Decks)(nil)

// NewDecks validates the parameters. Deck tells in which deck a card is; it is
// asked only where some deck has parameters of its own.
func NewDecks(c Config, own map[string]Own, deck func(card string) (string, error)) (*Decks, error) {
	common, err := New(c)
	if err != nil {
		return nil, err
	}
	d := &Decks{common: common, own: map[string]*Scheduler{}, deck: deck}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if d.own[name], err = New(own[name].over(c)); err != nil {
			return nil, fmt.Errorf("deck %q: %w", name, err)
		}
	}
	return d, nil
}

// With schedules by other parameters; the cards are in the same decks.
func (d *Decks) With(c Config, own map[string]Own) (*Decks, error) {
	return NewDecks(c, own, d.deck)
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

// For are the parameters that hold in a deck, all of them set; those of most
// decks for "".
func (d *Decks) For(deck string) Own {
	s, ok := d.own[deck]
	if !ok {
		s = d.common
	}
	return Own{s.retention, s.learning, s.relearning}
}

// Aims are the lowest and the highest wanted rate of recall.
func (d *Decks) Aims() (least, most float64) {
	least, most = d.common.retention, d.common.retention
	for _, s := range d.own {
		least, most = min(least, s.retention), max(most, s.retention)
	}
	return least, most
}

// Own names the decks with parameters of their own.
func (d *Decks) Own() []string { return slices.Sorted(maps.Keys(d.own)) }
