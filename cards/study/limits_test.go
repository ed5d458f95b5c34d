package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// two are two decks of n cards each.
func two(n int) *decks {
	a, b := plain("a", n), plain("b", n)
	return &decks{print: "two", decks: append(a.decks, b.decks...)}
}

func (w *world) set(today bool, texts ...string) {
	w.t.Helper()
	if err := w.Set(w.t.Context(), today, texts...); err != nil {
		w.t.Fatal(err)
	}
}

func byDeck(ids []string) map[string]int {
	out := map[string]int{}
	for _, id := range ids {
		out[id[:1]]++
	}
	return out
}

func TestLimitsOfADeck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		set         []string
		days        [2]map[string]int // new cards, then reviews a month later
		left, later cards.Counts
	}{
		{"none", nil, [2]map[string]int{{"a": 6, "b": 6}, {"a": 6, "b": 6}}, cards.Counts{New: 12}, cards.Counts{Due: 12, New: 12}},
		{"new of a", []string{"a.new=2"}, [2]map[string]int{{"a": 2, "b": 10}, {"a": 2, "b": 10}}, cards.Counts{New: 12}, cards.Counts{Due: 12, New: 12}},
		{"none of a", []string{"a.new=0"}, [2]map[string]int{{"b": 12}, {"b": 12}}, cards.Counts{New: 12}, cards.Counts{Due: 12, New: 8}},
		{"both", []string{"a.new=3", "b.new=1"}, [2]map[string]int{{"a": 3, "b": 1}, {"a": 3, "b": 1}}, cards.Counts{New: 4}, cards.Counts{Due: 4, New: 4}},
		{"reviews of a", []string{"a.reviews=1"}, [2]map[string]int{{"a": 6, "b": 6}, {"a": 1, "b": 6}}, cards.Counts{New: 12}, cards.Counts{Due: 7, New: 12}},
		{"more than all", []string{"a.new=50"}, [2]map[string]int{{"a": 6, "b": 6}, {"a": 6, "b": 6}}, cards.Counts{New: 12}, cards.Counts{Due: 12, New: 12}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, two(20), cards.Room{New: 12, Reviews: 100})
			w.set(false, tt.set...)
			if got := w.summary().Counts; got != tt.left {
				t.Errorf("left %+v, want %+v", got, tt.left)
			}
			if diff := cmp.Diff(tt.days[0], byDeck(w.day(cards.Easy))); diff != "" {
				t.Errorf("new (-want +got):\n%s", diff)
			}
			w.now = w.now.AddDate(0, 3, 0)
			if got := w.summary().Counts; got != tt.later {
				t.Errorf("later left %+v, want %+v", got, tt.later)
			}
			w.set(false, "new=0")
			if diff := cmp.Diff(tt.days[1], byDeck(w.day(cards.Easy))); diff != "" {
				t.Errorf("reviews (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimitOfADeckHoldsInItsOwnReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t, two(9), cards.Room{New: 8, Reviews: 100})
	w.set(false, "a.new=2")
	for range 3 {
		p := must(w.Next(t.Context(), "a"))
		if p == nil {
			break
		}
		must(w.Rate(t.Context(), p, cards.Easy, 0))
	}
	if p := must(w.Next(t.Context(), "a")); p != nil {
		t.Errorf("a third card of a: %+v", p.Card)
	}
	if p := must(w.Next(t.Context(), "b")); p == nil || p.Left.New != 6 {
		t.Errorf("of b: %+v, want 6 new ones", p)
	}
}

func TestTodayOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, two(20), cards.Room{New: 2, Reviews: 100})
	w.set(true, "new=5")
	if got := len(w.day(cards.Easy)); got != 5 {
		t.Errorf("%d new cards, want 5 today", got)
	}
	if err := w.More(t.Context(), "", 3); err != nil || w.summary().New != 3 {
		t.Errorf("%v, left %+v, want 3 more", err, w.summary().Counts)
	}
	if got := len(w.day(cards.Easy)); got != 3 {
		t.Errorf("%d new cards, want 3 more", got)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if got := w.summary().New; got != 2 {
		t.Errorf("%d new cards tomorrow, want 2", got)
	}
	w.set(false, "new=")
	if got := w.summary().New; got != 8 {
		t.Errorf("%d new cards by default, want 8", got)
	}
}

func TestRolloverIsASetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plain("a", 9), cards.Room{New: 1, Reviews: 100})
	w.now = time.Date(2026, 3, 2, 23, 0, 0, 0, berlin)
	w.day(cards.Easy)
	w.now = time.Date(2026, 3, 3, 1, 0, 0, 0, berlin)
	if p := w.next(); p != nil {
		t.Errorf("served before the day began: %+v", p.Card)
	}
	w.set(false, "rollover=0")
	if p := w.next(); p == nil {
		t.Error("the day begins at midnight, and nothing is served")
	}
}

func TestLearnAheadIsASetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plain("a", 1), usual())
	w.answer(cards.Good) // comes again in ten minutes
	if w.next() == nil {
		t.Error("not served within 20 minutes")
	}
	w.set(false, "learn-ahead=5m")
	if p := w.next(); p != nil {
		t.Errorf("served too far ahead: %+v", p.Card)
	}
	w.now = w.now.Add(10 * time.Minute)
	if w.next() == nil {
		t.Error("not served when due")
	}
}

// Whatever the order is, a card comes after what it presumes, also from
// another deck.
func TestNewOrder(t *testing.T) {
	t.Parallel()
	for order, want := range map[string]string{
		"turns":  "a0 b0 a1 b1 a2 b2 a3 b3",
		"decks":  "a0 a1 a2 a3 b0 b1 b2 b3",
		"random": "",
	} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, two(4), usual())
			w.set(false, "new-order="+order)
			if got := strings.Join(w.day(cards.Easy), " "); want != "" && got != want {
				t.Errorf("got %s, want %s", got, want)
			} else if order == "random" && (got == "a0 b0 a1 b1 a2 b2 a3 b3" || len(got) != 23) {
				t.Errorf("got %s", got)
			}
			d := two(8)
			d.print = "presumes"
			d.decks[0].Cards[0].After = []string{"b7", "a3"} // a0
			d.decks[0].Cards[3].After = []string{"b6"}       // a3
			w = newWorld(t, d, usual())
			w.set(false, "new-order="+order)
			ids := w.day(cards.Easy)
			at := func(id string) int { return slices.Index(ids, id) }
			if len(ids) != 16 || at("a0") < at("b7") || at("a0") < at("a3") || at("a3") < at("b6") {
				t.Errorf("a0 presumes b7 and a3, which presumes b6: %v", ids)
			}
		})
	}
}

// With related cards preferred apart, what is presumed still comes first.
func TestPresumedBeforeApart(t *testing.T) {
	t.Parallel()
	d := plain("a", 4)
	for i, after := range []string{"", "a0", "a1", "a2"} {
		d.decks[0].Cards[i].Tags = []string{"one"}
		if after != "" {
			d.decks[0].Cards[i].After = []string{after}
		}
	}
	d.decks[0].Cards[3].Tags = []string{"other"}
	w := newWorld(t, d, usual())
	if got := w.day(cards.Easy); !slices.Equal(got, []string{"a0", "a1", "a2", "a3"}) {
		t.Errorf("got %v", got)
	}
}

// overdue are n reviews, answered on other days and known unequally well.
func overdue(t *testing.T, n int) *world {
	t.Helper()
	w := newWorld(t, plain("a", n), cards.Room{New: n, Reviews: n})
	for i := range n {
		rating := cards.Easy
		if i%2 == 1 {
			rating = cards.Good
		}
		for id := fmt.Sprintf("a%d", i); w.row(id).Memory.State != cards.Review; {
			must(w.Rate(t.Context(), must(w.Look(t.Context(), id)), rating, 0))
		}
		w.now = w.now.AddDate(0, 0, i*5%7)
	}
	w.now = w.now.AddDate(0, 1, 0)
	return w
}

func TestReviewOrder(t *testing.T) {
	t.Parallel()
	likely := func(w *world, ids []string, before map[string]cards.Memory) {
		t.Helper()
		share := func(id string) float64 {
			m := before[id]
			return float64(w.row("a0").Day-m.LastDay) / m.Stability
		}
		for i := 1; i < len(ids); i++ {
			if share(ids[i-1]) < share(ids[i]) {
				t.Errorf("%s (%.2f) comes before %s (%.2f), which is more likely forgotten: %v", ids[i-1], share(ids[i-1]), ids[i], share(ids[i]), ids)
			}
		}
	}
	memories := func(w *world) map[string]cards.Memory {
		out := map[string]cards.Memory{}
		for _, r := range must(w.List(t.Context())) {
			out[r.Card.ID] = r.Memory
		}
		return out
	}
	w := overdue(t, 9)
	before := memories(w)
	byDay := w.day(cards.Easy)
	for i := 1; i < len(byDay); i++ {
		if before[byDay[i-1]].DueDay > before[byDay[i]].DueDay {
			t.Errorf("%s comes before %s, which is longer due: %v", byDay[i-1], byDay[i], byDay)
		}
	}
	w = overdue(t, 9)
	w.set(false, "review-order=forgotten")
	before = memories(w)
	got := w.day(cards.Easy)
	if len(got) != 9 {
		t.Errorf("%v", got)
	}
	likely(w, got, before)
	w = overdue(t, 9)
	w.set(false, "review-order=random")
	if got := w.day(cards.Easy); len(got) != 9 || slices.Equal(got, byDay) {
		t.Errorf("at random: %v", got)
	}
	// A backlog is taken up where most would be lost, whatever the order.
	for _, order := range []string{"due", "random"} {
		w = overdue(t, 9)
		w.set(false, "reviews=4", "review-order="+order)
		before = memories(w)
		got := w.day(cards.Easy)
		if len(got) != 4 {
			t.Errorf("%v", got)
		}
		likely(w, got, before)
		for id, m := range before {
			last := before[got[3]]
			if day := w.row("a0").Day; !slices.Contains(got, id) && float64(day-m.LastDay)/m.Stability > float64(day-last.LastDay)/last.Stability {
				t.Errorf("%s is more likely forgotten than %s, and was left out", id, got[3])
			}
		}
	}
}
