package trace

import (
	"fmt"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// View draws the field and, below it, the path.
func (m *Model) View(w, h int) string {
	st := m.env.Styles
	head := " " + st.Accent.Render("URL ") + m.field.View(w-7)
	if !m.typing {
		head = " " + st.Faint.Render("URL ") + st.Strong.Render(layout.Cut(m.url, w-6))
	}
	lines := append([]string{head, ""}, widget.Window(st, m.scroll, m.lines(w), w, h-2)...)
	return layout.Fit(lines, w, h)
}

func (m *Model) lines(w int) []string {
	st := m.env.Styles
	switch {
	case m.busy:
		return []string{st.Faint.Render(" walking the layers …")}
	case m.err != "":
		return layout.Indent(append(layout.Flow(theme.Bad+" it could not be walked: "+m.err, min(w-2, 96)),
			"", st.Faint.Render("R asks again")), 1)
	case m.path == nil:
		return layout.Indent(layout.Flow("Type a URL as a client would ask for it, as in https://shop.example.com/cart. "+
			"It is walked from DNS to the destination, and what each layer really does is shown.", min(w-2, 76)), 1)
	}
	var out []string
	proxies := m.path.Proxies()
	for _, h := range proxies {
		if len(proxies) > 1 {
			out = append(out, " "+st.Strong.Render(h.Name)+"  "+st.Faint.Render(h.Proxy.String()))
		}
		for _, r := range h.Layers {
			out = append(out, m.layer(r, w)...)
		}
	}
	return append(out, m.answer(w))
}

// label is the width of the column of names.
const label = 13

// layer draws what was found at one layer; want and got when it is broken.
func (m *Model) layer(r labs.LayerReport, w int) []string {
	st := m.env.Styles
	mark, style := widget.Verdict(st, r.Verdict)
	name := layout.Pad(string(r.Layer), label)
	if r.Verdict == labs.Broken {
		name = st.Strong.Render(name)
	}
	summary := r.Summary
	if r.Verdict == labs.OffPath && summary == "" {
		summary = "not on the path"
	}
	objects := objectNames(r.Objects)
	first := " " + name + style.Render(mark) + " "
	room := w - label - 4
	var out []string
	if line := first + summary; objects != "" && layout.Width(line)+3+layout.Width(objects) <= w {
		out = []string{layout.Ends(line, st.Faint.Render(objects), min(w-1, 110))}
	} else {
		for i, l := range layout.Wrap(summary, room) {
			if i > 0 {
				first = layout.Spaces(label + 3)
			}
			out = append(out, first+l)
		}
		if len(out) == 0 {
			out = []string{first}
		}
		for _, l := range layout.Wrap(objects, room) {
			out = append(out, layout.Spaces(label+3)+st.Faint.Render(l))
		}
	}
	out = append(out, m.pair("want", r.Want, w)...)
	return append(out, m.pair("got", r.Got, w)...)
}

func (m *Model) pair(head, text string, w int) []string {
	if text == "" {
		return nil
	}
	lines := layout.Wrap(text, max(w-label-10, 10))
	for i, l := range lines {
		h := head
		if i > 0 {
			h = ""
		}
		lines[i] = layout.Spaces(label+3) + m.env.Styles.Accent.Render(layout.Pad(h, 6)) + l
	}
	return lines
}

func (m *Model) answer(w int) string {
	a := m.path.Answer
	text := widget.Got(a)
	if a.Details != "" {
		text += " " + a.Details
	}
	if a.Took >= time.Millisecond {
		text += fmt.Sprintf("   %.0f ms", float64(a.Took)/float64(time.Millisecond))
	}
	return layout.Cut(" "+layout.Pad("answer", label)+"  "+m.env.Styles.Strong.Render(text), w)
}

func objectNames(all []labs.Object) string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}
