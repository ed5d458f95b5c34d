package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	labrun "github.com/gatedrill/gatedrill/labs/run"
)

func authorPreview(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "preview FOLDER", Short: "Show how a lab reads, and what is behind it", Args: cobra.ExactArgs(1),
		Long: `Show how a lab reads: ticket, steps with their commands and questions, hints,
goals and guards, debrief; and what is behind it: answers, fault, solutions. No
cluster is needed, and nothing is run.`,
		RunE: func(_ *cobra.Command, args []string) error {
			w, err := readWritten(e, args)
			if err != nil {
				return err
			}
			for _, p := range w.Problems {
				say(e.Stderr, p.String())
			}
			if len(w.Labs) == 0 {
				return fail(exitFailed, nil)
			}
			p := &printer{w: e.Stdout}
			for i := range w.Labs {
				p.preview(&w.Labs[i])
			}
			return p.err
		},
	}
}

func (p *printer) preview(l *labs.Lab) {
	p.line("%s (%s)   %d minutes, difficulty %d   %s", visible(l.Title), l.ID, l.Minutes, l.Difficulty, visible(strings.Join(l.Requires, ", ")))
	p.line("\n%s\n", strings.TrimSpace(visibleLines(l.Ticket)))
	r := l.Main()
	p.line("request: %s %s from %s", method(r), visible(r.URL), visible(r.From))
	for _, s := range labs.Steps() {
		p.planned(l, s)
	}
	p.line("")
	for _, c := range l.Goals {
		p.line("goal    %s: %s", visible(c.Title), visible(c.That.Text))
	}
	for _, c := range l.Guards {
		p.line("guard   %s: %s", visible(c.Title), visible(c.That.Text))
	}
	for _, s := range l.Shortcuts {
		p.line("refused %s, by: %s", visible(s.Title), visible(s.StoppedBy))
	}
	p.line("\n# Fault\n%s", visibleLines(labrun.Words(l.Fault)))
	for i, s := range l.Solutions {
		p.line("# Solution %d\n%s", i+1, visibleLines(labrun.Words(s)))
	}
	p.line("# Debrief\n\n%s", visibleLines(l.Debrief))
}

// planned prints one step with its answer.
func (p *printer) planned(l *labs.Lab, step labs.Step) {
	s := l.Steps[step]
	verdict := ""
	if len(step.Layers()) > 0 {
		verdict = "not broken"
		if slices.Contains(l.Breaks, step) {
			verdict = "broken"
		}
	}
	p.line("\n%s   %s", step, verdict)
	for _, look := range s.Look {
		p.line("  $ %s", visible(look))
	}
	if s.Finding != nil {
		is := "as the cluster says"
		if len(s.Finding.Is) > 0 {
			is = strings.Join(s.Finding.Is, ", ")
		}
		p.line("  asked:  %s", visible(s.Finding.Ask))
		p.line("  answer: %s (%s)", visible(is), visible(s.Finding.Truth.Text))
	}
	for _, h := range s.Hints {
		p.line("  hint:   %s", visible(h))
	}
	if s.Wrong != "" {
		p.line("  wrong:  %s", visible(s.Wrong))
	}
}
