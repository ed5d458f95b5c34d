package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// brevity says how much of a check is shown.
type brevity int

const (
	full     brevity = iota // name and reason
	reasons                 // name, and the reason on one line
	firstWhy                // of the first that does not hold only
	names                   // names in full
	oneRow                  // each name on one line
)

// checks is the block of goals and guards with what each wants and got. It
// gives way by leaving out the reasons, then by shortening the names, and at
// last only counts. What has to hold matters most while it is repaired.
func (m *Model) checks(w int) layout.Block {
	why, all, one, count := rankExtra, rankExtra, rankOffer, rankCommand
	if m.mending() {
		why, all, one, count = rankReason, rankChecks, rankChecks, rankTally
	}
	draw := func(rank int, b brevity) layout.Form {
		goals, said := m.checked("goals", m.view.Goals, w, b, false)
		guards, _ := m.checked("guards", m.view.Guards, w, b, said)
		return layout.Form{Rank: rank, Lines: slices.Concat(goals, guards)}
	}
	return layout.Block{Forms: []layout.Form{draw(why, full), draw(why, reasons), draw(why, firstWhy),
		draw(all, names), draw(one, oneRow), {Rank: count, Lines: []string{m.tally(w)}}}}
}

// checked draws one kind of checks. said tells, before and after, whether a
// reason was given.
func (m *Model) checked(head string, all []labs.CheckView, w int, b brevity, said bool) ([]string, bool) {
	st := m.env.Styles
	var out []string
	for i, c := range all {
		label := layout.Spaces(8)
		if i == 0 {
			label = st.Faint.Render(layout.Pad(head, 8))
		}
		mark, style := widget.Outcome(st, c.Outcome)
		for n, l := range m.checkName(c, w-10, b) {
			if n == 0 {
				l = label + style.Render(mark) + " " + l
			} else {
				l = layout.Spaces(10) + l
			}
			out = append(out, l)
		}
		out = m.freshen(out, c.Changed, w)
		why := m.reason(c, w-10, b, said)
		said = said || len(why) > 0
		for _, l := range why {
			out = append(out, layout.Spaces(10)+st.Faint.Render(l))
		}
	}
	return out, said
}

// reason is why a check does not hold, as long as brevity allows.
func (m *Model) reason(c labs.CheckView, w int, b brevity, said bool) []string {
	why := m.why(c)
	switch {
	case b == full:
		return layout.Wrap(why, w)
	case why == "" || b > firstWhy || (b == firstWhy && said):
		return nil
	}
	return []string{layout.Cut(why, w)}
}

func (m *Model) checkName(c labs.CheckView, w int, b brevity) []string {
	name := c.Title
	if b > firstWhy && c.Fell {
		name = "was green: " + name
	}
	if b == oneRow {
		return []string{layout.Cut(name, w)}
	}
	return layout.Wrap(name, w)
}

// freshen marks the last line as changed a moment ago, on a line of its own
// where the mark has no room beside it.
func (m *Model) freshen(lines []string, at time.Time, w int) []string {
	mark := m.fresh(at)
	if last := len(lines) - 1; mark != "" && layout.Width(lines[last])+layout.Width(mark) <= w {
		lines[last] += mark
	} else if mark != "" {
		lines = append(lines, layout.Spaces(9)+mark)
	}
	return lines
}

const notKnown = "not known yet"

func (m *Model) why(c labs.CheckView) string {
	switch {
	case c.Outcome == labs.Pass, !m.captured():
		return "" // before the capture step it would answer that step's question
	case c.Fell && !c.Changed.IsZero():
		return strings.TrimSuffix("was green, red for "+widget.Took(m.now.Sub(c.Changed))+"; "+c.Why, "; ")
	case c.Fell:
		return strings.TrimSuffix("was green, now red; "+c.Why, "; ")
	case c.Outcome != labs.Fail && c.Why == "":
		return notKnown
	}
	return c.Why
}

// tally is goals and guards in one line.
func (m *Model) tally(w int) string {
	st := m.env.Styles
	part := func(name string, all []labs.CheckView) string {
		pass, worst := 0, labs.Pass
		for _, c := range all {
			if c.Outcome == labs.Pass {
				pass++
			} else if worst != labs.Fail {
				worst = c.Outcome
			}
		}
		mark, style := widget.Outcome(st, worst)
		return fmt.Sprintf("%s %d/%d %s", name, pass, len(all), style.Render(mark))
	}
	return layout.Cut(part("goals", m.view.Goals)+"  "+part("guards", m.view.Guards), w)
}
