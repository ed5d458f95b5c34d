// Package stats sums up reviews: retention, forecast, streak and the cards
// that keep failing. All of it are pure functions over values; days are
// numbers of cards.Calendar. study calls it.
package stats

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Recall is how much was recalled in some days.
func Recall(tallies []cards.Tally) cards.Recalled {
	var sum cards.Tally
	for _, t := range tallies {
		sum = sum.Add(t)
	}
	return cards.Recalled{Reviews: sum.Reviews, Rate: rateOf(sum)}
}

func rateOf(t cards.Tally) float64 {
	if t.Reviews == 0 {
		return 0
	}
	return float64(t.Reviews-t.Forgot) / float64(t.Reviews)
}

// ByTag is the recall of each tag that was reviewed, by name.
func ByTag(tallies []cards.Tally) []cards.TagRecall {
	sums := map[string]cards.Tally{}
	for _, t := range tallies {
		if t.Tag != "" && t.Reviews > 0 {
			sums[t.Tag] = sums[t.Tag].Add(t)
		}
	}
	out := make([]cards.TagRecall, 0, len(sums))
	for tag, t := range sums {
		out = append(out, cards.TagRecall{Tag: tag, Reviews: t.Reviews, Recall: rateOf(t)})
	}
	slices.SortFunc(out, func(a, b cards.TagRecall) int { return cmp.Compare(a.Tag, b.Tag) })
	return out
}

// layerTag begins the tag of a layer of the path.
const layerTag = "layer:"

// Layers is the recall of each layer, all of them, in runbook order.
func Layers(tags []cards.TagRecall) []cards.TagRecall {
	out := make([]cards.TagRecall, 0, len(cards.Layers()))
	for _, layer := range cards.Layers() {
		r := cards.TagRecall{Tag: layerTag + layer}
		if i := slices.IndexFunc(tags, func(t cards.TagRecall) bool { return t.Tag == r.Tag }); i >= 0 {
			r = tags[i]
		}
		out = append(out, r)
	}
	return out
}

// minReviews is how many reviews a tag needs before it is called weak.
const minReviews = 5

// Weakest is the topic of lowest recall that was reviewed often enough to
// tell and is not perfect, "" if there is none. Layers and steps are no
// topics.
func Weakest(tags []cards.TagRecall) string {
	weakest := cards.TagRecall{Recall: 1}
	for _, t := range tags {
		if strings.Contains(t.Tag, ":") || t.Reviews < minReviews {
			continue
		}
		if t.Recall < weakest.Recall {
			weakest = t
		}
	}
	return weakest.Tag
}

// Streak counts the days in a row with an answer that end today, or
// yesterday while today has none yet. The tallies are in order of days.
func Streak(tallies []cards.Tally, today int) int {
	n, want := 0, today
	for _, t := range slices.Backward(tallies) {
		if t.Answers == 0 || t.Day > today {
			continue
		}
		if n == 0 && t.Day == today-1 {
			want = t.Day
		}
		if t.Day != want {
			break
		}
		n, want = n+1, want-1
	}
	return n
}

// Forecast counts what becomes due on each of n days from today on. What is
// overdue or made due out of turn counts for today.
func Forecast(dues cards.Dues, calendar cards.Calendar, today, n int) []int {
	out := make([]int, n)
	add := func(day, cards int) {
		if day = max(0, day-today); day < n {
			out[day] += cards
		}
	}
	for day, cards := range dues.Days {
		add(day, cards)
	}
	for _, at := range dues.Steps {
		add(calendar.Day(at), 1)
	}
	add(today, dues.Urged)
	return out
}

// Days are the n days that end today, oldest first, also those without an
// answer.
func Days(tallies []cards.Tally, calendar cards.Calendar, today, n int) []cards.Day {
	out := make([]cards.Day, n)
	for i := range out {
		out[i].Date = calendar.Date(today - n + 1 + i)
	}
	for _, t := range tallies {
		if i := t.Day - today + n - 1; i >= 0 && i < n {
			out[i].Reviews += t.Answers
			out[i].Again += t.Again
		}
	}
	return out
}

// Leeches are the cards that keep failing, worst first.
func Leeches(rows []cards.Row) []cards.Row {
	var out []cards.Row
	for _, r := range rows {
		if r.Memory.Leech() {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b cards.Row) int { return cmp.Compare(b.Memory.Lapses, a.Memory.Lapses) })
	return out
}

// defaultPace is the time of an answer while too few were given to tell.
const defaultPace = 15 * time.Second

// newAnswers is how many answers a new card takes on its first day.
const newAnswers = 2

// Estimate is the time for what is left today, at the pace of the answers
// given so far.
func Estimate(left cards.Counts, tallies []cards.Tally) time.Duration {
	var sum cards.Tally
	for _, t := range tallies {
		sum = sum.Add(t)
	}
	pace := defaultPace
	if sum.Answers >= minReviews && sum.Took > 0 {
		pace = sum.Took / time.Duration(sum.Answers)
	}
	return pace * time.Duration(left.Due+left.Learning+newAnswers*left.New)
}
