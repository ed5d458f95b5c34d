package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

//go:embed stats_page.html
var statsPage string

// page is the statistics as one file for a browser: charts are SVG, nothing is
// fetched and nothing runs, which its own policy says too.
func (n numbers) page(w io.Writer, now time.Time) error {
	t, err := template.New("stats").Parse(statsPage)
	if err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	if err := t.Execute(w, n.sheet(now)); err != nil {
		return fmt.Errorf("print the page: %w", err)
	}
	return nil
}

// sheet is what the page's template is filled with.
type sheet struct {
	Made                                                      string
	Facts                                                     [][2]string
	Calendar, Answers, Forecast, Stability, Difficulty, Hours chart
	Layers, Topics, Labs, Leeches                             [][]string
}

func (n numbers) sheet(now time.Time) sheet {
	s := sheet{
		Made: now.Format("2 January 2006, 15:04"), Facts: n.facts(), Calendar: calendarChart(n.Days),
		Answers: answersChart(n.Days), Forecast: forecastChart(n.Forecast, now), Hours: hoursChart(n.Hours),
		Stability: bucketChart("Stability, in days", n.Stability), Difficulty: bucketChart("Difficulty", n.Difficulty),
	}
	for _, l := range n.layers() {
		s.Layers = append(s.Layers, []string{l.Name, recalledText(cards.Recalled{Reviews: l.Cards.Reviews, Rate: l.Cards.Recall}), fmt.Sprintf("%d of %d", l.Solved, l.Labs)})
	}
	for _, t := range n.Tags {
		s.Topics = append(s.Topics, []string{t.Tag, recalledText(cards.Recalled{Reviews: t.Reviews, Rate: t.Recall})})
	}
	tried, _ := n.tried()
	for _, l := range tried {
		standing := "tried"
		if l.Solved > 0 {
			standing = "solved"
		}
		best := "–"
		if l.Best > 0 {
			best = l.Best.Round(time.Second).String()
		}
		s.Labs = append(s.Labs, []string{l.Title, standing, fmt.Sprint(l.Attempts), best})
	}
	for _, r := range n.Leeches {
		s.Leeches = append(s.Leeches, []string{r.Card.ID, count(r.Memory.Lapses, "time"), strings.Join(r.Card.Labs, ", ")})
	}
	return s
}

// facts are the numbers that stand at the top.
func (n numbers) facts() [][2]string {
	r := n.Retention
	out := [][2]string{{"retention, 30 days", recalledText(r.Month)}}
	if r.Most > 0 {
		out = append(out, [2]string{"wanted", wantedText(r)})
	}
	_, solved := n.tried()
	return append(out, [][2]string{
		{"of young cards", recalledText(r.Young)}, {"of mature cards", recalledText(r.Mature)}, {"a year", recalledText(r.Year)},
		{"cards", fmt.Sprintf("%d, %d mature", n.Cards, n.Mature)}, {"answers", fmt.Sprint(n.Reviews)},
		{"days in a row", fmt.Sprint(n.Streak)}, {"today", minutes(n.TimeToday)}, {"labs solved", fmt.Sprintf("%d of %d", solved, len(n.labs))},
	}...)
}

// chart is an SVG drawing: rectangles with what they stand for, and words.
type chart struct {
	Title         string // said where it is not seen
	Width, Height int
	Rects         []rect
	Words         []word
}

type rect struct {
	X, Y, W, H float64
	Class      string // how dark, or which of two series
	Title      string
}

type word struct {
	X, Y   float64
	Text   string
	Anchor string // "start", "middle" or "end"
}

const (
	cell = 13.0 // of the calendar, with the gap after it
	gap  = 2.0
	left = 26.0 // where names stand
)

// calendarChart is a year: a column a week, Monday on top.
func calendarChart(days []cards.Day) chart {
	c := chart{Title: "answers on each day of a year", Height: int(7*cell) + 18}
	if len(days) == 0 {
		return c
	}
	most := slices.MaxFunc(days, func(a, b cards.Day) int { return a.Reviews - b.Reviews }).Reviews
	monday := func(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }
	first := monday(days[0].Date)
	for i, d := range days {
		x := left + float64((i+first)/7)*cell
		c.Rects = append(c.Rects, rect{
			X: x, Y: 16 + float64(monday(d.Date))*cell, W: cell - gap, H: cell - gap,
			Class: fmt.Sprintf("h%d", heat(d.Reviews, most)), Title: fmt.Sprintf("%s: %s", d.Date.Format(time.DateOnly), count(d.Reviews, "answer")),
		})
		if d.Date.Day() == 1 {
			c.Words = append(c.Words, word{x, 10, d.Date.Format("Jan"), "start"})
		}
	}
	for i, name := range []string{"Mo", "", "We", "", "Fr", "", "Su"} {
		c.Words = append(c.Words, word{0, 16 + float64(i)*cell + 9, name, "start"})
	}
	c.Width = int(left + float64((len(days)+first+6)/7)*cell)
	return c
}

// heat is one of five shades: none, and four quarters of the most.
func heat(n, most int) int {
	if n <= 0 {
		return 0
	}
	return 1 + min((n*4-1)/max(most, 1), 3)
}

// bar is one column of a chart, with a part of it in another colour.
type bar struct {
	Name, Title string
	N, Part     int
}

// bars draws columns from left to right; names stand below some of them.
func bars(title string, all []bar, width, height float64) chart {
	const foot, head = 16.0, 12.0
	c := chart{Title: title, Width: int(width), Height: int(height + foot + head)}
	most := 1
	for _, b := range all {
		most = max(most, b.N)
	}
	step := (width - left) / float64(max(len(all), 1))
	c.Words = append(c.Words, word{left - 4, head + 8, fmt.Sprint(most), "end"}, word{left - 4, head + height, "0", "end"})
	for i, b := range all {
		x, w := left+float64(i)*step, max(step-gap, 1)
		h := height * float64(b.N) / float64(most)
		c.Rects = append(c.Rects, rect{x, head + height - h, w, h, "bar", b.Title})
		if part := height * float64(b.Part) / float64(most); part > 0 {
			c.Rects = append(c.Rects, rect{x, head + height - part, w, part, "part", b.Title})
		}
		if b.Name != "" {
			c.Words = append(c.Words, word{x + w/2, head + height + 12, b.Name, "middle"})
		}
	}
	return c
}

const (
	wide, half = 720, 350
	high       = 90
)

// answersChart is the last three months, with what was forgotten.
func answersChart(days []cards.Day) chart {
	const shown = 90
	var all []bar
	for _, d := range days[max(0, len(days)-shown):] {
		b := bar{N: d.Reviews, Part: d.Again, Title: fmt.Sprintf("%s: %s, %d again", d.Date.Format(time.DateOnly), count(d.Reviews, "answer"), d.Again)}
		if d.Date.Weekday() == time.Monday && len(all)%2 == 0 {
			b.Name = d.Date.Format("2 Jan")
		}
		all = append(all, b)
	}
	return bars("answers on each of the last 90 days", all, wide, high)
}

func forecastChart(forecast []int, now time.Time) chart {
	var all []bar
	for i, n := range forecast {
		day := now.AddDate(0, 0, i)
		b := bar{N: n, Title: fmt.Sprintf("%s: %s", day.Format(time.DateOnly), count(n, "card"))}
		if i%5 == 0 {
			b.Name = day.Format("2 Jan")
		}
		all = append(all, b)
	}
	return bars("cards that become due on each of the next 30 days", all, wide, high)
}

func bucketChart(title string, of []cards.Bucket) chart {
	var all []bar
	for _, b := range of {
		name := fmt.Sprintf("%.0f–%.0f", b.From, b.To)
		if b.To == 0 {
			name = fmt.Sprintf("%.0f+", b.From)
		}
		all = append(all, bar{Name: name, N: b.Cards, Title: name + ": " + count(b.Cards, "card")})
	}
	return bars(title, all, half, high)
}

func hoursChart(hours cards.Hours) chart {
	var all []bar
	for i, h := range hours {
		b := bar{N: h.Answers, Title: fmt.Sprintf("%d:00: %s, recalled %s", i, count(h.Answers, "answer"), recalledText(h.Recalled))}
		if i%3 == 0 {
			b.Name = fmt.Sprint(i)
		}
		all = append(all, b)
	}
	return bars("answers by the hour of the day, over 30 days", all, wide, high)
}
