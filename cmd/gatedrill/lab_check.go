package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	labrun "github.com/gatedrill/gatedrill/labs/run"
)

func labCheck(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "check", Short: "Judge the goals and guards now", Args: cobra.NoArgs,
		Long: `Judge the goals and guards now. When all of them hold, wait until they have
held for three seconds: then the lab is solved, or, where the diagnosis is not
complete, mended too early.

Exit codes: 0 all pass, 1 one fails, or they hold without a diagnosis, or while
somebody else serves the request; 3 one is unknown and none fails.`,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			v, err := s.Check(c.Context())
			for err == nil && s.Holding() && v.Phase != labs.PhaseSolved {
				select {
				case <-c.Context().Done():
					return c.Context().Err()
				case <-time.After(300 * time.Millisecond):
				}
				v, err = s.Check(c.Context())
			}
			if errors.Is(err, labrun.ErrNoLab) {
				return err
			}
			if err != nil {
				return fail(exitUnknown, err)
			}
			if *asJSON {
				err = writeJSON(e.Stdout, map[string]any{"phase": v.Phase, "goals": v.Goals, "guards": v.Guards, "trouble": v.Trouble})
			} else {
				err = printChecks(e.Stdout, v)
			}
			if err != nil {
				return err
			}
			return checksVerdict(v)
		})
	}
	return c
}

// checksVerdict is the exit code of a check.
func checksVerdict(v labs.View) error {
	if v.Phase == labs.PhaseUnearned {
		return fail(exitFailed, nil)
	}
	unknown := len(v.Goals) == 0
	for _, c := range append(v.Goals[:len(v.Goals):len(v.Goals)], v.Guards...) {
		switch c.Outcome {
		case labs.Fail:
			return fail(exitFailed, nil)
		case labs.Pending:
			unknown = true
		case labs.Pass:
		}
	}
	switch {
	case unknown:
		return fail(exitUnknown, nil)
	case v.Phase == labs.PhaseFixing && v.Trouble != "":
		return fail(exitFailed, nil) // all hold, and the lab is not solved
	}
	return nil
}
