package browse

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// page is one card in full.
func (m *Cards) page(r cards.Row) string {
	c, mem := r.Card, r.Memory
	text := fmt.Sprintf("%s\n\n---\n\n%s\n\n---\n\n%s", c.Question(), c.Answer(), c.Source)
	facts := []string{"deck " + c.Deck, standing(r, m.now)}
	if mem.Reps > 0 {
		facts = append(facts, widget.Count(mem.Reps, "review"), widget.Count(mem.Lapses, "lapse"),
			fmt.Sprintf("stable for %.0f days", mem.Stability))
	}
	if mem.Marked {
		facts = append(facts, "marked")
	}
	if mem.Leech() {
		facts = append(facts, "keeps failing")
	}
	if len(c.Labs) > 0 {
		facts = append(facts, "lab "+strings.Join(c.Labs, ", "))
	}
	return text + "\n\n" + strings.Join(facts, " · ")
}

// View draws the list.
func (m *Cards) View(w, h int) string {
	st := m.env.Styles
	w = min(w, widest)
	lines := []string{m.list.Head(w, "card"), layout.Cut("   "+st.Faint.Render(m.list.Wrong()), w-1)}
	if n := len(m.wrongs); n > 0 && m.list.Wrong() == "" {
		lines[1] = layout.Cut(" "+st.Bad.Render(theme.Bad)+" "+widget.Count(n, "problem")+" with the decks: p lists them", w-1)
	}
	switch {
	case !m.loaded:
		lines = append(lines, st.Faint.Render(" reading cards …"))
	case m.err != "":
		lines = append(lines, layout.Indent(layout.Flow(theme.Bad+" the cards could not be read: "+m.err, w-2), 1)...)
	case m.list.Len() == 0:
		lines = append(lines, " No card matches. esc drops the filter.")
	default:
		lines = slices.Concat(lines, m.list.Window(h-len(lines), func(i int, marked bool) string {
			return m.line(m.all[i], marked, w)
		}))
	}
	return layout.Fit(lines, w, h)
}

func (m *Cards) line(r cards.Row, marked bool, w int) string {
	st := m.env.Styles
	tail := layout.Pad(standing(r, m.now), 10)
	head := ""
	if w >= 100 {
		head = layout.Pad(r.Card.Deck, 12) + " "
	}
	if w >= 72 { // the name by which labs and commands call it
		head += layout.Pad(r.Card.ID, min(w/3, 31)) + " "
	}
	front := widget.Gist(r.Card.Front)
	if r.Memory.Marked {
		front = "* " + front
	}
	front = layout.Pad(front, w-6-layout.Width(head)-10)
	cursor := "  "
	if marked {
		cursor, front = st.Accent.Render(theme.Here)+" ", st.Strong.Render(front)
	}
	return " " + cursor + st.Faint.Render(head) + front + "  " + st.Faint.Render(tail)
}

// standing says where a card stands, in a word or two.
func standing(r cards.Row, now time.Time) string {
	const day = 24 * time.Hour
	switch m := r.Memory; {
	case m.Suspended:
		return "suspended"
	case r.Buried():
		return "buried"
	case m.UrgedBy != "":
		return "due"
	case m.State == cards.New:
		return "new"
	case m.State != cards.Review && m.Due.After(now):
		return "in " + cards.Interval(m.Due.Sub(now))
	case m.State == cards.Review && r.In > 0:
		return "in " + cards.Interval(time.Duration(r.In)*day)
	}
	return "due"
}
