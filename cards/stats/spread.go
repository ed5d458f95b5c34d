package stats

import (
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Topics are the tags that no prefix makes a layer or a step of the path.
func Topics(tags []cards.TagRecall) []cards.TagRecall {
	var out []cards.TagRecall
	for _, t := range tags {
		if !strings.Contains(t.Tag, ":") {
			out = append(out, t)
		}
	}
	return out
}

// Stabilities sorts cards into ranges that grow as intervals do: days, weeks,
// months, years.
func Stabilities(days map[int]int) []cards.Bucket {
	return buckets(days, []float64{0, 1, 3, 7, cards.MatureDays, 60, 180, 365})
}

// Difficulties sorts cards by their difficulty, from 1 to 10.
func Difficulties(steps map[int]int) []cards.Bucket {
	return buckets(steps, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
}

// buckets counts into ranges that begin at some values; the last one has no
// end, and what is below the first one falls into it.
func buckets(counts map[int]int, from []float64) []cards.Bucket {
	out := make([]cards.Bucket, len(from))
	for i, f := range from {
		out[i].From = f
		if i+1 < len(from) {
			out[i].To = from[i+1]
		}
	}
	for value, n := range counts {
		i := 0
		for i+1 < len(from) && float64(value) >= from[i+1] {
			i++
		}
		out[i].Cards += n
	}
	return out
}

// Hours counts answers by the hour of the day.
func Hours(outcomes []cards.Outcome) cards.Hours {
	var out cards.Hours
	for _, o := range outcomes {
		if o.Hour < 0 || o.Hour >= len(out) {
			continue
		}
		h := &out[o.Hour]
		h.Answers++
		if o.State == cards.Review {
			h.Recalled = with(h.Recalled, o)
		}
	}
	return out
}

// ByAge parts the reviews by how well their card was known when it was asked.
func ByAge(outcomes []cards.Outcome) (young, mature cards.Recalled) {
	for _, o := range outcomes {
		switch {
		case o.State != cards.Review:
		case o.Stability >= cards.MatureDays:
			mature = with(mature, o)
		default:
			young = with(young, o)
		}
	}
	return young, mature
}

// with counts one review more.
func with(r cards.Recalled, o cards.Outcome) cards.Recalled {
	recalled := r.Rate * float64(r.Reviews)
	if o.Rating > cards.Again {
		recalled++
	}
	r.Reviews++
	r.Rate = recalled / float64(r.Reviews)
	return r
}
