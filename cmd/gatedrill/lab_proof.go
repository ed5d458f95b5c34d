package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/verify"
)

// proofTable prints a row for each lab, once it is proved.
type proofTable struct {
	e     *env
	lines []verify.Line // of the lab in work
	rows  int
	took  time.Duration
}

func (t *proofTable) add(l verify.Line) {
	if len(t.lines) > 0 && t.lines[0].Lab != l.Lab {
		t.flush()
	}
	t.lines = append(t.lines, l)
}

func (t *proofTable) end() {
	t.flush()
	fmt.Fprintf(t.e.Stdout, "%d labs, %.0f s\n", t.rows, t.took.Seconds())
}

func (t *proofTable) flush() {
	if len(t.lines) == 0 {
		return
	}
	if t.rows == 0 {
		fmt.Fprintf(t.e.Stdout, "%-24s", "LAB")
		for _, p := range verify.Parts() {
			fmt.Fprintf(t.e.Stdout, " %-9s", strings.ToUpper(string(p)))
		}
		fmt.Fprintln(t.e.Stdout, " SECONDS")
	}
	t.rows++
	fmt.Fprintf(t.e.Stdout, "%-24s", t.lines[0].Lab)
	for _, p := range verify.Parts() {
		fmt.Fprintf(t.e.Stdout, " %-9s", t.mark(p))
	}
	var took time.Duration
	for _, l := range t.lines {
		took += l.Took
	}
	fmt.Fprintf(t.e.Stdout, " %7.1f\n", took.Seconds())
	for _, l := range t.lines {
		if !l.OK {
			printProof(t.e, l)
		}
	}
	t.took += took
	t.lines = nil
}

// mark sums up the checks of one part; those of a proof that broke off are
// not there.
func (t *proofTable) mark(p verify.Part) string {
	has := func(f func(verify.Line) bool) bool { return slices.ContainsFunc(t.lines, f) }
	switch {
	case has(func(l verify.Line) bool { return l.Part == p && !l.OK }):
		return "✗"
	case has(func(l verify.Line) bool { return l.Part == p }):
		return "✓"
	}
	return "–"
}

func printProof(e *env, l verify.Line) {
	mark := "✓"
	switch {
	case l.NotOffered:
		mark = "–"
	case !l.OK:
		mark = "✗"
	}
	fmt.Fprintf(e.Stdout, "%s %-20s %-60s %6.2f s\n", mark, l.Lab, l.Check, l.Took.Seconds())
	if l.Why != "" {
		fmt.Fprintf(e.Stdout, "    %s\n", visible(l.Why))
	}
}
