package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/note"
)

// memory are the parameters that cards are scheduled by, as memory.json in
// gatedrill's home has them. What is left out is the default.
type memory struct {
	fsrs.Own                // of all decks
	Decks    deckParameters `json:"decks,omitempty"` // what these have for themselves
	Weights  []float64      `json:"weights,omitempty"`
}

func (m memory) config() fsrs.Config {
	return fsrs.Config{Retention: m.Retention, Learning: m.Learning, Relearning: m.Relearning, Weights: m.Weights}
}

func (e *env) memoryFile() string { return e.path("memory.json") }

func (e *env) memory() (memory, error) {
	var m memory
	if _, err := note.Read(e.memoryFile(), &m); err != nil {
		return m, fmt.Errorf("read how cards are scheduled: %w (mend it, or remove it to go by the defaults)", err)
	}
	return m, nil
}

// scheduler makes what schedules by them. DeckOf tells the deck of a card; it
// is asked as long as the program runs.
func (m memory) scheduler(deckOf func(context.Context, string) (string, error)) (*fsrs.Decks, error) {
	return fsrs.NewDecks(m.config(), m.Decks,
		func(card string) (string, error) { return deckOf(context.Background(), card) })
}

// inForce are the parameters that cards are scheduled by.
func inForce(s *study.Service) (*fsrs.Decks, error) {
	with, err := s.Scheduler()
	if err != nil {
		return nil, err
	}
	if d, ok := with.(*fsrs.Decks); ok {
		return d, nil
	}
	return nil, errors.New("find the parameters of the memory model: the cards are not scheduled by it")
}

// weights are those in force.
func (m memory) weights() model.Weights {
	w := model.Published()
	if m.Weights != nil {
		copy(w[:], m.Weights)
	}
	return w
}

// parameter is one of how cards are scheduled that decks may have for
// themselves. Its name is that of its flag.
type parameter struct {
	name, about string
	read        func(o *fsrs.Own, text string) error // "default" takes it back
	show        func(o fsrs.Own) string
}

// parameters are all of them, in the order in which they are listed.
func parameters() []parameter {
	steps := func(of func(*fsrs.Own) *fsrs.Steps) (func(*fsrs.Own, string) error, func(fsrs.Own) string) {
		read := func(o *fsrs.Own, text string) (err error) {
			*of(o) = nil
			if text != standard {
				*of(o), err = fsrs.ParseSteps(text)
			}
			return err
		}
		return read, func(o fsrs.Own) string { return of(&o).String() }
	}
	readLearning, showLearning := steps(func(o *fsrs.Own) *fsrs.Steps { return &o.Learning })
	readRelearning, showRelearning := steps(func(o *fsrs.Own) *fsrs.Steps { return &o.Relearning })
	return []parameter{
		{"retention", "rate at which cards are to be recalled when they come, 0.7 to 0.99", readRetention, func(o fsrs.Own) string { return percent(o.Retention) }},
		{"learning", "steps of a new card within its day, or none", readLearning, showLearning},
		{"relearning", "steps of a forgotten card within the day, or none", readRelearning, showRelearning},
	}
}

func readRetention(o *fsrs.Own, text string) error {
	o.Retention = 0
	if text == standard {
		return nil
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate >= 0.7 && rate <= 0.99) {
		return errors.New("want 0.7 to 0.99")
	}
	o.Retention = rate
	return nil
}

// percent is a wanted rate, with a digit behind the point where it has one.
func percent(rate float64) string { return strconv.FormatFloat(round(rate)*100, 'f', -1, 64) + " %" }

func ownJSON(o fsrs.Own) object {
	return object{"retention": o.Retention, "learning": o.Learning, "relearning": o.Relearning}
}

// deckParameters are the parameters that decks have for themselves, by name.
type deckParameters map[string]fsrs.Own

// UnmarshalJSON takes a number for a retention, as it was the only parameter
// once.
func (d *deckParameters) UnmarshalJSON(text []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	*d = deckParameters{}
	for name, r := range raw {
		var o fsrs.Own
		if json.Unmarshal(r, &o.Retention) != nil {
			if err := json.Unmarshal(r, &o); err != nil {
				return fmt.Errorf("deck %q: %w", name, err)
			}
		}
		(*d)[name] = o
	}
	return nil
}
