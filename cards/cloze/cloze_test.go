package cloze

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	type gap struct {
		Number int
		Front  string
		Hidden []string
	}
	tests := []struct {
		name, text string
		want       []gap
	}{
		{"one", "a {{c1::b}} c", []gap{{1, "a […] c", []string{"b"}}}},
		{"hint", "a {{c1::b::which?}} c", []gap{{1, "a [which?] c", []string{"b"}}}},
		{"hint with colons, as in Anki", "{{c1::a::b::c}}", []gap{{1, "[b::c]", []string{"a"}}}},
		{"empty hint", "{{c1::a::}}", []gap{{1, "[…]", []string{"a"}}}},
		{"two numbers out of order, with a hole", "{{c7::x}} and {{c2::y}}", []gap{{2, "x and […]", []string{"y"}}, {7, "[…] and y", []string{"x"}}}},
		{"one number twice", "{{c1::x}} and {{c1::y}}", []gap{{1, "[…] and […]", []string{"x", "y"}}}},
		{"gap in a gap", "{{c1::the {{c2::inner}} one}}!", []gap{{1, "[…]!", []string{"the inner one"}}, {2, "the […] one!", []string{"inner"}}}},
		{"gap in a gap of its number", "{{c1::a {{c1::b}}}}", []gap{{1, "[…]", []string{"a b"}}}},
		{"a gap of two numbers", "{{c1,3::a}} {{c3::b}}", []gap{{1, "[…] b", []string{"a"}}, {3, "[…] […]", []string{"a", "b"}}}},
		{"number written with zeros", "{{c02::x}}", []gap{{2, "[…]", []string{"x"}}}},
		{"over lines", "a\n{{c1::b\nc}}\nd", []gap{{1, "a\n[…]\nd", []string{"b\nc"}}}},
		{"in code", "`mode: {{c1::SIMPLE}}`", []gap{{1, "`mode: […]`", []string{"SIMPLE"}}}},
		{"before a colon, which would make a link of it", "{{c1::SNI::field}}: read", []gap{{1, `\[field\]: read`, []string{"SNI"}}}},
		{"before a colon in code", "`{{c1::mode}}: x`", []gap{{1, "`[…]: x`", []string{"mode"}}}},
		{"gap after gap", "{{c1::a}}{{c1::b}}", []gap{{1, `\[…\][…]`, []string{"a", "b"}}}},
		{"other braces", "{{.items}} {{ci}} {{c1::x}}", []gap{{1, "{{.items}} {{ci}} […]", []string{"x"}}}},
		{"ends outside of gaps", "x}} :: {{c1::y}}", []gap{{1, "x}} :: […]", []string{"y"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, err := Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []gap
			for _, n := range text.Numbers() {
				got = append(got, gap{n, text.Gap(n), text.Hidden(n)})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
		offset           int
	}{
		{"no gap", "just text", `has no gap`, 0},
		{"not closed", "a {{c1::b", `is never closed`, 2},
		{"hint not closed", "{{c1::b::h", `is never closed`, 0},
		{"inner not closed", "{{c1::a {{c2::b}}", `is never closed`, 0},
		{"no text", "x {{c1:: }}", `is a gap without text`, 2},
		{"zero", "{{c0::a}}", `has a number that is none`, 0},
		{"too large", "{{c501::a}}", `has a number that is none`, 0},
		{"no colons", "{{c1}}", `is no gap`, 0},
		{"one colon", "{{c1:a}} {{c2::b}}", `is no gap`, 0},
		{"no second number", "{{c1,::a}}", `is no gap`, 0},
		{"too deep", strings.Repeat("{{c1::a", 11) + strings.Repeat("}}", 11), `has gaps in gaps`, 70},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.text)
			var e *Error
			if !errors.As(err, &e) || !strings.HasPrefix(e.Error(), tt.want) || e.Offset != tt.offset {
				t.Errorf("%v (%+v), want %q at %d", err, e, tt.want, tt.offset)
			}
		})
	}
}

// Filling the gaps gives the text back, whatever it is.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a {{c1::b}} c", "{{c1::a::h}} {{c2::b}}", "{{c1::x {{c2::y}} z}}", "{{c", "{{c1::", "}}", "{{c1::a}}(b)", "`{{c9::é}}:`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := Parse(s)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(s) {
				t.Errorf("%v at %+v", err, e)
			}
			return
		}
		numbers := text.Numbers()
		if len(numbers) == 0 || !slices.IsSorted(numbers) || numbers[0] < 1 || numbers[len(numbers)-1] > maxNumber {
			t.Errorf("numbers %v", numbers)
		}
		for _, n := range numbers {
			hidden := text.Hidden(n)
			if len(hidden) == 0 {
				t.Errorf("gap %d hides nothing", n)
			}
			for _, h := range hidden {
				if h == "" || !strings.Contains(text.Plain(), h) {
					t.Errorf("gap %d hides %q, which is not in %q", n, h, text.Plain())
				}
			}
			if !strings.Contains(text.Gap(n), "[") {
				t.Errorf("gap %d does not show in %q", n, text.Gap(n))
			}
		}
	})
}
