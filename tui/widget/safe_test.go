package widget

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/theme"
)

func TestMarkdownKeepsNoEscape(t *testing.T) {
	t.Parallel()
	md := NewMarkdown(theme.New("auto", true))
	for _, text := range []string{
		"\x1b]0;owned\x07 title", "&#27;]52;c;eA==&#7;", "&#x1b;[2J", "&#x9B;2J", "`&#27;[2J`",
		"[x](http://a/&#27;]0;t&#7;)", "&#00000027;[2J", "&#x202e;x",
	} {
		out := strings.Join(md.Lines(text, 60), "\n")
		for _, r := range ours.ReplaceAllString(out, "") {
			if cards.IsControl(r) {
				t.Errorf("%q renders to %q", text, out)
				break
			}
		}
	}
}

// ours is what the renderer itself writes: colours and links.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;[^\x1b\a]*\a")

func TestSafeReachesEverything(t *testing.T) {
	t.Parallel()
	const bad, good = "\x1b[2Jx", "x"
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	in := labs.Path{
		Request: labs.Request{URL: bad, Headers: map[string]string{bad: bad}},
		Hops: []labs.Hop{{Layers: []labs.LayerReport{{
			Summary: bad, Objects: []labs.Object{{Name: bad}}, Evidence: []string{bad},
			Facts: map[string]any{"n": 1, "s": bad, "l": []any{bad, true}},
		}}}},
		At: now,
	}
	want := labs.Path{
		Request: labs.Request{URL: good, Headers: map[string]string{good: good}},
		Hops: []labs.Hop{{Layers: []labs.LayerReport{{
			Summary: good, Objects: []labs.Object{{Name: good}}, Evidence: []string{good},
			Facts: map[string]any{"n": 1, "s": good, "l": []any{good, true}},
		}}}},
		At: now,
	}
	if diff := cmp.Diff(want, Safe(in)); diff != "" {
		t.Error(diff)
	}
	if in.Hops[0].Layers[0].Evidence[0] != bad {
		t.Error("the original was changed")
	}
	if got := Safe(&cards.Prompt{Card: cards.Card{Front: bad}}); got.Card.Front != good {
		t.Errorf("behind a pointer: %q", got.Card.Front)
	}
	if got := Safe[*cards.Prompt](nil); got != nil {
		t.Error("nil does not stay nil")
	}
	if got := Words(errors.New(bad)); got != good {
		t.Errorf("error: %q", got)
	}
}
