package cards

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIDsOfSiblings(t *testing.T) {
	t.Parallel()
	got := []string{ReverseID("x"), ClozeID("x", 1), ClozeID("x", 2), ClozeID("x", 12)}
	if diff := cmp.Diff([]string{"x/reverse", "x", "x/c2", "x/c12"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The order of options is the same all day, and another one on other days and
// cards, so that no place is right more often than another.
func TestShuffled(t *testing.T) {
	t.Parallel()
	k := Key{Options: []Option{{Text: "a", Right: true}, {Text: "b"}, {Text: "c"}, {Text: "d"}}}
	places := map[int]int{}
	for day := range 400 {
		o := k.Shuffled("x", day)
		if diff := cmp.Diff(o, k.Shuffled("x", day)); diff != "" {
			t.Fatalf("day %d has two orders:\n%s", day, diff)
		}
		seen := map[string]bool{}
		for i, p := range o {
			seen[p.Text] = true
			if p.Right {
				places[i]++
			}
		}
		if len(seen) != 4 {
			t.Fatalf("day %d: %v", day, o)
		}
	}
	for i := range 4 {
		if places[i] < 60 || places[i] > 140 {
			t.Errorf("right at place %d on %d of 400 days", i, places[i])
		}
	}
	same := 0
	for day := range 100 {
		if cmp.Equal(k.Shuffled("x", day), k.Shuffled("y", day)) {
			same++
		}
	}
	if same > 20 {
		t.Errorf("two cards have the same order on %d of 100 days", same)
	}
	if k.Options[0].Text != "a" {
		t.Error("the card itself was shuffled")
	}
}

func TestQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		card             Card
		question, answer string
	}{
		{"basic", Card{Front: "q\n", Back: "a\n"}, "q", "a"},
		{"triage", Card{Front: "q", Back: "a", Key: Key{Layer: "tls", Options: []Option{{Text: "one"}, {Text: "two", Right: true}}}},
			"q\n\n- one\n- two", "Layer: **tls**\n\nRight: **two**\n\na"},
		{"command", Card{Front: "q", Back: "a", Key: Key{Accept: []string{"ls", "ls -l"}}}, "q", "a\n\nRight as well:\n\n```\nls -l\n```"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff([]string{tt.question, tt.answer}, []string{tt.card.Question(), tt.card.Answer()}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
