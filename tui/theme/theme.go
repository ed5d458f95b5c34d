// Package theme turns a palette into the styles that screens draw with. It is
// the only place that makes styles. A style underlines what words and marks
// already say; nothing is told by colour alone.
package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Marks that go with words. Plain Unicode of one cell each, no emoji.
const (
	OK      = "✓"
	Bad     = "✗"
	Unknown = "?"
	Off     = "–"
	Here    = "▶"
	On      = "●"
	Wait    = "○"
)

// Palette is the tokens of one background.
type Palette struct {
	Accent, Faint, Good, Bad, Warn color.Color
}

func palette(dark bool) Palette {
	if dark {
		return Palette{
			Accent: lipgloss.Color("#79B8FF"),
			Faint:  lipgloss.Color("#8B949E"),
			Good:   lipgloss.Color("#7EE787"),
			Bad:    lipgloss.Color("#FF8F88"),
			Warn:   lipgloss.Color("#E3B341"),
		}
	}
	return Palette{
		Accent: lipgloss.Color("#0550AE"),
		Faint:  lipgloss.Color("#59636E"),
		Good:   lipgloss.Color("#116329"),
		Bad:    lipgloss.Color("#B3181F"),
		Warn:   lipgloss.Color("#7A4D00"),
	}
}

// Styles is what screens draw with.
type Styles struct {
	Dark   bool
	Text   lipgloss.Style
	Strong lipgloss.Style // what is asked
	Faint  lipgloss.Style // what is said once
	Accent lipgloss.Style // where you are, what you may press
	Code   lipgloss.Style
	Good   lipgloss.Style
	Bad    lipgloss.Style
	Warn   lipgloss.Style
	Marked lipgloss.Style // text marked by the mouse
	Colors Palette
}

// New makes the styles for a dark or a light background.
func New(dark bool) *Styles {
	p := palette(dark)
	base := lipgloss.NewStyle()
	return &Styles{
		Dark:   dark,
		Text:   base,
		Strong: base.Bold(true),
		Faint:  base.Foreground(p.Faint),
		Accent: base.Foreground(p.Accent).Bold(true),
		Code:   base.Foreground(p.Accent),
		Good:   base.Foreground(p.Good),
		Bad:    base.Foreground(p.Bad),
		Warn:   base.Foreground(p.Warn),
		Marked: base.Reverse(true),
		Colors: p,
	}
}
