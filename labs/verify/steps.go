package verify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/run"
)

// answers compares what the cluster says with what the author wrote.
func (c *course) answers() error {
	truths, err := c.proof.Truths(c.ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range labs.Steps() {
		f := c.lab.Steps[s].Finding
		if f != nil && len(f.Is) > 0 && !truths[s].Agrees(f.Is) {
			errs = append(errs, fmt.Errorf("step %s: the cluster says %q, the author (is) %q", s, truths[s], strings.Join(f.Is, ", ")))
		}
	}
	return errors.Join(errs...)
}

// verdicts says that no step is unknown by a fresh look: each can be asked.
func (c *course) verdicts() error {
	p, err := c.proof.Path(c.ctx)
	if err != nil {
		return err
	}
	for _, s := range labs.Steps() {
		got := run.Verdict(c.lab, p, s)
		if len(s.Layers()) > 0 && (got == labs.Unknown || (got == labs.Broken) != slices.Contains(c.lab.Breaks, s)) {
			return fmt.Errorf("step %s is %s: %s", s, got, strings.Join(wrong(p), "\n"))
		}
	}
	return nil
}

// wrong lists what of a path is broken or unknown.
func wrong(p labs.Path) []string {
	var out []string
	for _, h := range p.Hops {
		for _, r := range h.Layers {
			if r.Verdict == labs.Broken || r.Verdict == labs.Unknown {
				out = append(out, r.Told())
			}
		}
	}
	return out
}

// silent says that analyze reports nothing that it did not report of the
// healthy base.
func (c *course) silent() error {
	out, err := c.shell("istioctl analyze -A")
	if err != nil {
		return err
	}
	known := strings.Split(c.analyze, "\n")
	for line := range strings.Lines(out) {
		if line = strings.TrimRight(line, "\n"); strings.Contains(line, "[IST") && !slices.Contains(known, line) {
			return fmt.Errorf("it says: %s", line)
		}
	}
	return nil
}

// looks runs every command of every step while the fault is in, steps side by
// side: they only look. Clients of the network may fail: that is what there is
// to see. A pod that the fault replaces may go while a command asks it: what
// fails is run once more.
func (c *course) looks() error {
	steps := labs.Steps()
	errs := make([]error, len(steps))
	var wg sync.WaitGroup
	for i, s := range steps {
		wg.Go(func() {
			for _, look := range c.lab.Steps[s].Look {
				_, err := c.shell(look)
				if err != nil {
					_, err = c.shell(look)
				}
				if err != nil {
					errs[i] = errors.Join(errs[i], fmt.Errorf("step %s: %s: %w", s, look, err))
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func joined(steps []labs.Step) string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}
