package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	labrun "github.com/gatedrill/gatedrill/labs/run"
)

// demoLab is the lab that the demo plays.
const demoLab = "shop-is-gone"

func demoCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Play the main job by itself, as text: a card, a lab, its diagnosis and fix",
		Long: `Plays what a learner does: answers a card, brings the sandbox up, starts a lab,
walks the runbook with true verdicts and findings, applies the solution and
resets. Your own cards and attempts are left alone. Exit code 0 only if every
step was seen to work.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return playDemo(c.Context(), e) },
	}
}

// demo is one run: a learner with a data directory of its own, in the real
// sandbox.
type demo struct {
	e       *env // the person's
	learner *env // the demo's, thrown away
	service *labrun.Service
	cluster *labrun.Cluster
	lab     *labs.Lab
	proof   *labrun.Proof
}

func playDemo(ctx context.Context, e *env) (err error) {
	own := newLabs(e, e.attach, nil)
	defer own.Close()
	list, err := own.List(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(list, func(l labs.Listing) bool { return l.InProgress }); i >= 0 {
		return fmt.Errorf("lab %s is in progress, and the demo needs the sandbox for itself\nfinish it, or: gatedrill lab reset", list[i].ID)
	}
	dir, err := os.MkdirTemp("", "gatedrill-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	learner := *e
	learner.Home = dir
	d := &demo{e: e, learner: &learner}
	defer d.close()
	began := e.Now()
	for _, s := range []struct {
		name string
		play func(context.Context) error
	}{
		{"a card that is due", d.card},
		{"the sandbox", d.sandbox},
		{"the lab, broken", d.start},
		{"the trace", d.broken},
		{"the runbook", d.runbook},
		{"the solution", d.solve},
		{"the trace again", d.healthy},
		{"reset", d.reset},
	} {
		fmt.Fprintf(e.Stdout, "\n== %s\n", s.name)
		at := e.Now()
		if err := s.play(ctx); err != nil {
			return fmt.Errorf("demo, %s: %w", s.name, err)
		}
		fmt.Fprintf(e.Stdout, "   [%.1f s]\n", e.Now().Sub(at).Seconds())
	}
	fmt.Fprintf(e.Stdout, "\nall of it was seen, in %.1f s\n", e.Now().Sub(began).Seconds())
	return nil
}

func (d *demo) close() {
	if d.proof != nil {
		d.proof.Close()
	}
	if d.service != nil {
		d.service.Close()
	}
}

func (d *demo) card(ctx context.Context) error {
	return withStudy(ctx, d.learner, func(s *study.Service) error {
		p, err := s.Next(ctx, "")
		if err != nil {
			return err
		}
		if p == nil {
			return errors.New("no card is due, though nothing was ever studied")
		}
		fmt.Fprintf(d.e.Stdout, "%s\n\n%s\n\n", visible(p.Card.Front), visible(p.Card.Back))
		if _, err := s.Rate(ctx, p, cards.Good, 8*time.Second); err != nil {
			return err
		}
		row, err := s.Card(ctx, p.Card.ID)
		if err != nil {
			return err
		}
		if row.Memory.Reps != 1 {
			return fmt.Errorf("card %s was rated, and its memory says %d repetitions", p.Card.ID, row.Memory.Reps)
		}
		fmt.Fprintf(d.e.Stdout, "   rated good: due again in %s\n", cards.Interval(p.Choices[cards.Good-cards.Again].Interval))
		return nil
	})
}

func (d *demo) sandbox(ctx context.Context) error {
	b, err := d.e.cluster()
	if err != nil {
		return err
	}
	h, err := d.e.up(ctx, b)
	if err != nil {
		return err
	}
	d.service = newLabs(d.learner, func(context.Context) (*cluster.Handle, error) { return h, nil }, nil)
	d.cluster, err = openCluster(h, d.e.Now)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.e.Stdout, "   %s is ready\n", h.Name)
	list, _ := loadLabs(d.e)
	chosen, err := choose(list, []string{demoLab})
	if err != nil {
		return err
	}
	d.lab = &chosen[0]
	return nil
}

func (d *demo) start(ctx context.Context) error {
	if err := d.service.Start(ctx, d.lab.ID); err != nil {
		return err
	}
	v, err := awaitBroken(ctx, d.e, d.service)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.e.Stdout, "“%s”\n%s\n   last request: %s\n", v.Lab.Title, visibleLines(v.Ticket), visible(answerLine(v.Capture)))
	d.proof, err = labrun.Prove(ctx, d.cluster, d.lab, meshOf)
	return err
}

func (d *demo) broken(ctx context.Context) error {
	p, err := d.proof.Path(ctx)
	if err != nil {
		return err
	}
	newPage(d.e.Stdout).path(p)
	for _, s := range d.lab.Breaks {
		if !slices.Contains(s.Layers(), p.BrokenAt()) {
			return fmt.Errorf("the trace breaks at %q, the lab claims %s", p.BrokenAt(), s)
		}
	}
	return nil
}

func (d *demo) runbook(ctx context.Context) error {
	truths, err := d.proof.Truths(ctx)
	if err != nil {
		return err
	}
	p, err := d.proof.Path(ctx)
	if err != nil {
		return err
	}
	for _, s := range labs.Steps() {
		var verdict labs.Verdict // capture has none
		reply, err := d.service.Answer(ctx, s, truths[s].Example())
		if err == nil && reply.Right && len(s.Layers()) > 0 {
			verdict = labrun.Verdict(d.lab, p, s)
			reply, err = d.service.Verdict(ctx, s, verdict)
		}
		if err != nil {
			return fmt.Errorf("step %s: %w", s, err)
		}
		if !reply.Right {
			return fmt.Errorf("step %s: the true answer was not taken: %s", s, reply.Words)
		}
		fmt.Fprintf(d.e.Stdout, "✓ %-12s %-9s %s\n    %s\n", s, verdict, visible(d.lab.Steps[s].Finding.Ask), visible(truths[s].Example()))
	}
	return nil
}

func (d *demo) solve(ctx context.Context) error {
	if err := d.cluster.World.Apply(ctx, d.lab, d.lab.Solutions[0]); err != nil {
		return err
	}
	for number := 0; ; {
		v, n, err := d.service.Watch(ctx, number)
		if err != nil {
			return err
		}
		number = n
		switch v.Phase {
		case labs.PhaseFailed:
			return errors.New(visible(v.Trouble))
		case labs.PhaseSolved:
			for _, c := range append(slices.Clone(v.Goals), v.Guards...) {
				fmt.Fprintf(d.e.Stdout, "✓ %s\n", visible(c.Title))
			}
			return nil
		}
	}
}

func (d *demo) healthy(ctx context.Context) error {
	p, err := d.proof.Path(ctx)
	if err != nil {
		return err
	}
	newPage(d.e.Stdout).path(p)
	for _, l := range p.Layers() {
		if l.Verdict != labs.Healthy {
			return fmt.Errorf("layer %s is %s after the solution", l.Layer, l.Verdict)
		}
	}
	return nil
}

func (d *demo) reset(ctx context.Context) error {
	if err := d.service.Reset(ctx); err != nil {
		return err
	}
	fmt.Fprintln(d.e.Stdout, "   all objects are as before")
	return nil
}
