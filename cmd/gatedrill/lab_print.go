package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

func printLabs(w io.Writer, list []labs.Listing) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tTITLE\tMINUTES\tSOLVED\tBEST\t")
	for _, l := range list {
		best, state := "", ""
		if l.Best > 0 {
			best = l.Best.Round(time.Second).String()
		}
		if l.InProgress {
			state = "in progress"
		}
		if len(l.Missing) > 0 {
			state = "needs " + strings.Join(l.Missing, ", ")
		}
		if l.From != "" {
			state = strings.TrimLeft(state+", from "+visible(l.From), ", ")
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d of %d\t%s\t%s\n", l.ID, visible(l.Title), l.Minutes, l.Solved, l.Attempts, best, state)
	}
	return t.Flush()
}

// printLab shows a session as text in reading order.
func printLab(w io.Writer, v labs.View) error {
	p := &printer{w: w}
	p.line("%s (%s)   %s   %s", visible(v.Lab.Title), v.Lab.ID, v.Phase, v.Elapsed.Round(time.Second))
	p.line("")
	p.line("%s", strings.TrimSpace(visibleLines(v.Ticket)))
	p.line("")
	if v.Trouble != "" {
		p.line("! %s", visible(v.Trouble))
		p.line("")
	}
	p.line("last request  %s %s   %s", method(v.Request), visible(v.Request.URL), visible(answerLine(v.Capture)))
	for _, m := range v.Path {
		was := ""
		if m.Was != "" {
			was = "   was " + string(m.Was)
		}
		mark := "?"
		if m.Verdict != "" {
			mark = traceMark(m.Verdict)
		}
		p.line("  %-12s %s%s", m.Layer, mark, was)
	}
	p.line("")
	for _, s := range v.Steps {
		p.step(s, s.Step == v.Current)
	}
	p.line("")
	p.checks(v)
	if len(v.Cards) > 0 {
		p.line("")
		p.line("made due by wrong verdicts: %s", visible(strings.Join(v.Cards, ", ")))
	}
	if v.Debrief != "" {
		p.line("")
		p.line("%s", visibleLines(v.Debrief))
	}
	return p.err
}

func method(r labs.Request) string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, a ...any) {
	if _, err := fmt.Fprintf(p.w, format+"\n", a...); err != nil && p.err == nil {
		p.err = err
	}
}

// step prints one step; the current one with everything that is asked.
func (p *printer) step(s labs.StepView, current bool) {
	mark := " "
	switch {
	case s.Done:
		mark = "✓"
	case current:
		mark = "▶"
	}
	var got []string
	if s.Verdict != "" {
		got = append(got, rightly(string(s.Verdict), s.VerdictRight))
	}
	if s.Answer != "" {
		got = append(got, rightly(visible(s.Answer), s.FindingRight))
	}
	p.line("%s %-26s %s", mark, s.Title, strings.Join(got, ", "))
	if !current {
		return
	}
	p.line("    %s", s.Question)
	for _, l := range s.Look {
		p.line("      $ %s", visible(l))
	}
	p.line("    asked: %s", visible(s.Ask))
	p.line("      gatedrill lab answer %s …", s.Step)
	if len(s.Step.Layers()) > 0 {
		p.line("      gatedrill lab verdict %s healthy|broken|off-path", s.Step)
	}
	for _, h := range s.Hints {
		p.line("    hint: %s", visible(h))
	}
	if s.HintsLeft > 0 {
		p.line("    hints left: %d   gatedrill lab hint %s", s.HintsLeft, s.Step)
	}
	if s.Reply != "" {
		p.line("    %s", visible(s.Reply))
	}
}

func rightly(text string, right bool) string {
	if right {
		return text
	}
	return text + " (not so)"
}

func (p *printer) checks(v labs.View) {
	for _, part := range []struct {
		name string
		list []labs.CheckView
	}{{"goal", v.Goals}, {"guard", v.Guards}} {
		for _, c := range part.list {
			p.line("%-6s %s %s%s", part.name, outcomeMark(c.Outcome), visible(c.Title), why(c))
		}
	}
}

func why(c labs.CheckView) string {
	out := ""
	if c.Why != "" {
		out = "   " + visible(c.Why)
	}
	if c.Fell {
		out += "   was green, now red"
	}
	return out
}

func outcomeMark(o labs.Outcome) string {
	switch o {
	case labs.Pass:
		return "✓"
	case labs.Fail:
		return "✗"
	case labs.Pending:
	}
	return "?"
}

func printChecks(w io.Writer, v labs.View) error {
	p := &printer{w: w}
	p.checks(v)
	switch {
	case v.Phase == labs.PhaseSolved:
		p.line("solved after %s; read what happened: gatedrill lab status", v.Elapsed.Round(time.Second))
	case v.Trouble != "":
		p.line("! %s", visible(v.Trouble))
	}
	return p.err
}

// printReply prints what an answer got, and turns it into an exit code.
func printReply(e *env, r labs.Reply, err error, asJSON bool) error {
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(e.Stdout, r)
	} else {
		_, err = fmt.Fprintln(e.Stdout, visible(r.Words))
	}
	switch {
	case err != nil:
		return err
	case r.Slip:
		return fail(exitUsage, nil)
	case r.Unknown:
		return fail(exitUnknown, nil)
	case !r.Right:
		return fail(exitFailed, nil)
	}
	return nil
}
