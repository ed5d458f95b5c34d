package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/note"
)

// memoryFlags are a wish to change them.
type memoryFlags struct {
	set           map[string]*string // by the name of a parameter; "" leaves it
	deck, weights string
	yes, keep     bool
}

// none reports whether nothing is to be set that decks may have for themselves.
func (f memoryFlags) none() bool {
	for _, text := range f.set {
		if *text != "" {
			return false
		}
	}
	return true
}

func cardsMemory(e *env) *cobra.Command {
	f := memoryFlags{set: map[string]*string{}}
	var asJSON bool
	c := &cobra.Command{
		Use: "memory", Short: "Show or set how well cards are to be remembered, and the steps of a day", Args: cobra.NoArgs,
		Long: `Shows by which parameters cards are scheduled, or sets them. What would change
is said first; then all cards are scheduled anew, or, with --keep, only from
their next answer on.

    gatedrill cards memory --retention 0.92          # all cards
    gatedrill cards memory --retention 0.95 --deck tls
    gatedrill cards memory --retention default --deck tls
    gatedrill cards memory --learning "1m 10m 1h" --relearning none
    gatedrill cards memory --weights "0.40, 1.18, …" # from another program

Retention is the rate at which cards are to be recalled when they come, 0.7 to
0.99: 0.95 instead of 0.90 takes about twice the reviews. Steps are the waits
within the day: again begins anew, hard repeats, good goes on to the next, and
after the last one the card waits for days. Weights are those of
FSRS-6 (21), FSRS-5 (19) or FSRS-4.5 (17); old ones are converted.
gatedrill cards optimize works them out of your own answers.`,
		RunE: func(c *cobra.Command, _ []string) error {
			now, err := e.memory()
			if err != nil {
				return err
			}
			return withStudy(c.Context(), e, func(s *study.Service) error {
				if f.none() && f.weights == "" {
					if f.deck != "" || f.yes || f.keep {
						return usagef("say what to set: --retention, --learning, --relearning, --weights")
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
	for _, p := range parameters() {
		f.set[p.name] = fl.String(p.name, "", p.about+"; or default")
	}
	fl.StringVar(&f.deck, "deck", "", "set it for this deck only")
	offerFlag(e, c, "deck", deckNames)
	fl.StringVar(&f.weights, "weights", "", "weights of the memory model, or default")
	fl.BoolVar(&f.yes, "yes", false, "do not ask")
	fl.BoolVar(&f.keep, "keep", false, "keep all due days as they are")
	return c
}

// standard is how one says that nothing shall be set.
const standard = "default"

// change lays the flags over what is set.
func (f memoryFlags) change(ctx context.Context, s *study.Service, now memory) (memory, error) {
	next := memory{Own: now.Own, Decks: maps.Clone(now.Decks), Weights: now.Weights}
	into := next.Own
	if f.deck != "" {
		if f.none() {
			return next, usagef("--deck goes with --retention, --learning or --relearning: weights are one set for all decks")
		}
		into = now.Decks[f.deck]
	}
	for _, p := range parameters() {
		text := *f.set[p.name]
		if text == "" {
			continue
		}
		if err := p.read(&into, text); err != nil {
			return next, usagef("--%s is %q: %w; or default", p.name, text, err)
		}
	}
	switch {
	case f.deck == "":
		next.Own = into
	case into.IsZero():
		delete(next.Decks, f.deck) // which need not be there any more
	default:
		if _, err := listRows(ctx, s, f.deck); err != nil {
			return next, err
		}
		if next.Decks == nil {
			next.Decks = deckParameters{}
		}
		next.Decks[f.deck] = into
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
	with, err := now.With(next.config(), next.Decks)
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
		o := ownJSON(d.For(""))
		decks := object{}
		for _, name := range d.Own() {
			decks[name] = ownJSON(d.For(name))
		}
		o["decks"], o["weights"], o["published"], o["algorithm"] = decks, w[:], w == model.Published(), d.Algorithm("")
		return writeJSON(e.Stdout, o)
	}
	for _, p := range parameters() {
		all := p.show(d.For(""))
		fmt.Fprintf(e.Stdout, "%-12s %s\n", p.name, all)
		for _, name := range d.Own() {
			if own := p.show(d.For(name)); own != all {
				fmt.Fprintf(e.Stdout, "%-12s %s in deck %s\n", "", own, visible(name))
			}
		}
	}
	from := "yours"
	if w == model.Published() {
		from = "published with FSRS-6"
	}
	fmt.Fprintf(e.Stdout, "%-12s %s: %s\n", "weights", from, weightList(w))
	fmt.Fprintf(e.Stdout, "%-12s %s\n", "name", d.Algorithm(""))
	return nil
}

func weightList(w model.Weights) string {
	var out []string
	for v := range slices.Values(w[:]) {
		out = append(out, strconv.FormatFloat(round(v), 'f', -1, 64))
	}
	return strings.Join(out, ", ")
}
