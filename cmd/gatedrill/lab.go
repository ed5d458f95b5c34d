package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

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

  gatedrill lab start shop-is-gone
  gatedrill lab status
  gatedrill lab shell
  gatedrill lab answer STEP TEXT
  gatedrill lab verdict STEP healthy|broken|off-path
  gatedrill lab check

Exit codes: 0 done, right or passed; 1 wrong or failed; 2 wrong arguments, or a
step that was not reached yet; 3 unknown: the cluster could not be asked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(labList(e), labStart(e), labStatus(e), labVerdict(e), labAnswer(e), labCheck(e),
		labHint(e), labReset(e), labShell(e), labSolution(e), labVerify(e))
	return []*cobra.Command{c}
}

// withLabs runs f with the lab service of one command, on a cluster that runs.
func withLabs(ctx context.Context, e *env, f func(*labrun.Service) error) error {
	return withLabsOn(ctx, e, e.attach, f)
}

// withLabsOn runs f with the lab service of one command, whose cluster connect
// finds.
func withLabsOn(ctx context.Context, e *env, connect func(context.Context) (*cluster.Handle, error), f func(*labrun.Service) error) error {
	s := newLabs(e, connect, urge(ctx, e))
	defer s.Close()
	err := f(s)
	var ahead *labs.AheadError
	switch {
	case errors.Is(err, labrun.ErrNoLab):
		return fail(exitFailed, err)
	case errors.As(err, &ahead), errors.Is(err, labrun.ErrUnknownLab):
		return fail(exitUsage, err)
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
				return writeJSON(e.Stdout, mysteries(list))
			}
			return printLabs(e.Stdout, list)
		})
	}
	return c
}

// mysteries keeps to itself which fault a lab is about until it was solved.
func mysteries(list []labs.Listing) []labs.Listing {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Solved == 0 {
			out[i].Catalogue = ""
		}
	}
	return out
}

func mystery(v labs.View) labs.View {
	if v.Phase != labs.PhaseSolved {
		v.Lab.Catalogue = ""
	}
	return v
}

func labStart(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "start ID", Short: "Put a lab in and break it; return when the fault is seen", Args: cobra.ExactArgs(1), ValidArgsFunction: offer(e, labIDs),
		Long: `Put a lab in and break it; return when the fault is seen. The lab in progress
is found again. One that was mended before its diagnosis was complete gets its
fault back, with the answers kept. The cluster is started where none runs.`,
	}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return withLabsOn(c.Context(), e, e.bring, func(s *labrun.Service) error {
			began := e.Now()
			if err := s.Start(c.Context(), args[0]); err != nil {
				return err
			}
			v, err := awaitBroken(c.Context(), e, s)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Stdout, mystery(v))
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
				err = errors.Join(err, writeJSON(e.Stdout, mystery(v)))
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
				cmd, err := s.Shell(c.Context(), nil, args...)
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
		Use: "solution --yes", Short: "Show the lab's solution; that you looked is noted", Args: cobra.NoArgs,
		Long: "Show the lab's solution: what it applies. " + labs.SolutionNoted,
		RunE: func(c *cobra.Command, _ []string) error {
			if !yes {
				return usagef("%s\nto see it: gatedrill lab solution --yes", labs.SolutionNoted)
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
