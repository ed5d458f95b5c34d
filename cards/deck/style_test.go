package deck

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

func TestStyle(t *testing.T) {
	t.Parallel()
	ask := func(id, front string) cards.Card {
		return cards.Card{ID: id, Note: id, Front: front, File: "f.md", Line: len(id)}
	}
	layered := func(layers ...string) []cards.Card {
		var out []cards.Card
		for _, l := range layers {
			id := fmt.Sprintf("%s%d", l, len(out))
			out = append(out, cards.Card{ID: id, Note: id, Front: id, Tags: []string{"layer:" + l}, File: "f.md"})
		}
		return out
	}
	most := strings.Split(strings.Repeat("entry listener tls route destination ", 8)+"dns", " ")
	tests := []struct {
		name  string
		cards []cards.Card
		want  []string
	}{
		{"one thing each", []cards.Card{
			ask("a", "What does the gateway read to route a connection in passthrough mode?"),
			ask("bb", "Which log line tells that no route was found for this host?"),
		}, nil},
		{"twice, in other marks", []cards.Card{
			ask("a", "What does the gateway read to route a connection in passthrough mode?"),
			ask("bb", "What does the gateway read, to route a connection in `PASSTHROUGH` mode?"),
		}, []string{`f.md:2: asks nearly what a asks at f.md:1: "bb"`}},
		{"short ones", []cards.Card{ask("a", "NR?"), ask("bb", "`NR`?"), ask("ccc", "UF?")}, []string{`f.md:2: asks nearly what a asks at f.md:1: "bb"`}},
		{"siblings", []cards.Card{
			{ID: "x", Note: "x", Front: "The […] of the ClientHello decides.", File: "f.md"},
			{ID: "x/c2", Note: "x", Front: "The SNI of the […] decides.", File: "f.md"},
		}, nil},
		{"two questions", []cards.Card{ask("a", "What failed? What do you compare?")}, []string{`f.md:1: asks more than one question: a grade is for one: "a"`}},
		{"two in one", []cards.Card{ask("a", "`404 NR`. What failed, and what do you compare?")}, []string{`f.md:1: asks two things in one question: a grade is for one: "a"`}},
		{"and, but one question", []cards.Card{ask("a", "Key and certificate fit, and what the client sends is right. Which log tells more?")}, nil},
		{"questions in code and quotes", []cards.Card{ask("a", "Somebody asks \"is it down?\" in `chat?`.\n\n```\nwhat?\n```\n\nWhat do you say?")}, nil},
		{"few of a layer", layered(most...), []string{`layers: 1 card about layer dns, where an even share is 6`}},
		{"too few to tell", layered("tls", "tls", "tls"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range Style([]cards.Deck{{Cards: tt.cards}}) {
				got = append(got, p.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
