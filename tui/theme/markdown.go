package theme

import (
	"fmt"
	"image/color"

	"charm.land/glamour/v2/ansi"
)

// Markdown is the style of card text, debriefs and solutions: no margins (the
// screens set those), no backgrounds, no syntax colours, code in backticks so
// that it is told apart without colour.
func (s *Styles) Markdown() ansi.StyleConfig {
	accent, faint := hex(s.Colors.Accent), hex(s.Colors.Faint)
	heading := ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Bold: ptr(true), BlockSuffix: "\n"}}
	return ansi.StyleConfig{
		Document:   ansi.StyleBlock{Margin: ptr(uint(0))},
		BlockQuote: ansi.StyleBlock{Indent: ptr(uint(1)), IndentToken: ptr("│ ")},
		List:       ansi.StyleList{LevelIndent: 2},
		Heading:    heading,
		H1:         ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: accent}},
		Emph:       ansi.StylePrimitive{Italic: ptr(true)},
		Strong:     ansi.StylePrimitive{Bold: ptr(true)},
		Strikethrough: ansi.StylePrimitive{
			CrossedOut: ptr(true),
		},
		HorizontalRule: ansi.StylePrimitive{Color: faint, Format: "\n────────\n"},
		Item:           ansi.StylePrimitive{BlockPrefix: "• "},
		Enumeration:    ansi.StylePrimitive{BlockPrefix: ". "},
		Task:           ansi.StyleTask{Ticked: OK + " ", Unticked: Off + " "},
		Link:           ansi.StylePrimitive{Color: faint, Underline: ptr(true)},
		LinkText:       ansi.StylePrimitive{Bold: ptr(true)},
		Code:           ansi.StyleBlock{StylePrimitive: ansi.StylePrimitive{Color: accent, Prefix: "`", Suffix: "`"}},
		CodeBlock: ansi.StyleCodeBlock{StyleBlock: ansi.StyleBlock{
			StylePrimitive: ansi.StylePrimitive{Color: accent}, Margin: ptr(uint(2)),
		}},
		DefinitionDescription: ansi.StylePrimitive{BlockPrefix: "\n  "},
	}
}

func hex(c color.Color) *string {
	r, g, b, _ := c.RGBA()
	return ptr(fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8))
}

func ptr[T any](v T) *T { return &v }
