package setup

import (
	"slices"

	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// widest is where a row ends on a wide screen, so that the eye finds its end.
const widest = 112

// keyColumn is the room of a setting's name.
const keyColumn = 24

// View draws the list, and what the marked setting is about.
func (m *Model) View(w, h int) string {
	st := m.env.Styles
	w = min(w, widest)
	lines := []string{m.list.Head(w, "setting"), ""}
	switch {
	case !m.loaded:
		lines = append(lines, st.Faint.Render(" reading settings …"))
	case m.err != "":
		lines = append(lines, layout.Indent(layout.Flow(theme.Bad+" the settings could not be read: "+m.err, w-2), 1)...)
	case m.list.Len() == 0:
		lines = append(lines, " No setting matches. esc drops the filter.")
	default:
		foot := m.about(w)
		rows := m.list.Window(max(h-len(lines)-len(foot), 1), func(i int, marked bool) string { return m.line(i, marked, w) })
		lines = slices.Concat(lines, rows, foot)
	}
	return layout.Fit(lines, w, h)
}

func (m *Model) line(i int, marked bool, w int) string {
	st, s := m.env.Styles, m.all[i]
	cursor, key, value := "  ", layout.Pad(s.Key, min(keyColumn, w/2)), s.Value
	if marked {
		cursor, key = st.Accent.Render(theme.Here)+" ", st.Strong.Render(key)
	}
	switch {
	case marked && m.typing:
		value = m.field.View(max(w-keyColumn-6, 8))
	case value == "":
		value = st.Faint.Render(s.Default)
	case value != s.Default:
		value = st.Accent.Render(value)
	}
	return layout.Ends(" "+cursor+key+" "+value, st.Faint.Render(s.Group), w)
}

// about says what the marked setting does, what it may be, and what was wrong
// with what was typed.
func (m *Model) about(w int) []string {
	at := m.list.Row()
	if at < 0 {
		return nil
	}
	st, s := m.env.Styles, m.all[at]
	text := s.About
	if s.Fixed != "" {
		text += " (" + s.Fixed + " goes before what is chosen here)"
	}
	out := layout.Head(layout.Flow(text, w-6), 4, "…")
	if m.wrong != "" {
		for i, l := range layout.Head(layout.Flow(m.wrong, w-8), 3, "…") {
			if i == 0 {
				l = st.Bad.Render(theme.Bad) + " " + l
			} else {
				l = "  " + l
			}
			out = append(out, l)
		}
	}
	return append([]string{""}, layout.Indent(out, 3)...)
}
