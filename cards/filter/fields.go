package filter

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// read makes a condition of a value, or says what is wrong with it.
type read func(value string) (term, string)

// fields are what may stand before a colon.
func fields() map[string]read {
	return map[string]read{
		"deck":   one(func(r cards.Row) string { return r.Card.Deck }),
		"id":     one(func(r cards.Row) string { return r.Card.ID }),
		"note":   one(func(r cards.Row) string { return r.Card.Note }),
		"source": one(func(r cards.Row) string { return r.Card.Source }),
		"lab":    anyOf(func(r cards.Row) []string { return r.Card.Labs }),
		"tag":    tag,
		"kind":   kind,
		"is":     is,
		"rated":  rated,
		"prop":   property,
	}
}

func field(name, value string) (holds term, problem string) {
	read, ok := fields()[name]
	switch {
	case !ok:
		return nil, fmt.Sprintf("there is no field %q: want %s; text with a colon stands in quotes",
			name, strings.Join(slices.Sorted(maps.Keys(fields())), ":, ")+":")
	case value == "":
		return nil, fmt.Sprintf("what is looked for is missing after %s:", name)
	}
	return read(value)
}

// words looks for a text in all that people read of a card.
func words(text string) term {
	like := contains(text)
	return func(r cards.Row) bool {
		c := r.Card
		return like(c.Front) || like(c.Back) || like(c.ID) || like(c.Deck) || slices.ContainsFunc(c.Tags, like)
	}
}

// one compares a value of a card, in which * stands for anything.
func one(of func(cards.Row) string) read {
	return func(value string) (term, string) {
		like := pattern(value)
		return func(r cards.Row) bool { return like(of(r)) }, ""
	}
}

func anyOf(of func(cards.Row) []string) read {
	return func(value string) (term, string) {
		like := pattern(value)
		return func(r cards.Row) bool { return slices.ContainsFunc(of(r), like) }, ""
	}
}

// tag knows two tags that no deck gives: none, and that of leeches.
func tag(value string) (term, string) {
	switch strings.ToLower(value) {
	case "none":
		return func(r cards.Row) bool { return len(r.Card.Tags) == 0 }, ""
	case cards.LeechTag:
		return func(r cards.Row) bool { return r.Memory.Leech() || slices.Contains(r.Card.Tags, cards.LeechTag) }, ""
	}
	return anyOf(func(r cards.Row) []string { return r.Card.Tags })(value)
}

func kind(value string) (term, string) {
	k := cards.CardKind(strings.ToLower(value))
	if !slices.Contains(cards.CardKinds(), k) {
		return nil, "there is no such kind: want one of " + join(cards.CardKinds())
	}
	return func(r cards.Row) bool { return r.Card.Kind == k || (k == cards.KindBasic && r.Card.Kind == "") }, ""
}

// states are what a card can be.
func states() map[string]term {
	in := func(all ...cards.State) term {
		return func(r cards.Row) bool { return slices.Contains(all, r.Memory.State) }
	}
	return map[string]term{
		"new": in(cards.New), "learn": in(cards.Learning, cards.Relearning), "review": in(cards.Review),
		"due":       func(r cards.Row) bool { return r.Due },
		"suspended": func(r cards.Row) bool { return r.Memory.Suspended },
		"buried":    cards.Row.Buried,
		"marked":    func(r cards.Row) bool { return r.Memory.Marked },
		"leech":     func(r cards.Row) bool { return r.Memory.Leech() },
		"urged":     func(r cards.Row) bool { return r.Memory.UrgedBy != "" },
	}
}

func is(value string) (term, string) {
	holds, ok := states()[strings.ToLower(value)]
	if !ok {
		return nil, "no card is that: want one of " + strings.Join(slices.Sorted(maps.Keys(states())), ", ")
	}
	return holds, ""
}

// rated looks for cards answered within so many days, today included.
func rated(value string) (term, string) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return nil, "want a number of days from 1: rated:7"
	}
	return func(r cards.Row) bool { return r.Memory.Reps > 0 && r.Memory.LastDay > r.Day-n }, ""
}

// properties are numbers of a card; not every card has each.
func properties() map[string]func(cards.Row) (float64, bool) {
	return map[string]func(cards.Row) (float64, bool){
		"lapses":     func(r cards.Row) (float64, bool) { return float64(r.Memory.Lapses), true },
		"reps":       func(r cards.Row) (float64, bool) { return float64(r.Memory.Reps), true },
		"stability":  func(r cards.Row) (float64, bool) { return r.Memory.Stability, r.Memory.Reps > 0 },
		"difficulty": func(r cards.Row) (float64, bool) { return r.Memory.Difficulty, r.Memory.Reps > 0 },
		"due":        func(r cards.Row) (float64, bool) { return float64(r.In), r.Memory.State != cards.New },
		"interval": func(r cards.Row) (float64, bool) {
			return float64(r.Memory.DueDay - r.Memory.LastDay), r.Memory.State == cards.Review
		},
	}
}

// comparisons are those of numbers, the longer ones first.
var comparisons = [...]struct {
	sign  string
	holds func(a, b float64) bool
}{
	{">=", func(a, b float64) bool { return a >= b }},
	{"<=", func(a, b float64) bool { return a <= b }},
	{"!=", func(a, b float64) bool { return a != b }},
	{">", func(a, b float64) bool { return a > b }},
	{"<", func(a, b float64) bool { return a < b }},
	{"=", func(a, b float64) bool { return a == b }},
}

func property(value string) (term, string) {
	names := strings.Join(slices.Sorted(maps.Keys(properties())), ", ")
	i := strings.IndexAny(value, "<>=!")
	if i < 0 {
		return nil, "want a property, a comparison and a number, such as prop:lapses>3; there are " + names
	}
	of, ok := properties()[strings.ToLower(value[:i])]
	if !ok {
		return nil, fmt.Sprintf("there is no property %q: want one of %s", value[:i], names)
	}
	for _, c := range comparisons {
		number, ok := strings.CutPrefix(value[i:], c.sign)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Sprintf("%q is no number", number)
		}
		return func(r cards.Row) bool {
			got, known := of(r)
			return known && c.holds(got, n)
		}, ""
	}
	return nil, "want one of the comparisons = != < > <= >="
}

func join[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = string(a)
	}
	return strings.Join(out, ", ")
}
