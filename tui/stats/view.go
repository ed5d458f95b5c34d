package stats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
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
		return append([]string{""}, layout.Indent(slices.Concat(m.memory(w-2), m.layers(w-2), m.days(w-2), m.calendar(w-2), m.forecast(w-2),
			m.topics(w-2), m.stability(w-2), m.difficulty(w-2), m.hours(w-2), m.leeches(w-2), m.solved(w-2)), 1)...)
	}
	lw := min((w-4)/2, 60)
	rw := min(w-4-lw, 76)
	left := slices.Concat(m.memory(lw), m.days(lw), m.forecast(lw), m.calendar(lw), m.hours(lw))
	right := slices.Concat(m.layers(rw), m.topics(rw), m.stability(rw), m.difficulty(rw), m.solved(rw), m.leeches(rw))
	return append([]string{""}, layout.Indent(layout.Columns(left, right, lw, rw, max(len(left), len(right)), "  "), 1)...)
}

func (m *Model) head(s string) string { return m.env.Styles.Strong.Render(s) }

// memory says how well cards are recalled beside what was wanted, and how many
// there are.
func (m *Model) memory(w int) []string {
	s, r := m.stats, m.stats.Retention
	known := fmt.Sprint(s.Cards)
	if s.Mature > 0 {
		known += fmt.Sprintf(", %d mature", s.Mature)
	}
	rows := [][2]string{{"retention, 30 days", recalled(r.Month)}}
	if r.Most > 0 {
		rows = append(rows, [2]string{"  wanted", wanted(r.Least, r.Most)})
	}
	for _, more := range []struct {
		name string
		of   cards.Recalled
	}{{"  young cards", r.Young}, {"  mature cards", r.Mature}, {"retention, a year", r.Year}} {
		if more.of.Reviews > 0 && more.of != r.Month {
			rows = append(rows, [2]string{more.name, recalled(more.of)})
		}
	}
	rows = append(rows, [][2]string{
		{"cards", known}, {"answers", fmt.Sprint(s.Reviews)}, {"days in a row", fmt.Sprint(s.Streak)}, {"today", widget.Took(s.TimeToday)},
	}...)
	out := []string{m.head("Memory")}
	for _, r := range rows {
		out = append(out, layout.Cut(layout.Pad(r[0], 20)+r[1], w))
	}
	return append(out, "")
}

// recalled is a rate with what it is of, or that it is not known.
func recalled(r cards.Recalled) string {
	if r.Reviews == 0 {
		return theme.Off
	}
	return fmt.Sprintf("%s of %d", widget.Percent(r.Rate), r.Reviews)
}

// wanted is the rate of all decks, or the range of theirs.
func wanted(least, most float64) string {
	if least == most {
		return widget.Percent(most)
	}
	return widget.Percent(least) + " to " + widget.Percent(most)
}

// layers sets cards and labs side by side, layer by layer of the path.
func (m *Model) layers(w int) []string {
	out := []string{layout.Cut(m.head("Layers")+m.env.Styles.Faint.Render("  cards recalled; labs solved"), w)}
	for _, t := range m.stats.Layers {
		name := strings.TrimPrefix(t.Tag, "layer:")
		solved, of := 0, 0
		for _, l := range m.labs {
			if slices.Contains(l.Layers, labs.Layer(name)) {
				of++
				if l.Solved > 0 {
					solved++
				}
			}
		}
		line := m.share(name, t, 12, 7)
		if of > 0 {
			line = layout.Ends(line, fmt.Sprintf("%d/%d", solved, of), min(w, 44))
		}
		out = append(out, layout.Cut(line, w))
	}
	return append(out, "")
}

// days draws the last 30 days as a row of columns, with the numbers in words.
func (m *Model) days(w int) []string {
	out := []string{m.head("Answers a day, 30 days")}
	const month = 30
	var counts []int
	total, again := 0, 0
	for _, d := range m.stats.Days[max(0, len(m.stats.Days)-month):] {
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
	out := []string{m.head("Due in the next 30 days")}
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

func (m *Model) topics(w int) []string {
	out := []string{m.head("Retention by topic")}
	for _, t := range m.stats.Tags {
		out = append(out, layout.Cut(m.share(t.Tag, t, min(20, max(w-24, 8)), 10), w))
	}
	if len(m.stats.Tags) == 0 {
		out = append(out, m.env.Styles.Faint.Render("no reviews yet"))
	}
	return append(out, "")
}

// share draws a recall rate as a bar behind its name, each of so many cells.
func (m *Model) share(what string, t cards.TagRecall, names, bar int) string {
	name := layout.Pad(layout.Cut(what, names-1), names)
	if t.Reviews == 0 {
		return name + theme.Off
	}
	return name + m.env.Styles.Accent.Render(widget.Bar(t.Recall, bar)) + " " +
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

// solved lists the labs that were tried, behind how many there are.
func (m *Model) solved(w int) []string {
	if len(m.labs) == 0 {
		return nil
	}
	solved := 0
	var lines []string
	for _, l := range m.labs {
		mark, words := m.env.Styles.Faint.Render(theme.Wait), "tried"
		switch {
		case l.Solved > 0:
			solved++
			mark, words = m.env.Styles.Good.Render(theme.OK), "solved"
			if l.Best > 0 {
				words = widget.Took(l.Best)
			}
		case l.Attempts == 0:
			continue
		}
		lines = append(lines, layout.Ends(mark+" "+l.Title, m.env.Styles.Faint.Render(words), min(w, 60)))
	}
	head := m.head("Labs") + m.env.Styles.Faint.Render(fmt.Sprintf("  %d of %d solved", solved, len(m.labs)))
	return slices.Concat([]string{head}, lines, []string{""})
}
