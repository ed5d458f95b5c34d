// Package theme turns a palette into the styles that screens draw with. It is
// the only place that makes styles. A style underlines what words and marks
// already say; nothing is told by colour alone.
package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"

	"github.com/gatedrill/gatedrill/tui/look"
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

// Palette is the tokens of one background. A nil colour is the terminal's own.
type Palette struct {
	Accent, Faint, Good, Bad, Warn color.Color
}

// palette picks the colours of a theme. Good and bad are a bluish green and an
// orange red, which people who see no difference of red and green tell apart
// by their brightness (Okabe and Ito, Color Universal Design).
func palette(name string, dark bool) Palette {
	switch {
	case name == look.ThemeNone:
		return Palette{}
	case name == look.ThemeANSI:
		return Palette{Accent: lipgloss.Blue, Faint: lipgloss.BrightBlack, Good: lipgloss.Cyan, Bad: lipgloss.Red, Warn: lipgloss.Yellow}
	case name == look.ThemeContrast && dark:
		return of("#9CDCFF", "#FFFFFF", "#5CFFD1", "#FFB38A", "#FFE96B")
	case name == look.ThemeContrast:
		return of("#00317A", "#000000", "#00503A", "#8A2500", "#5A4300")
	case dark:
		return of("#79B8FF", "#8B949E", "#5FD0A8", "#FF9A6B", "#E8C547")
	}
	return of("#0550AE", "#59636E", "#00664A", "#A63A00", "#6E5200")
}

func of(accent, faint, good, bad, warn string) Palette {
	return Palette{lipgloss.Color(accent), lipgloss.Color(faint), lipgloss.Color(good), lipgloss.Color(bad), lipgloss.Color(warn)}
}

// Styles is what screens draw with.
type Styles struct {
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

// New makes the styles of a theme (look.ThemeDark …). dark says what the
// terminal's background is, for the themes that go by it.
func New(name string, dark bool) *Styles {
	dark = (dark || name == look.ThemeDark) && name != look.ThemeLight
	p := palette(name, dark)
	base := lipgloss.NewStyle()
	return &Styles{
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
