package stats

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

func TestRecall(t *testing.T) {
	t.Parallel()
	r := Recall([]cards.Tally{{Reviews: 6, Forgot: 1}, {Reviews: 4, Forgot: 1, Answers: 30, Again: 9}})
	if want := (cards.Recalled{Reviews: 10, Rate: 0.8}); r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if r = Recall(nil); r != (cards.Recalled{}) {
		t.Errorf("of nothing: %+v", r)
	}
}

func TestByTagAndLayers(t *testing.T) {
	t.Parallel()
	tags := ByTag([]cards.Tally{
		{Tag: "tls", Reviews: 3, Forgot: 3}, {Tag: "", Reviews: 99}, {Tag: "layer:tls", Reviews: 2, Forgot: 1},
		{Tag: "tls", Reviews: 1}, {Tag: "learning-only", Answers: 5},
	})
	want := []cards.TagRecall{{Tag: "layer:tls", Reviews: 2, Recall: 0.5}, {Tag: "tls", Reviews: 4, Recall: 0.25}}
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Errorf("by tag (-want +got):\n%s", diff)
	}
	wantLayers := []cards.TagRecall{{Tag: "layer:dns"}, {Tag: "layer:entry"}, {Tag: "layer:listener"}, want[0], {Tag: "layer:route"}, {Tag: "layer:destination"}}
	if diff := cmp.Diff(wantLayers, Layers(tags)); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
}

func TestWeakest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		tags []cards.TagRecall
		want string
	}{
		{"nothing", nil, ""},
		{"all perfect", []cards.TagRecall{{Tag: "a", Reviews: 50, Recall: 1}}, ""},
		{"too few to tell", []cards.TagRecall{{Tag: "a", Reviews: 4, Recall: 0}, {Tag: "b", Reviews: 5, Recall: 0.9}}, "b"},
		{"layers are no topics", []cards.TagRecall{{Tag: "layer:tls", Reviews: 50, Recall: 0.1}, {Tag: "b", Reviews: 5, Recall: 0.9}}, "b"},
		{"lowest", []cards.TagRecall{{Tag: "a", Reviews: 9, Recall: 0.7}, {Tag: "b", Reviews: 9, Recall: 0.6}}, "b"},
	} {
		if got := Weakest(tt.tags); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestStreak(t *testing.T) {
	t.Parallel()
	days := func(ds ...int) []cards.Tally {
		var out []cards.Tally
		for _, d := range ds {
			out = append(out, cards.Tally{Day: d, Answers: 1})
		}
		return out
	}
	undone := append(days(8, 9), cards.Tally{Day: 10})
	for _, tt := range []struct {
		name    string
		tallies []cards.Tally
		want    int
	}{
		{"never", nil, 0},
		{"today", days(10), 1},
		{"not yet today", days(8, 9), 2},
		{"only undone today", undone, 2},
		{"a gap", days(5, 6, 8, 9, 10), 3},
		{"ended", days(7, 8), 0},
		{"the clock went back", days(9, 10, 11, 12), 2},
	} {
		if got := Streak(tt.tallies, 10); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestForecastAndDays(t *testing.T) {
	t.Parallel()
	c := cards.Calendar{Rollover: 4}
	today := 100
	at := func(day, hour int) time.Time { return c.Start(day).Add(time.Duration(hour) * time.Hour) }
	got := Forecast(cards.Dues{
		Days: map[int]int{90: 4, 100: 1, 101: 2, 103: 7}, Steps: []time.Time{at(100, 23), at(101, 0)}, Urged: 3,
	}, c, today, 3)
	if diff := cmp.Diff([]int{9, 3, 0}, got); diff != "" {
		t.Errorf("forecast (-want +got):\n%s", diff)
	}
	days := Days([]cards.Tally{{Day: 97, Answers: 9}, {Day: 98, Answers: 2, Again: 1}, {Day: 100, Answers: 1}}, c, today, 3)
	want := []cards.Day{{Date: c.Date(98), Reviews: 2, Again: 1}, {Date: c.Date(99)}, {Date: c.Date(100), Reviews: 1}}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Errorf("days (-want +got):\n%s", diff)
	}
}

func TestLeeches(t *testing.T) {
	t.Parallel()
	row := func(id string, m cards.Memory) cards.Row { return cards.Row{Card: cards.Card{ID: id}, Memory: m} }
	got := Leeches([]cards.Row{
		row("few", cards.Memory{Lapses: cards.LeechLapses - 1}),
		row("bad", cards.Memory{Lapses: cards.LeechLapses}),
		row("worst", cards.Memory{Lapses: 9}),
		row("known by now", cards.Memory{Lapses: 9, Stability: cards.MatureDays}),
		row("set aside", cards.Memory{Lapses: 9, Suspended: true}),
	})
	if len(got) != 3 || got[0].Card.ID != "worst" || got[1].Card.ID != "set aside" || got[2].Card.ID != "bad" {
		t.Errorf("got %+v, want worst, set aside and bad", got)
	}
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	left := cards.Counts{Due: 3, New: 2, Learning: 1}
	if got := Estimate(left, nil); got != 8*defaultPace {
		t.Errorf("without a pace: %v, want %v", got, 8*defaultPace)
	}
	if got := Estimate(left, []cards.Tally{{Answers: 4, Took: 40 * time.Second}, {Answers: 6, Took: 60 * time.Second}}); got != 80*time.Second {
		t.Errorf("at ten seconds each: %v, want 80s", got)
	}
}
