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

func TestSanitize(t *testing.T) {
	t.Parallel()
	cases := map[string][2]string{
		"plain text stays":      {"a ✓ b\n\tc", "a ✓ b\n\tc"},
		"colour":                {"\x1b[31mred\x1b[0m", "red"},
		"window title":          {"a\x1b]0;owned\x07b", "ab"},
		"clipboard":             {"a\x1b]52;c;b3duZWQ=\x1b\\b", "ab"},
		"8-bit CSI":             {"a\u009b31mb", "a31mb"},
		"raw C1 byte":           {"a\x9b31mb", "a\uFFFD31mb"},
		"lone escape":           {"a\x1b", "a"},
		"bell and backspace":    {"a\a\b\x7fb", "ab"},
		"carriage return":       {"safe\rover", "safeover"},
		"windows line end":      {"a\r\nb", "a\nb"},
		"right-to-left":         {"a\u202egnp.exe", "agnp.exe"},
		"device control string": {"a\x1bP1;2qhidden\x1b\\b", "ab"},
		"no UTF-8":              {"a\xff\xfeb", "a\uFFFDb"},
	}
	for name, c := range cases {
		got := Sanitize(c[0])
		if got != c[1] {
			t.Errorf("%s: got %q, want %q", name, got, c[1])
		}
		if Sanitize(got) != got {
			t.Errorf("%s: a second pass changes %q", name, got)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	f.Add("\x1b]8;;http://x\x1b\\y\u009c\x1b")
	f.Add("\x1b\x1b[[31m31m")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Sanitize(s) {
			if forbidden(r) {
				t.Errorf("%q keeps %U", s, r)
			}
		}
	})
}

func TestMarkdownKeepsNoEscape(t *testing.T) {
	t.Parallel()
	md := NewMarkdown(theme.New(true))
	for _, text := range []string{
		"\x1b]0;owned\x07 title", "&#27;]52;c;eA==&#7;", "&#x1b;[2J", "&#x9B;2J", "`&#27;[2J`",
		"[x](http://a/&#27;]0;t&#7;)", "&#00000027;[2J", "&#x202e;x",
	} {
		out := strings.Join(md.Lines(text, 60), "\n")
		for _, r := range ours.ReplaceAllString(out, "") {
			if forbidden(r) {
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
