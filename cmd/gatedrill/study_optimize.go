package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards/fsrs/model"
	"github.com/gatedrill/gatedrill/cards/optimize"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

func cardsOptimize(e *env) *cobra.Command {
	o := &optimizing{env: e}
	c := &cobra.Command{
		Use: "optimize", Short: "Fit the memory model to your own answers", Args: cobra.NoArgs,
		Long: `Works out of your review log the weights by which it is least surprising, and
says how much better they foresee what you recall (log-loss: 0.69 knows nothing,
0 knows all). Then it asks whether they are to be taken over; all cards are
scheduled anew with them, or, with --keep, only from their next answer on.

It needs 8 reviews that came a day or more after the answer before, and 64 to
fit more than how long a first answer lasts; a few hundred are better. What is
in use stays where it is the better one.
gatedrill cards memory --weights default goes back to the published weights.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return withStudy(c.Context(), e, func(s *study.Service) error { return o.run(c, s) })
		},
	}
	fl := c.Flags()
	fl.BoolVar(&o.json, "json", false, "print what was found as JSON, and change nothing unless --yes")
	fl.BoolVar(&o.yes, "yes", false, "do not ask")
	fl.BoolVar(&o.keep, "keep", false, "keep all due days as they are")
	return c
}

type optimizing struct {
	*env
	json, yes, keep bool
}

// found is what came of a log, beside what is in use.
type found struct {
	optimize.Fitted
	all           int // reviews
	span          time.Duration
	before, after float64 // log-loss
	published     float64
}

// better reports whether there is something to be taken over.
func (f found) better() bool { return f.Extent != optimize.Nothing && f.after < f.before }

func (o *optimizing) run(c *cobra.Command, s *study.Service) error {
	now, err := o.memory()
	if err != nil {
		return err
	}
	f, err := o.fit(c, s, now)
	if err != nil {
		return err
	}
	if o.json {
		if err := writeJSON(o.Stdout, f.json()); err != nil || !o.yes || !f.better() {
			return err
		}
		quiet := *o.env // the answer is one JSON value
		quiet.Stdout = io.Discard
		return quiet.adopt(c.Context(), s, now.with(f.Weights), o.yes, o.keep)
	}
	f.print(o.Stdout)
	if !f.better() {
		return nil
	}
	return o.adopt(c.Context(), s, now.with(f.Weights), o.yes, o.keep)
}

// with are the same parameters with other weights.
func (m memory) with(w model.Weights) memory {
	m.Weights = w[:]
	return m
}

// fit reads the log and fits it, saying on standard error how far it is.
func (o *optimizing) fit(c *cobra.Command, s *study.Service, now memory) (found, error) {
	began := o.Now()
	line := newProgressLine(o.Stderr)
	defer line.done()
	tell := func(done, total int) {
		line.report(cluster.Progress{Phase: "fit", Done: int64(done), Total: int64(total), Elapsed: o.Now().Sub(began)})
	}
	log, err := s.Evidence(c.Context())
	if err != nil {
		return found{}, err
	}
	f := found{all: log.Reviews(), span: log.Span()}
	d, err := inForce(s)
	if err != nil {
		return f, err
	}
	relearning := len(d.For("").Relearning)
	if f.Fitted, err = optimize.Fit(c.Context(), log, optimize.Config{Relearning: relearning, Progress: func(p optimize.Progress) { tell(p.Done, p.Total) }}); err != nil {
		return f, err
	}
	f.published = log.Loss(model.Default())
	f.before, f.after = log.Loss(model.Clipped(now.weights(), relearning)), log.Loss(model.Clipped(f.Weights, relearning))
	return f, nil
}

func (f found) print(w io.Writer) {
	if f.all == 0 {
		fmt.Fprintln(w, "No card has come back after its first day yet: there is nothing to fit.")
		return
	}
	fmt.Fprintf(w, "%s over %s", count(f.all, "review"), count(int(f.span.Hours()/24), "day"))
	if f.Left > 0 {
		fmt.Fprintf(w, ", %d of them after waits too rare to tell", f.Left)
	}
	fmt.Fprintln(w)
	switch f.Extent {
	case optimize.Nothing:
		fmt.Fprintf(w, "That is too little: %d reviews that count are needed, there are %d. The weights stay as they are.\n", optimize.LeastInitial, f.Reviews)
		return
	case optimize.Initial:
		fmt.Fprintln(w, "Fitted: how long a first answer lasts. For more, cards must come back more often.")
	case optimize.All:
		fmt.Fprintln(w, "Fitted: all weights.")
	}
	fmt.Fprintf(w, "\nlog-loss  in use     %.4f\n          fitted     %.4f  (%+.1f %%)\n          published  %.4f\n\n", f.before, f.after, 100*(f.after/f.before-1), f.published)
	if !f.better() {
		fmt.Fprintln(w, "What is in use foresees as well: it stays.")
		return
	}
	fmt.Fprintf(w, "weights   %s\n\n", weightList(f.Weights))
}

func (f found) json() object {
	extent := map[optimize.Extent]string{optimize.Nothing: "nothing", optimize.Initial: "initial", optimize.All: "all"}[f.Extent]
	o := object{"reviews": f.all, "counted": f.Reviews, "outliers": f.Left, "days": int(f.span.Hours() / 24), "fitted": extent, "better": f.better()}
	if f.Extent != optimize.Nothing {
		o["weights"] = f.Weights[:]
		o["logLoss"] = object{"inUse": round(f.before), "fitted": round(f.after), "published": round(f.published)}
	}
	return o
}
