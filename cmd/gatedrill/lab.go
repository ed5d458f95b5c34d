package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	labrun "github.com/gatedrill/gatedrill/labs/run"
)

// labCommands are the lab screen's twins.
func labCommands(e *env) []*cobra.Command {
	if e.lab == nil {
		e.lab = traceInLab
	}
	c := &cobra.Command{
		Use:   "lab",
		Short: "Labs: start one, answer its steps, check, reset",
		Long: `A lab breaks one thing in a live cluster. Walk the six steps of the runbook
(capture, entry, listeners, tls, hosts, destination): answer each step's
question, give a verdict on it, then mend what is broken. Everything is judged
against the cluster as it is at that moment.

  gatedrill lab start shop-host-typo
  gatedrill lab status
  gatedrill lab shell
  gatedrill lab answer capture NR
  gatedrill lab verdict entry healthy
  gatedrill lab check

Exit codes: 0 done, right or passed; 1 wrong or failed; 2 wrong arguments;
3 unknown: the cluster could not be asked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(labList(e), labStart(e), labStatus(e), labVerdict(e), labAnswer(e), labCheck(e),
		labHint(e), labReset(e), labShell(e), labSolution(e), labVerify(e))
	return []*cobra.Command{c}
}

// withLabs runs f with the lab service of one command.
func withLabs(ctx context.Context, e *env, f func(*labrun.Service) error) error {
	s := newLabs(e, e.attach, makeDue(ctx, e))
	defer s.Close()
	err := f(s)
	if errors.Is(err, labrun.ErrNoLab) {
		return fail(exitFailed, err)
	}
	return err
}

func jsonFlag(c *cobra.Command) *bool { return c.Flags().Bool("json", false, "print JSON") }

func labList(e *env) *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the labs", Args: cobra.NoArgs}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			list, err := s.List(c.Context())
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Stdout, list)
			}
			return printLabs(e.Stdout, list)
		})
	}
	return c
}

func labStart(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "start ID", Short: "Put a lab in and break it; return when the fault is seen", Args: cobra.ExactArgs(1),
		Long: `Put a lab in and break it; return when the fault is seen. The lab in progress
is found again. One that was mended before its diagnosis was complete gets its
fault back, with the answers kept.`,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			began := e.Now()
			if err := s.Start(c.Context(), args[0]); err != nil {
				return err
			}
			v, err := awaitBroken(c.Context(), e, s)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Stdout, v)
			}
			fmt.Fprintf(e.Stderr, "broken and seen after %.1f s\n", e.Now().Sub(began).Seconds())
			return printLab(e.Stdout, v)
		})
	}
	return c
}

// awaitBroken follows a start to its end.
func awaitBroken(ctx context.Context, e *env, s *labrun.Service) (labs.View, error) {
	doing, number := "", 0
	for {
		v, n, err := s.Watch(ctx, number)
		if err != nil {
			return v, err
		}
		number = n
		switch v.Phase {
		case labs.PhasePreparing, labs.PhaseBreaking:
			if v.Doing != "" && v.Doing != doing {
				doing = v.Doing
				fmt.Fprintf(e.Stderr, "%s: waiting for %s\n", v.Phase, doing)
			}
		case labs.PhaseFailed:
			return v, errors.New(visible(v.Trouble))
		default:
			return v, nil
		}
	}
}

func labStatus(e *env) *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "Show the lab in progress: ticket, steps, goals and guards", Args: cobra.NoArgs}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			v, err := s.Check(c.Context())
			if errors.Is(err, labrun.ErrNoLab) {
				return err
			}
			if *asJSON {
				err = errors.Join(err, writeJSON(e.Stdout, v))
			} else {
				err = errors.Join(err, printLab(e.Stdout, v))
			}
			if err != nil {
				return fail(exitUnknown, err)
			}
			return nil
		})
	}
	return c
}

func labVerdict(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "verdict STEP healthy|broken|off-path", Short: "Give a verdict on a step", Args: cobra.ExactArgs(2),
		ValidArgs: stepNames(),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		step, err := stepArg(args[0])
		if err != nil {
			return err
		}
		v := labs.Verdict(args[1])
		if v != labs.Healthy && v != labs.Broken && v != labs.OffPath {
			return usagef("%q is no verdict: want healthy, broken or off-path", args[1])
		}
		if len(step.Layers()) == 0 {
			return usagef("step %s has no verdict, only a finding: gatedrill lab answer %s TEXT", step, step)
		}
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			r, err := s.Verdict(c.Context(), step, v)
			return printReply(e, r, err, *asJSON)
		})
	}
	return c
}

func labAnswer(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "answer STEP TEXT", Short: "Answer a step's question", Args: cobra.MinimumNArgs(2), ValidArgs: stepNames(),
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		step, err := stepArg(args[0])
		if err != nil {
			return err
		}
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			r, err := s.Answer(c.Context(), step, strings.Join(args[1:], " "))
			return printReply(e, r, err, *asJSON)
		})
	}
	return c
}

func labHint(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "hint STEP", Short: "Take a step's next hint", Args: cobra.ExactArgs(1), ValidArgs: stepNames(),
		RunE: func(c *cobra.Command, args []string) error {
			step, err := stepArg(args[0])
			if err != nil {
				return err
			}
			return withLabs(c.Context(), e, func(s *labrun.Service) error {
				hint, err := s.Hint(c.Context(), step)
				if err != nil {
					return err
				}
				fmt.Fprintln(e.Stdout, visible(hint))
				return nil
			})
		},
	}
}

func labCheck(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "check", Short: "Judge the goals and guards now", Args: cobra.NoArgs,
		Long: `Judge the goals and guards now. When all of them hold and the diagnosis is
complete, wait until they have held for three seconds: then the lab is solved.

Exit codes: 0 all pass, 1 one fails, 3 one is unknown and none fails.`,
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
	if unknown {
		return fail(exitUnknown, nil)
	}
	return nil
}

func labReset(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Take the lab out; everything is put back as it was", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withLabs(c.Context(), e, func(s *labrun.Service) error {
				began := e.Now()
				if err := s.Reset(c.Context()); err != nil {
					return err
				}
				if _, err := e.attach(c.Context()); errors.Is(err, cluster.ErrNotRunning) {
					fmt.Fprintln(e.Stdout, "given up: no cluster is running; what the lab left in it goes when the next one starts")
					return nil
				}
				fmt.Fprintf(e.Stdout, "reset: all objects are as before, after %.1f s\n", e.Now().Sub(began).Seconds())
				return nil
			})
		},
	}
}

func labShell(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "shell [-- COMMAND [ARGS…]]", Short: "Open a shell inside the lab, or run one command there", Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return withLabs(c.Context(), e, func(s *labrun.Service) error {
				cmd, err := s.Shell(c.Context(), args...)
				if err != nil {
					return err
				}
				cmd.Stdin, cmd.Stdout, cmd.Stderr = e.Stdin, e.Stdout, e.Stderr
				if err := cmd.Run(); err != nil {
					if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() > 0 {
						return fail(cmd.ProcessState.ExitCode(), nil) // the command has said why
					}
					return fmt.Errorf("run the shell: %w", err)
				}
				return nil
			})
		},
	}
}

func labSolution(e *env) *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "solution --yes", Short: "Show the lab's solution; taking it is recorded", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !yes {
				return usagef("the solution ends the exercise; to see it: gatedrill lab solution --yes")
			}
			return withLabs(c.Context(), e, func(s *labrun.Service) error {
				text, err := s.Solution(c.Context())
				if err != nil {
					return err
				}
				fmt.Fprint(e.Stdout, visibleLines(text))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "yes, show it")
	return c
}

func stepNames() []string {
	var out []string
	for _, s := range labs.Steps() {
		out = append(out, string(s))
	}
	return out
}

func stepArg(name string) (labs.Step, error) {
	for _, s := range labs.Steps() {
		if string(s) == name {
			return s, nil
		}
	}
	return "", usagef("%q is no step: want one of %s", name, strings.Join(stepNames(), ", "))
}
