// Package lint finds what is wrong with a lab that can be read and still does
// not teach: words that give it away, commands that name what is not there,
// expressions that do not compile, cards that there are none of. It looks at
// files only; that a lab does what it claims, package verify proves.
package lint

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
)

// Around is what stands around a lab: what it may name.
type Around struct {
	Labs  []labs.Lab
	World labs.World
	Cards []string // their ids
}

// linter collects what is wrong with one lab.
type linter struct {
	lab      *labs.Lab
	around   Around
	problems []labs.Problem
}

// Lab looks at one lab.
func Lab(l *labs.Lab, around Around) []labs.Problem {
	_, problems := check.Compile(l)
	n := &linter{lab: l, around: around, problems: problems}
	n.whole()
	n.joins()
	n.ticket()
	n.questions()
	n.answers()
	n.commands()
	n.debrief()
	slices.SortStableFunc(n.problems, func(a, b labs.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return slices.Compact(n.problems) // steps that share a text share its problems
}

func (n *linter) complain(at labs.Pos, text, format string, a ...any) {
	n.problems = append(n.problems, labs.Problem{Pos: at, Text: text, Words: fmt.Sprintf(format, a...)})
}

// whole asks for what a lab can do without, and a good one has.
func (n *linter) whole() {
	if len(n.lab.Shortcuts) == 0 {
		n.complain(n.lab.Place("guards"), "", "no shortcut proves the guards: name a change that meets the goals and that a guard must stop")
	}
	asked := false
	for _, s := range n.lab.Steps {
		asked = asked || s.Finding != nil && len(s.Finding.Is) > 0
	}
	if !asked {
		n.complain(n.lab.Place("steps"), "", "no finding says its answer (is): without one the truth is compared with itself")
	}
}

// joins looks at what the lab names of others.
func (n *linter) joins() {
	for _, id := range n.lab.After {
		if !slices.ContainsFunc(n.around.Labs, func(l labs.Lab) bool { return l.ID == id }) {
			n.complain(n.lab.Place("after"), id, "after names no lab")
		}
	}
	for _, s := range labs.Steps() {
		for _, id := range n.lab.Steps[s].Cards {
			if !slices.Contains(n.around.Cards, id) {
				n.complain(n.lab.Steps[s].Pos, id, "step %s names no card that there is (gatedrill cards list)", s)
			}
		}
	}
	for _, id := range n.lab.Cards {
		if !slices.Contains(n.around.Cards, id) {
			n.complain(n.lab.Place("cards"), id, "cards names no card that there is (gatedrill cards list)")
		}
	}
}

// debrief holds it to a page that a terminal shows.
func (n *linter) debrief() {
	file := labs.Pos{File: path.Join(path.Dir(n.lab.Pos.File), "debrief.md")}
	lines := strings.Split(n.lab.Debrief, "\n")
	if len(lines) > 51 {
		n.complain(file, "", "%d lines: a debrief is a page, of at most 50", len(lines)-1)
	}
	if !strings.Contains(n.lab.Debrief, "**Three commands to keep**") {
		n.complain(file, "", "it has no part **Three commands to keep**")
	}
	for i, line := range lines {
		if direct.MatchString(line) {
			n.complain(labs.Pos{File: file.File, Line: i + 1, Column: 1}, strings.TrimSpace(line), notDirect)
		}
	}
}
