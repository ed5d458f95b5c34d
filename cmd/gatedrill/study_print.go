package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// What the study commands print, as text and as JSON. Names in JSON are
// camelCase, durations say their unit, rates are 0 … 1, moments RFC 3339 in
// UTC; what is not known is left out.

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}

type object = map[string]any

func summaryJSON(s cards.Summary) object {
	return object{
		"due": s.Due, "new": s.New, "learning": s.Learning, "total": s.Total, "reviewed": s.Reviewed,
		"estimateSeconds": int(s.Estimate.Seconds()), "weakest": s.Weakest, "layers": recallJSON(s.Layers),
		"streak": s.Streak, "firstTime": s.FirstTime, "problems": s.Problems, "lab": s.Lab, "labCard": s.LabCard,
	}
}

func recallJSON(tags []cards.TagRecall) []object {
	out := []object{}
	for _, t := range tags {
		o := object{"tag": t.Tag, "reviews": t.Reviews}
		if t.Reviews > 0 {
			o["recall"] = round(t.Recall)
		}
		out = append(out, o)
	}
	return out
}

func round(f float64) float64 { return math.Round(f*10000) / 10000 }

func rowsJSON(rows []cards.Row) []object {
	out := []object{}
	for _, r := range rows {
		out = append(out, rowJSON(r))
	}
	return out
}

func rowJSON(r cards.Row) object {
	o := object{
		"id": r.Card.ID, "deck": r.Card.Deck, "question": r.Card.Front, "answer": r.Card.Back, "source": r.Card.Source,
		"tags": nonNil(r.Card.Tags), "labs": nonNil(r.Card.Labs), "file": r.Card.File, "line": r.Card.Line,
		"state": r.Memory.State.String(), "reps": r.Memory.Reps, "lapses": r.Memory.Lapses, "suspended": r.Memory.Suspended,
	}
	if r.Memory.State != cards.New {
		o["stabilityDays"], o["difficulty"] = round(r.Memory.Stability), round(r.Memory.Difficulty)
		o["lastReview"] = r.Memory.LastReview.Format(time.RFC3339)
	}
	switch { // a review is due on a day, a step at a moment
	case r.Memory.State == cards.Review:
		o["due"] = cards.Calendar{}.Date(r.Memory.DueDay).Format(time.DateOnly)
	case !r.Memory.Due.IsZero():
		o["due"] = r.Memory.Due.Format(time.RFC3339)
	}
	if r.Memory.UrgedBy != "" {
		o["reason"] = r.Memory.UrgedBy
	}
	return o
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func printSummary(w io.Writer, s cards.Summary) {
	switch {
	case s.Total == 0:
		fmt.Fprintln(w, "There are no cards.")
	case s.Due+s.New+s.Learning == 0:
		fmt.Fprintf(w, "Nothing is due now. %s today.\n", count(s.Reviewed, "answer"))
	default:
		fmt.Fprintf(w, "%d due, %d new, %d learning: about %s.\n", s.Due, s.New, s.Learning, minutes(s.Estimate))
	}
	if s.FirstTime && s.Total > 0 {
		fmt.Fprintln(w, "Nothing was reviewed yet. Begin with: gatedrill review --plain --limit 5")
	}
	if s.Weakest != "" {
		fmt.Fprintf(w, "Weakest topic: %s.\n", s.Weakest)
	}
	if s.Streak > 1 {
		fmt.Fprintf(w, "Days in a row: %d.\n", s.Streak)
	}
	if s.Lab != "" {
		fmt.Fprintf(w, "Card %s keeps failing. Its lab may help: gatedrill lab start %s\n", s.LabCard, s.Lab)
	}
	if s.Problems > 0 {
		fmt.Fprintf(w, "%s kept cards from being loaded. See: gatedrill cards check\n", count(s.Problems, "problem"))
	}
}

// minutes is a duration as people say it.
func minutes(d time.Duration) string { return count(int(math.Ceil(d.Minutes())), "minute") }

// count is a number of things that take an s.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
