package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	labrun "github.com/gatedrill/gatedrill/labs/run"
)

func labVerdict(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "verdict STEP healthy|broken|off-path", Short: "Give a verdict on a step", Args: cobra.ExactArgs(2),
		Long: `Give a verdict on a step: entry, listeners, tls, hosts or destination. It is
judged against the cluster as it is now.

  healthy   does its work for the lab's request
  broken    stops the request
  off-path  is never reached by it, or not needed

Exit codes: 0 right, 1 wrong, 3 it could not be judged and was not counted.`,
		ValidArgsFunction: offer(e, fixed(stepNames()...), fixed("healthy", "broken", "off-path")),
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
		Use: "answer STEP TEXT", Short: "Answer a step's question", Args: cobra.MinimumNArgs(2), ValidArgsFunction: offer(e, fixed(stepNames()...)),
		Long: `Answer the question of a step: capture, entry, listeners, tls, hosts or
destination. gatedrill lab status shows the question.

Exit codes: 0 right; 1 wrong; 2 it cannot be read as an answer of the kind asked
for, and was not counted; 3 it could not be judged and was not counted.`,
		Example: `  gatedrill lab answer capture RLSE
  gatedrill lab answer hosts HTTPRoute foundry/anvil`,
	}
	asJSON := jsonFlag(c)
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usagef("%w\nan answer that begins with a dash goes behind --: gatedrill lab answer STEP -- -1", err)
	})
	c.RunE = func(c *cobra.Command, args []string) error {
		step, err := stepArg(args[0])
		if err != nil {
			return err
		}
		text := strings.Join(args[1:], " ")
		if strings.TrimSpace(text) == "" {
			return usagef("an empty answer is no answer: gatedrill lab answer %s TEXT", step)
		}
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			r, err := s.Answer(c.Context(), step, text)
			return printReply(e, r, err, *asJSON)
		})
	}
	return c
}

func labHint(e *env) *cobra.Command {
	c := &cobra.Command{Use: "hint STEP", Short: "Take a step's next hint", Args: cobra.ExactArgs(1), ValidArgsFunction: offer(e, fixed(stepNames()...))}
	asJSON := jsonFlag(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		step, err := stepArg(args[0])
		if err != nil {
			return err
		}
		return withLabs(c.Context(), e, func(s *labrun.Service) error {
			hint, err := s.Hint(c.Context(), step)
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(e.Stdout, object{"step": step, "hint": hint, "hintsLeft": hintsLeft(s.View(), step)})
			}
			fmt.Fprintln(e.Stdout, visible(hint))
			return nil
		})
	}
	return c
}

func hintsLeft(v labs.View, step labs.Step) int {
	for _, s := range v.Steps {
		if s.Step == step {
			return s.HintsLeft
		}
	}
	return 0
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
