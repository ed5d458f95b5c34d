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
	if !m.typing && m.url != "" {
		head = " " + st.Faint.Render("URL ") + st.Strong.Render(layout.Cut(m.url, w-6))
	}
	if m.listing || m.path == nil && !m.busy && m.err == "" {
		return layout.Fit(append([]string{head, ""}, m.start(w, h-2)...), w, h)
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
		return nil
	}
	lines, _ := m.walked(w)
	return lines
}

// low is the height under which there is no room for prose beside the hosts.
const low = 14

// start is what is shown before a request was walked: what to do, and the
// hosts of the cluster.
func (m *Model) start(w, h int) []string {
	words := "Type a URL as a client would ask for it, as in https://shop.example.com/cart. " +
		"It is walked from DNS to the destination, and what each layer really does is shown."
	if h < low {
		words = "Type a URL, or pick a host."
	}
	lines := layout.Indent(layout.Flow(words, min(w-2, 76)), 1)
	if m.listing {
		lines = nil
	} else {
		lines = append(lines, "")
	}
	return append(lines, m.hosts.view(w, h-len(lines), m.listing)...)
}

// walked draws the path, and says at which line it is broken, 0 when it is not.
func (m *Model) walked(w int) (out []string, broken int) {
	st := m.env.Styles
	several := len(m.path.Proxies()) > 1
	for i, h := range m.path.Hops {
		if several && i > 0 {
			out = append(out, "")
		}
		if several {
			out = append(out, " "+st.Strong.Render(h.Name))
			if name := h.Proxy.String(); h.Proxy.Name != "" {
				out = append(out[:len(out)-1], layout.Cut(out[len(out)-1]+"  "+st.Faint.Render(name), w))
			}
		}
		for _, r := range h.Layers {
			if r.Verdict == labs.Broken && broken == 0 {
				broken = len(out)
			}
			out = append(out, m.layer(r, w)...)
		}
	}
	return append(out, m.answer(w)), broken
}

// label is the width of the column of names; narrow is the width under which
// there is no room for one.
const (
	label  = 13
	narrow = 60
)

// layer draws what was found at one layer; want and got when it is broken.
func (m *Model) layer(r labs.LayerReport, w int) []string {
	st := m.env.Styles
	mark, style := widget.Verdict(st, r.Verdict)
	name, hang := layout.Pad(string(r.Layer), label), label+3
	if w < narrow {
		name, hang = string(r.Layer)+" ", 3
	}
	if r.Verdict == labs.Broken {
		name = st.Strong.Render(name)
	}
	summary := r.Summary
	if r.Verdict == labs.OffPath && summary == "" {
		summary = "not on the path"
	}
	objects := objectNames(r.Beside())
	first := " " + name + style.Render(mark) + " "
	if line, wide := first+summary, min(w-1, 110); objects != "" && layout.Width(line)+3+layout.Width(objects) <= wide {
		return append([]string{layout.Ends(line, st.Faint.Render(objects), wide)}, m.wantGot(r, w, hang)...)
	}
	out := layout.Hang(first, summary, w-1, hang)
	if w >= narrow || r.Verdict != labs.Healthy {
		for _, l := range layout.Wrap(objects, w-hang-1) {
			out = append(out, layout.Spaces(hang)+st.Faint.Render(l))
		}
	}
	return append(out, m.wantGot(r, w, hang)...)
}

func (m *Model) wantGot(r labs.LayerReport, w, hang int) []string {
	return append(m.pair("want", r.Want, w, hang), m.pair("got", r.Got, w, hang)...)
}

func (m *Model) pair(head, text string, w, hang int) []string {
	if text == "" {
		return nil
	}
	lines := layout.Wrap(text, max(w-hang-7, 10))
	for i, l := range lines {
		h := head
		if i > 0 {
			h = ""
		}
		lines[i] = layout.Spaces(hang) + m.env.Styles.Accent.Render(layout.Pad(h, 6)) + l
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
	head := layout.Pad("answer", label+2)
	if w < narrow {
		head = "answer "
	}
	return layout.Cut(" "+head+m.env.Styles.Strong.Render(text), w)
}

func objectNames(all []labs.Object) string {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}
