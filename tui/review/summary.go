package review

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// summary draws the end of a session: what was hard, what comes tomorrow, the
// one lab that would help.
func (m *Model) summary(w int) []string {
	st := m.env.Styles
	lines := []string{"", " " + st.Strong.Render(m.headline())}
	if m.cram != nil && len(m.done) > 0 {
		lines = append(lines, " Nothing was rescheduled.")
	}
	if hard := m.hard(); len(hard) > 0 {
		lines = append(lines, "", " "+st.Strong.Render("What was hard"))
		for _, g := range hard {
			lines = append(lines, layout.Cut(fmt.Sprintf("   %s  %s", layout.Pad(name(g.rating), 5),
				widget.Gist(g.prompt.Card.Front)), w-1))
		}
	}
	if !m.ending.loaded {
		return append(lines, "", st.Faint.Render(" …"))
	}
	if m.ending.err != "" {
		return append(append(lines, ""), layout.Indent(layout.Flow(
			theme.Bad+" what comes next could not be read: "+m.ending.err, w-2), 1)...)
	}
	lines = append(lines, "", " "+st.Strong.Render("Tomorrow")+"   "+tomorrow(m.ending.stats.Forecast))
	if l := m.helpful(); l.ID != "" {
		lines = append(lines, "", layout.Cut(" "+st.Strong.Render("Lab")+fmt.Sprintf("        “%s”  %d min   ", l.Title, l.Minutes)+
			st.Accent.Render("L")+" starts it", w))
	}
	return lines
}

func (m *Model) headline() string {
	switch {
	case len(m.done) == 0 && m.filter != "":
		return "No card is meant by " + m.filter + "."
	case len(m.done) == 0:
		return "Nothing is due now."
	}
	var took time.Duration
	known := 0
	for _, g := range m.done {
		took += g.took
		if g.rating != cards.Again {
			known++
		}
	}
	if m.cram != nil {
		return fmt.Sprintf("%s, %d known.", widget.Count(len(m.done), "answer"), known)
	}
	return fmt.Sprintf("%s in %s, %d known.", widget.Count(len(m.done), "answer"), widget.Took(took), known)
}

// hard lists the cards rated again or hard, each once, the worst first.
func (m *Model) hard() []given {
	worst := map[string]given{}
	var order []string
	for _, g := range m.done {
		id := g.prompt.Card.ID
		old, seen := worst[id]
		if g.rating > cards.Hard || (seen && old.rating <= g.rating) {
			continue
		}
		if !seen {
			order = append(order, id)
		}
		worst[id] = g
	}
	out := make([]given, len(order))
	for i, id := range order {
		out[i] = worst[id]
	}
	slices.SortStableFunc(out, func(a, b given) int { return cmp.Compare(a.rating, b.rating) })
	return out
}

// helpful is the lab that most of the hard cards point at; one not solved yet
// wins a tie.
func (m *Model) helpful() labs.Listing {
	var best labs.Listing
	most := 0
	for _, l := range m.ending.labs {
		n := 0
		for _, g := range m.hard() {
			if named(l, g.prompt.Card.Labs) {
				n++
			}
		}
		if n == 0 || len(l.Missing) > 0 {
			continue
		}
		if n > most || (n == most && best.Solved > 0 && l.Solved == 0) {
			best, most = l, n
		}
	}
	return best
}

// tomorrow counts what comes the next day, with what is left of this one:
// also the cards just answered whose steps are not over.
func tomorrow(forecast []int) string {
	if len(forecast) < 2 || forecast[0]+forecast[1] == 0 {
		return "no card comes back; new ones may"
	}
	words := widget.Count(forecast[0]+forecast[1], "card") + " to review"
	if forecast[0] > 0 {
		words += fmt.Sprintf(", %d left of today", forecast[0])
	}
	return words
}
