package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/note"
)

// memory are the parameters that cards are scheduled by, as memory.json in
// gatedrill's home has them. What is left out is the default.
type memory struct {
	Retention float64            `json:"retention,omitzero"`
	Decks     map[string]float64 `json:"decks,omitempty"` // retention of these
	Weights   []float64          `json:"weights,omitempty"`
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
	return fsrs.NewDecks(fsrs.Config{Retention: m.Retention, Weights: m.Weights}, m.Decks,
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

// memoryFlags are a wish to change them.
type memoryFlags struct {
	retention, deck, weights string
	yes, keep                bool
}

func cardsMemory(e *env) *cobra.Command {
	var f memoryFlags
	var asJSON bool
	c := &cobra.Command{
		Use: "memory", Short: "Show or set how well cards are to be remembered", Args: cobra.NoArgs,
		Long: `Shows by which parameters cards are scheduled, or sets them. What would change
is said first; then all cards are scheduled anew, or, with --keep, only from
their next answer on.

    gatedrill cards memory --retention 0.92          # all cards
    gatedrill cards memory --retention 0.95 --deck tls
    gatedrill cards memory --retention default --deck tls
    gatedrill cards memory --weights "0.40, 1.18, …" # from another program

Retention is the rate at which cards are to be recalled when they come, 0.7 to
0.99: 0.95 instead of 0.90 takes about twice the reviews. Weights are those of
FSRS-6 (21), FSRS-5 (19) or FSRS-4.5 (17); old ones are converted.
gatedrill cards optimize works them out of your own answers.`,
		RunE: func(c *cobra.Command, _ []string) error {
			now, err := e.memory()
			if err != nil {
				return err
			}
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if f.retention == "" && f.weights == "" {
					if f.deck != "" || f.yes || f.keep {
						return usagef("say what to set: --retention, --weights")
					}
					return showMemory(e, s, now, asJSON)
				}
				next, err := f.change(c.Context(), s, now)
				if err != nil {
					return err
				}
				return e.adopt(c.Context(), s, next, f.yes, f.keep)
			})
		},
	}
	fl := c.Flags()
	fl.BoolVar(&asJSON, "json", false, "print as JSON")
	fl.StringVar(&f.retention, "retention", "", "wanted rate of recall, such as 0.92, or default")
	fl.StringVar(&f.deck, "deck", "", "retention of this deck only")
	fl.StringVar(&f.weights, "weights", "", "weights of the memory model, or default")
	fl.BoolVar(&f.yes, "yes", false, "do not ask")
	fl.BoolVar(&f.keep, "keep", false, "keep all due days as they are")
	return c
}

// standard is how one says that nothing shall be set.
const standard = "default"

// change lays the flags over what is set.
func (f memoryFlags) change(ctx context.Context, s *study.Service, now memory) (memory, error) {
	next := memory{Retention: now.Retention, Decks: maps.Clone(now.Decks), Weights: now.Weights}
	if f.deck != "" {
		if f.retention == "" {
			return next, usagef("--deck goes with --retention: weights are one set for all decks")
		}
		if _, set := now.Decks[f.deck]; !set || f.retention != standard {
			if _, err := listRows(ctx, s, f.deck); err != nil {
				return next, err
			}
		}
	}
	if f.retention != "" {
		rate := 0.0
		if f.retention != standard {
			var err error
			if rate, err = strconv.ParseFloat(f.retention, 64); err != nil || !(rate >= 0.7 && rate <= 0.99) {
				return next, usagef("--retention is %q, want 0.7 to 0.99 or default", f.retention)
			}
		}
		switch {
		case f.deck == "":
			next.Retention = rate
		case rate == 0:
			delete(next.Decks, f.deck)
		default:
			if next.Decks == nil {
				next.Decks = map[string]float64{}
			}
			next.Decks[f.deck] = rate
		}
	}
	if f.weights == "" {
		return next, nil
	}
	weights, err := readWeights(f.weights)
	next.Weights = weights
	return next, err
}

// readWeights reads weights with commas or spaces between, as programs show
// them; nil for the default.
func readWeights(text string) ([]float64, error) {
	if text == standard {
		return nil, nil
	}
	var given []float64
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\n[]", r) }) {
		w, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, usagef("--weights: %q is no number", word)
		}
		given = append(given, w)
	}
	w, err := model.Migrate(given)
	if err != nil {
		return nil, usagef("--weights: %w", err)
	}
	return w[:], nil
}

// adopt says what other parameters would change, asks, and goes by them.
func (e *env) adopt(ctx context.Context, s *study.Service, next memory, yes, keep bool) error {
	now, err := inForce(s)
	if err != nil {
		return err
	}
	with, err := now.With(fsrs.Config{Retention: next.Retention, Weights: next.Weights}, next.Decks)
	if err != nil {
		return usagef("%w", err)
	}
	if err := e.foresee(ctx, s, with, keep); err != nil {
		return err
	}
	if err := e.confirm(ctx, "Take these parameters over?", yes); err != nil {
		return err
	}
	if err := note.Write(e.memoryFile(), next); err != nil {
		return fmt.Errorf("keep how cards are scheduled: %w", err)
	}
	fmt.Fprintf(e.Stdout, "taken over: %s\n", with.Algorithm(""))
	if keep {
		return nil
	}
	done, err := s.Rebuild(ctx, true)
	if err != nil {
		return fmt.Errorf("%w (the parameters hold; again: gatedrill cards rebuild --anew)", err)
	}
	fmt.Fprintf(e.Stdout, "scheduled anew: %s of %s changed\n", count(done.Changed, "card"), strconv.Itoa(done.Cards))
	return nil
}

// foresee says what a scheduling anew would change.
func (e *env) foresee(ctx context.Context, s *study.Service, with cards.Scheduler, keep bool) error {
	if keep {
		fmt.Fprintln(e.Stdout, "All due days stay as they are; answers from now on go by the new parameters.")
		return nil
	}
	f, err := s.Foresee(ctx, with)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "Of %s with a history %d would change: %d come earlier, %d later; due by today: %d, now %d.\n",
		count(f.Cards, "card"), f.Changed, f.Earlier, f.Later, f.DueThen, f.DueNow)
	return nil
}

func showMemory(e *env, s *study.Service, m memory, asJSON bool) error {
	d, err := inForce(s)
	if err != nil {
		return err
	}
	w := m.weights()
	if asJSON {
		decks := object{}
		for _, name := range d.Own() {
			decks[name] = d.Retention(name)
		}
		return writeJSON(e.Stdout, object{"retention": d.Retention(""), "decks": decks, "weights": w[:], "published": w == model.Published(), "algorithm": d.Algorithm("")})
	}
	fmt.Fprintf(e.Stdout, "%-12s %s\n", "retention", percent(d.Retention("")))
	for _, name := range d.Own() {
		fmt.Fprintf(e.Stdout, "%-12s %s in deck %s\n", "", percent(d.Retention(name)), visible(name))
	}
	from := "yours"
	if w == model.Published() {
		from = "published with FSRS-6"
	}
	fmt.Fprintf(e.Stdout, "%-12s %s: %s\n", "weights", from, weightList(w))
	fmt.Fprintf(e.Stdout, "%-12s %s\n", "name", d.Algorithm(""))
	return nil
}

// percent is a wanted rate, with a digit behind the point where it has one.
func percent(rate float64) string { return strconv.FormatFloat(round(rate)*100, 'f', -1, 64) + " %" }

func weightList(w model.Weights) string {
	var out []string
	for v := range slices.Values(w[:]) {
		out = append(out, strconv.FormatFloat(round(v), 'f', -1, 64))
	}
	return strings.Join(out, ", ")
}
