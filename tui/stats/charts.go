package stats

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/widget"
)

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

// calendar draws a year, or as much of it as there is room for: a column a
// week, a row a day of the week, darker the more was answered.
func (m *Model) calendar(w int) []string {
	days := m.stats.Days
	studied := 0
	for _, d := range days {
		if d.Reviews > 0 {
			studied++
		}
	}
	if studied == 0 {
		return nil
	}
	const labels = 3 // cells of a weekday's name
	rows := weeks(days, max(w-labels, 1))
	out := []string{m.head("Calendar") + m.env.Styles.Faint.Render(fmt.Sprintf("  %s with answers in a year", widget.Count(studied, "day")))}
	for i, row := range rows {
		name := ""
		if i%2 == 0 {
			name = time.Weekday((i + 1) % 7).String()[:2]
		}
		out = append(out, m.env.Styles.Faint.Render(layout.Pad(name, labels))+m.env.Styles.Accent.Render(row))
	}
	return append(out, "")
}

// weeks are seven rows, Monday first, of the newest weeks that fit.
func weeks(days []cards.Day, fit int) [7]string {
	marks := []rune("·░▒▓█")
	most := 1
	for _, d := range days {
		most = max(most, d.Reviews)
	}
	first := len(days) - 7*fit + 6 - monday(days[len(days)-1].Date)
	first = max(first, 0)
	var rows [7][]rune
	for i := range monday(days[first].Date) {
		rows[i] = append(rows[i], ' ')
	}
	for _, d := range days[first:] {
		level := 0
		if d.Reviews > 0 {
			level = 1 + min((d.Reviews*4-1)/most, 3)
		}
		row := monday(d.Date)
		rows[row] = append(rows[row], marks[level])
	}
	var out [7]string
	for i := range rows {
		out[i] = string(rows[i])
	}
	return out
}

// monday is the day of the week, Monday being 0.
func monday(date time.Time) int { return (int(date.Weekday()) + 6) % 7 }

func (m *Model) stability(w int) []string {
	out := []string{m.head("Stability") + m.env.Styles.Faint.Render("  days to 90 % recall")}
	return m.buckets(out, m.stats.Stability, w, func(b cards.Bucket) string {
		switch {
		case b.From == 0:
			return fmt.Sprintf("under %.0f", b.To)
		case b.To == 0:
			return fmt.Sprintf("from %.0f", b.From)
		}
		return fmt.Sprintf("%.0f to %.0f", b.From, b.To)
	})
}

func (m *Model) difficulty(w int) []string {
	out := []string{m.head("Difficulty") + m.env.Styles.Faint.Render("  1 easy, 10 hard")}
	return m.buckets(out, m.stats.Difficulty, w, func(b cards.Bucket) string {
		if b.To == 0 {
			return fmt.Sprintf("%.0f to 10", b.From)
		}
		return fmt.Sprintf("%.0f to %.0f", b.From, b.To)
	})
}

// buckets draws ranges as bars; nothing at all while no card was answered.
func (m *Model) buckets(out []string, of []cards.Bucket, w int, name func(cards.Bucket) string) []string {
	most := 0
	for _, b := range of {
		most = max(most, b.Cards)
	}
	if most == 0 {
		return nil
	}
	const names = 12
	room := min(max(w-names-7, 4), 24)
	for _, b := range of {
		line := layout.Pad(name(b), names)
		if b.Cards > 0 {
			bar := max(1, b.Cards*room/most)
			line += m.env.Styles.Accent.Render(strings.Repeat("█", bar)) + fmt.Sprintf(" %d", b.Cards)
		} else {
			line += "·"
		}
		out = append(out, layout.Cut(line, w))
	}
	return append(out, "")
}

// enough is how many reviews an hour needs before it is called good or bad.
const enough = 20

// hours draws when answers are given, and names the hours at which most and
// least is recalled.
func (m *Model) hours(w int) []string {
	var counts []int
	best, worst := -1, -1
	total := 0
	for i, h := range m.stats.Hours {
		counts = append(counts, h.Answers)
		total += h.Answers
		if h.Reviews < enough {
			continue
		}
		if best < 0 || h.Rate > m.stats.Hours[best].Rate {
			best = i
		}
		if worst < 0 || h.Rate < m.stats.Hours[worst].Rate {
			worst = i
		}
	}
	if total == 0 {
		return nil
	}
	out := []string{m.head("Answers by hour, 30 days"), m.env.Styles.Accent.Render(columns(counts)), m.env.Styles.Faint.Render("0     6     12    18   23")}
	if best >= 0 && best != worst {
		at := func(i int) string {
			return fmt.Sprintf("at %d: %s of %d", i, widget.Percent(m.stats.Hours[i].Rate), m.stats.Hours[i].Reviews)
		}
		out = append(out, layout.Flow("most is recalled "+at(best)+", least "+at(worst), w)...)
	}
	return append(out, "")
}
