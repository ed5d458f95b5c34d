package home

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// firstCards is how many cards the first session has.
const firstCards = 5

// item is one thing to do next.
type item struct {
	verb string // "Review"
	what string // "“The shop is gone”"
	why  string // "because tls was wrong twice this week"
	open screen.Open
}

// items lists what to do next, most useful first.
func (m *Model) items() []item {
	var out []item
	add := func(i item, ok bool) {
		if ok {
			out = append(out, i)
		}
	}
	add(m.reviewItem())
	add(m.continueItem())
	add(m.nextItem())
	add(item{"Look", "at what is where", "four pages, a minute", screen.Open{Kind: screen.Tour}}, m.loaded && m.summary.FirstTime)
	return out
}

func (m *Model) reviewItem() (item, bool) {
	if !m.loaded {
		return item{}, false
	}
	s := m.summary
	if s.FirstTime {
		n := min(firstCards, max(left(s.Counts), 1))
		return item{"Start", fmt.Sprintf("the first %s", widget.Count(n, "card")), "about 3 minutes",
			screen.Open{Kind: screen.Review, Limit: firstCards}}, s.Total > 0
	}
	if left(s.Counts) == 0 {
		return item{}, false
	}
	if n := firstCards - s.Reviewed; s.FirstDay && n > 0 { // it was left: it ends where it was to end
		return item{"Go on", fmt.Sprintf("with the first %s", widget.Count(firstCards, "card")), fmt.Sprintf("%d to go", n),
			screen.Open{Kind: screen.Review, Limit: n}}, true
	}
	why := ""
	if s.Weakest != "" {
		why = "weakest: " + s.Weakest
	}
	return item{"Review", widget.Count(left(s.Counts), "card"), why, screen.Open{Kind: screen.Review}}, true
}

func (m *Model) continueItem() (item, bool) {
	for _, l := range m.labs {
		if l.InProgress {
			return item{"Continue", quoted(l.Title), progress(l), screen.Open{Kind: screen.Lab, Lab: l.ID, Resume: true}}, true
		}
	}
	return item{}, false
}

// progress says how far an attempt is: "step 3 of 6 · 7 min so far".
func progress(l labs.Listing) string {
	where := "diagnosis complete"
	if n := len(labs.Steps()); l.StepsDone < n {
		where = fmt.Sprintf("step %d of %d", l.StepsDone+1, n)
	}
	if m := int(l.Worked.Minutes()); m > 0 {
		where += fmt.Sprintf(" · %d min so far", m)
	}
	return where
}

func (m *Model) nextItem() (item, bool) {
	l, why := m.suggest()
	if l.ID == "" {
		return item{}, false
	}
	verb := "Next lab"
	if m.summary.FirstTime {
		verb = "Lab"
	}
	return item{verb, quoted(l.Title), why, screen.Open{Kind: screen.Lab, Lab: l.ID}}, true
}

// suggest picks the next lab: the coach's, else the easiest one that was not
// solved and can run here. Nothing while a lab is in progress, since only one
// runs at a time.
func (m *Model) suggest() (labs.Listing, string) {
	var open []labs.Listing
	if slices.ContainsFunc(m.labs, func(l labs.Listing) bool { return l.InProgress }) {
		return labs.Listing{}, ""
	}
	for _, l := range m.labs {
		if l.ID == m.advice.Lab && l.ID != "" {
			return l, m.advice.LabWhy
		}
		if l.Solved == 0 && len(l.Missing) == 0 {
			open = append(open, l)
		}
	}
	if len(open) == 0 {
		return labs.Listing{}, ""
	}
	best := slices.MinFunc(open, func(a, b labs.Listing) int {
		return cmp.Or(cmp.Compare(a.Difficulty, b.Difficulty), cmp.Compare(a.Minutes, b.Minutes))
	})
	why := fmt.Sprintf("%d min, not solved yet", best.Minutes)
	if best.Attempts > 0 {
		why = fmt.Sprintf("%d min, tried and not solved yet", best.Minutes)
	}
	return best, why
}

// today says what the day holds, as much of it as fits w cells.
func today(s cards.Summary, w int) string {
	switch n := left(s.Counts); {
	case s.Total == 0:
		return "no cards found"
	case n == 0 && s.Reviewed > 0:
		return fmt.Sprintf("all done · %s given", widget.Count(s.Reviewed, "answer"))
	case n == 0:
		return "nothing is due"
	}
	var parts []string
	if due := s.Due + s.Learning; due > 0 {
		parts = append(parts, widget.Count(due, "card")+" due")
	}
	switch {
	case s.New > 0 && len(parts) == 0:
		parts = append(parts, widget.Count(s.New, "new card"))
	case s.New > 0:
		parts = append(parts, fmt.Sprintf("%d new", s.New))
	}
	if about := widget.About(s.Estimate.Round(time.Second)); about != "" {
		parts = append(parts, about)
	}
	if s.Streak > 1 {
		parts = append(parts, fmt.Sprintf("day %d in a row", s.Streak))
	}
	for len(parts) > 1 && layout.Width(strings.Join(parts, " · ")) > w {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, " · ")
}

func left(c cards.Counts) int { return c.Due + c.New + c.Learning }

func quoted(s string) string { return "“" + s + "”" }
