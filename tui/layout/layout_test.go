package layout

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		left, right string
		w           int
		want        string
	}{
		{"a", "b", 5, "a   b"},
		{"long left", "right", 10, "lon… right"},
		{"left", "right", 5, "right"},
		{"left", "much too long", 6, "much …"},
		{"left", "", 6, "left  "},
		{"left", "right", 0, ""},
	}
	for _, c := range cases {
		if got := Ends(c.left, c.right, c.w); got != c.want {
			t.Errorf("Ends(%q, %q, %d) = %q, want %q", c.left, c.right, c.w, got, c.want)
		}
	}
}

func TestFlowJoinsLinesAndKeepsParagraphs(t *testing.T) {
	t.Parallel()
	got := Flow("one two\nthree\n\n\nfour\n", 9)
	if diff := cmp.Diff([]string{"one two", "three", "", "four"}, got); diff != "" {
		t.Error(diff)
	}
	if got := Flow("words", 0); got != nil {
		t.Errorf("no room gives %q", got)
	}
}

func TestWideCharactersCountTwice(t *testing.T) {
	t.Parallel()
	if got := Cut("日本語", 5); got != "日本…" {
		t.Errorf("got %q", got)
	}
	if got := Width(Pad("日本", 7)); got != 7 {
		t.Errorf("padded to %d cells", got)
	}
}

func TestStackDropsTheLowestRankFirst(t *testing.T) {
	t.Parallel()
	blocks := []Block{
		One(3, "a1", "a2"),
		Shorten(1, []string{"b1", "b2", "b3", "b4"}, 2, "more"),
		One(2, "c1"),
	}
	cases := map[int]string{
		9: "a1 a2 b1 b2 b3 b4 c1",
		7: "a1 a2 b1 b2 b3 b4 c1",
		6: "a1 a2 b1 b2 more c1",
		5: "a1 a2 b1 more c1",
		4: "a1 a2 c1",
		3: "a1 a2 c1",
		2: "a1 a2",
		0: "",
	}
	for h, want := range cases {
		if got := strings.Join(Stack(blocks, h), " "); got != want {
			t.Errorf("in %d lines: %q, want %q", h, got, want)
		}
	}
}

// What gave way for something larger comes back where there is room.
func TestStackLeavesNoRoomToSpare(t *testing.T) {
	t.Parallel()
	blocks := []Block{
		One(1, "blank"),
		One(2, "a1", "a2"),
		{Name: "b", Forms: []Form{{3, []string{"b1", "b2", "b3", "b4"}}, {4, []string{"b"}}}},
	}
	cases := map[int]string{
		6: "a1 a2 b1 b2 b3 b4",
		5: "blank b1 b2 b3 b4",
		3: "a1 a2 b",
		2: "blank b",
		1: "b",
	}
	for h, want := range cases {
		if got := strings.Join(Stack(blocks, h), " "); got != want {
			t.Errorf("in %d lines: %q, want %q", h, got, want)
		}
		if got := Has(Choose(blocks, h), "b"); !got {
			t.Errorf("in %d lines: b is said to be left out", h)
		}
	}
	if Has(Choose(blocks, 0), "b") {
		t.Error("in 0 lines: b is said to be there")
	}
}

func TestScroll(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		got  Scroll
		want int
	}{
		{"not above the top", Scroll{}.By(-3, 10, 4), 0},
		{"not below the end", Scroll{}.By(99, 10, 4), 6},
		{"short text stays", Scroll{}.By(1, 3, 4), 0},
		{"down to a line", Scroll{}.To(7, 10, 4), 4},
		{"up to a line", Scroll{Offset: 5}.To(2, 10, 4), 2},
		{"no height", Scroll{}.By(1, 10, 0), 1},
	}
	for _, c := range cases {
		if c.got.Offset != c.want {
			t.Errorf("%s: at %d, want %d", c.name, c.got.Offset, c.want)
		}
	}
}

func TestFitIsExact(t *testing.T) {
	t.Parallel()
	if got := Fit([]string{"abcdef", "g", "h"}, 4, 2); got != "abc…\ng" {
		t.Errorf("got %q", got)
	}
	if got := Fit([]string{"a"}, 4, 3); got != "a\n\n" {
		t.Errorf("got %q", got)
	}
}
