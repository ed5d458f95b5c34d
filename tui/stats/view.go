package stats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// lines is the whole page. It has two columns where there is room.
func (m *Model) lines(w int) []string {
	st := m.env.Styles
	switch {
	case !m.loaded:
		return []string{"", st.Faint.Render(" reading the review log …")}
	case m.err != "":
		return append([]string{""}, layout.Indent(layout.Flow(
			theme.Bad+" the numbers could not be read: "+m.err, w-2), 1)...)
	}
	if w < 72 {
		return append([]string{""}, layout.Indent(slices.Concat(m.memory(w-2), m.days(w-2), m.forecast(w-2),
			m.tags(w-2), m.leeches(w-2), m.solved(w-2)), 1)...)
	}
	lw := min((w-4)/2, 60)
	rw := min(w-4-lw, 76)
	left := slices.Concat(m.memory(lw), m.days(lw), m.forecast(lw))
	right := slices.Concat(m.tags(rw), m.solved(rw), m.leeches(rw))
	return append([]string{""}, layout.Indent(layout.Columns(left, right, lw, rw, max(len(left), len(right)), "  "), 1)...)
}

func (m *Model) head(s string) string { return m.env.Styles.Strong.Render(s) }

func (m *Model) memory(w int) []string {
	s := m.stats
	recall := theme.Off
	if s.Recall30 > 0 {
		recall = widget.Percent(s.Recall30)
	}
	known := fmt.Sprint(s.Cards)
	if s.Mature > 0 {
		known += fmt.Sprintf(", %d mature", s.Mature)
	}
	rows := [][2]string{
		{"retention, 30 days", recall},
		{"cards", known},
		{"answers", fmt.Sprint(s.Reviews)},
		{"days in a row", fmt.Sprint(s.Streak)},
		{"today", widget.Took(s.TimeToday)},
	}
	out := []string{m.head("Memory")}
	for _, r := range rows {
		out = append(out, layout.Cut(layout.Pad(r[0], 20)+r[1], w))
	}
	return append(out, "")
}

// days draws the last 30 days as a row of columns, with the numbers in words.
func (m *Model) days(w int) []string {
	out := []string{m.head("Answers a day, 30 days")}
	var counts []int
	total, again := 0, 0
	for _, d := range m.stats.Days {
		counts = append(counts, d.Reviews)
		total, again = total+d.Reviews, again+d.Again
	}
	if total == 0 {
		return append(out, m.env.Styles.Faint.Render("none yet"), "")
	}
	words := widget.Count(total, "answer")
	if again > 0 {
		words += fmt.Sprintf(", %d again", again)
	}
	words += fmt.Sprintf(", up to %d a day", slices.Max(counts))
	return append(out, layout.Cut(m.env.Styles.Accent.Render(columns(counts)), w), layout.Cut(words, w), "")
}

func (m *Model) forecast(w int) []string {
	out := []string{m.head("Due in the next 14 days")}
	if len(m.stats.Forecast) == 0 {
		return append(out, m.env.Styles.Faint.Render("nothing"), "")
	}
	total := 0
	for _, n := range m.stats.Forecast {
		total += n
	}
	words := fmt.Sprintf("today %d", m.stats.Forecast[0])
	if len(m.stats.Forecast) > 1 {
		words += fmt.Sprintf(", tomorrow %d, in all %d", m.stats.Forecast[1], total)
	}
	return append(out, layout.Cut(m.env.Styles.Accent.Render(columns(m.stats.Forecast)), w), layout.Cut(words, w), "")
}

// columns draws numbers as a row of eighth-block columns; zero is a dot, so
// that a day without anything is seen as a day.
func columns(counts []int) string {
	marks := []rune("▁▂▃▄▅▆▇█")
	top := max(slices.Max(append([]int{1}, counts...)), 1)
	var b strings.Builder
	for _, n := range counts {
		if n <= 0 {
			b.WriteRune('·')
			continue
		}
		b.WriteRune(marks[min((n*len(marks)-1)/top, len(marks)-1)])
	}
	return b.String()
}

func (m *Model) tags(w int) []string {
	out := []string{m.head("Retention by topic")}
	for _, t := range m.stats.Tags {
		out = append(out, layout.Cut(m.tag(t, w), w))
	}
	if len(m.stats.Tags) == 0 {
		out = append(out, m.env.Styles.Faint.Render("no reviews yet"))
	}
	return append(out, "")
}

func (m *Model) tag(t cards.TagRecall, w int) string {
	width := min(20, max(w-24, 8))
	name := layout.Pad(layout.Cut(t.Tag, width-1), width)
	if t.Reviews == 0 {
		return name + theme.Off
	}
	return name + m.env.Styles.Accent.Render(widget.Bar(t.Recall, 10)) + " " +
		layout.Right(widget.Percent(t.Recall), 5) + m.env.Styles.Faint.Render("  of "+fmt.Sprint(t.Reviews))
}

func (m *Model) leeches(w int) []string {
	if len(m.stats.Leeches) == 0 {
		return nil
	}
	out := []string{m.head("Keep failing")}
	for _, r := range m.stats.Leeches {
		out = append(out, layout.Cut(fmt.Sprintf("%2d×  %s", r.Memory.Lapses, widget.Gist(r.Card.Front)), w))
	}
	return append(out, "")
}

func (m *Model) solved(w int) []string {
	if len(m.labs) == 0 {
		return nil
	}
	out := []string{m.head("Labs")}
	for _, l := range m.labs {
		mark, words := m.env.Styles.Faint.Render(theme.Wait), "not tried"
		switch {
		case l.Solved > 0:
			mark, words = m.env.Styles.Good.Render(theme.OK), "solved"
			if l.Best > 0 {
				words = widget.Took(l.Best)
			}
		case l.Attempts > 0:
			words = "tried"
		}
		out = append(out, layout.Ends(mark+" "+l.Title, m.env.Styles.Faint.Render(words), min(w, 60)))
	}
	return append(out, "")
}
