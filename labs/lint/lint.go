// Package lint finds what is wrong with a lab that can be read and still does
// not teach: words that give it away, commands that name what is not there,
// expressions that do not compile, cards that there are none of. It looks at
// files only; that a lab does what it claims, package verify proves.
package lint

import (
	"cmp"
	"fmt"
	"maps"
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
	Cards map[string][]string // by their ids: the labs that each names
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
	return n.problems
}

func (n *linter) complain(at labs.Pos, text, format string, a ...any) {
	p := labs.Problem{Pos: at, Text: text, Words: fmt.Sprintf(format, a...)}
	if !slices.Contains(n.problems, p) { // steps that share a text share its problems
		n.problems = append(n.problems, p)
	}
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

// joins looks at what the lab names of others, and others of it.
func (n *linter) joins() {
	for _, id := range n.lab.After {
		switch l, found := n.labOf(id); {
		case !found:
			n.complain(n.lab.Place("after"), id, "after names no lab")
		case n.presumes(l, map[string]bool{}):
			n.complain(n.lab.Place("after"), id, "the two labs presume each other: neither can be offered first")
		}
	}
	named := slices.Clone(n.lab.Cards)
	for _, s := range labs.Steps() {
		plan := n.lab.Steps[s]
		named = append(named, plan.Cards...)
		for i, id := range plan.Cards {
			if _, found := n.around.Cards[id]; !found {
				n.complain(plan.Place("cards", i), id, "step %s names no card that there is (gatedrill cards list)", s)
			}
		}
	}
	if len(n.lab.Cards) == 0 {
		n.complain(n.lab.Place("cards"), "", "cards names no card: what is to be kept of the lab? (gatedrill cards list)")
	}
	for _, id := range n.lab.Cards {
		if _, found := n.around.Cards[id]; !found {
			n.complain(n.lab.Place("cards"), id, "cards names no card that there is (gatedrill cards list)")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(n.around.Cards)) {
		if slices.Contains(n.around.Cards[id], n.lab.ID) && !slices.Contains(named, id) {
			n.complain(n.lab.Place("cards"), id, "a card names this lab, which does not name it")
		}
	}
}

func (n *linter) labOf(id string) (labs.Lab, bool) {
	i := slices.IndexFunc(n.around.Labs, func(l labs.Lab) bool { return l.ID == id })
	if i < 0 {
		return labs.Lab{}, false
	}
	return n.around.Labs[i], true
}

// presumes says whether a lab is this one, or comes after it.
func (n *linter) presumes(l labs.Lab, seen map[string]bool) bool {
	if l.ID == n.lab.ID {
		return true
	}
	seen[l.ID] = true
	return slices.ContainsFunc(l.After, func(id string) bool {
		before, found := n.labOf(id)
		return found && !seen[id] && n.presumes(before, seen)
	})
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
