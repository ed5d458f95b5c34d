package theme

import (
	"fmt"
	"image/color"
	"strconv"

	style "charm.land/glamour/v2/ansi"
	"github.com/charmbracelet/x/ansi"
)

// Markdown is the style of card text, debriefs and solutions: no margins (the
// screens set those), no backgrounds, no syntax colours, code in backticks so
// that it is told apart without colour.
func (s *Styles) Markdown() style.StyleConfig {
	accent, faint := hex(s.Colors.Accent), hex(s.Colors.Faint)
	heading := style.StyleBlock{StylePrimitive: style.StylePrimitive{Bold: ptr(true), BlockSuffix: "\n"}}
	return style.StyleConfig{
		Document:   style.StyleBlock{Margin: ptr(uint(0))},
		BlockQuote: style.StyleBlock{Indent: ptr(uint(1)), IndentToken: ptr("│ ")},
		List:       style.StyleList{LevelIndent: 2},
		Heading:    heading,
		H1:         style.StyleBlock{StylePrimitive: style.StylePrimitive{Color: accent}},
		Emph:       style.StylePrimitive{Italic: ptr(true)},
		Strong:     style.StylePrimitive{Bold: ptr(true)},
		Strikethrough: style.StylePrimitive{
			CrossedOut: ptr(true),
		},
		HorizontalRule: style.StylePrimitive{Color: faint, Format: "\n────────\n"},
		Item:           style.StylePrimitive{BlockPrefix: "• "},
		Enumeration:    style.StylePrimitive{BlockPrefix: ". "},
		Task:           style.StyleTask{Ticked: OK + " ", Unticked: Off + " "},
		Link:           style.StylePrimitive{Color: faint, Underline: ptr(true)},
		LinkText:       style.StylePrimitive{Bold: ptr(true)},
		Code:           style.StyleBlock{StylePrimitive: style.StylePrimitive{Color: accent, Prefix: "`", Suffix: "`"}},
		CodeBlock: style.StyleCodeBlock{StyleBlock: style.StyleBlock{
			StylePrimitive: style.StylePrimitive{Color: accent}, Margin: ptr(uint(2)),
		}},
		DefinitionDescription: style.StylePrimitive{BlockPrefix: "\n  "},
	}
}

// hex names a colour as glamour reads it, nil for the terminal's own.
func hex(c color.Color) *string {
	switch c := c.(type) {
	case nil:
		return nil
	case ansi.BasicColor:
		return ptr(strconv.Itoa(int(c)))
	}
	r, g, b, _ := c.RGBA()
	return ptr(fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8))
}

func ptr[T any](v T) *T { return &v }
