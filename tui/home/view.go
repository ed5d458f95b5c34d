package home

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// View draws the screen. What matters least goes first when there is no room:
// the table of layers, then the words of the first day.
func (m *Model) View(w, h int) string {
	todo, trouble, cluster := m.todo(w-2), m.trouble(w-2), m.cluster(w-2)
	lines := slices.Concat(m.greeting(w-2), []string{m.today(w - 2)}, []string{""}, todo)
	if len(trouble) > 0 {
		lines = slices.Concat(lines, []string{""}, trouble)
	}
	if len(cluster) > 0 {
		lines = slices.Concat(lines, []string{""}, cluster)
	}
	if table := m.layers(w - 2); len(lines)+len(table)+2 <= h {
		lines = slices.Concat(lines, []string{""}, table)
	}
	if len(lines) > h {
		lines = slices.Concat([]string{m.today(w - 2)}, todo, trouble, cluster)
	} else if len(lines)+1 <= h {
		lines = append([]string{""}, lines...)
	}
	return layout.Fit(layout.Indent(lines, 1), w, h)
}

func (m *Model) greeting(w int) []string {
	if !m.loaded || !m.summary.FirstTime {
		return nil
	}
	const words = "gatedrill trains you to run and debug Istio gateways: short cards first, " +
		"then labs in which a real Envoy is really broken and you find out where."
	return append(layout.Flow(words, min(w, 76)), "")
}

func (m *Model) today(w int) string {
	s := m.env.Styles
	if !m.loaded {
		return s.Strong.Render("Today") + "   …"
	}
	return s.Strong.Render("Today") + "   " + today(m.summary, w-8)
}

// todo draws what to do next, one line each; the reason goes to a line of its
// own only where it does not fit.
func (m *Model) todo(w int) []string {
	st := m.env.Styles
	items := m.items()
	if len(items) == 0 {
		return m.idle()
	}
	widest := 0
	for _, i := range items {
		widest = max(widest, layout.Width(i.what))
	}
	what := min(widest, max(w-14-20, 12))
	var out []string
	for n, i := range items {
		mark, verb := "  ", layout.Pad(i.verb, 10)
		if n == m.chosen {
			mark, verb = st.Accent.Render(theme.Here)+" ", st.Accent.Render(verb)
		}
		if w < 56 {
			out = append(out, layout.Cut(mark+verb+i.what, w))
			if n == m.chosen && i.why != "" {
				out = append(out, layout.Cut(layout.Spaces(12)+st.Faint.Render(i.why), w))
			}
			continue
		}
		out = append(out, layout.Cut(mark+verb+layout.Pad(i.what, what)+"   "+st.Faint.Render(i.why), w))
	}
	return out
}

// idle says what can be done when nothing is proposed.
func (m *Model) idle() []string {
	st := m.env.Styles
	if !m.loaded && len(m.errors) == 0 {
		return []string{st.Faint.Render("reading cards …")}
	}
	if m.ports.Labs == nil {
		return []string{"Nothing to do now: c lists the cards."}
	}
	return []string{"Nothing is waiting: l lists the labs, c the cards."}
}

func (m *Model) trouble(w int) []string {
	var out []string
	for _, p := range []part{partCards, partLabs, partAdvice} {
		if text := m.errors[p]; text != "" {
			out = append(out, m.bad(fmt.Sprintf("%s could not be read: %s", p, text), w)...)
		}
	}
	if out != nil {
		out = append(out, m.env.Styles.Faint.Render("  R tries again"))
	}
	if n := m.summary.Problems; n > 0 {
		out = append(out, m.bad(widget.Count(n, "problem")+" kept cards from being loaded: gatedrill cards check names them", w)...)
	}
	return out
}

func (m *Model) bad(text string, w int) []string {
	lines := layout.Flow(text, w-2)
	for i, l := range lines {
		if i == 0 {
			lines[i] = m.env.Styles.Bad.Render(theme.Bad) + " " + l
		} else {
			lines[i] = "  " + l
		}
	}
	return lines
}

// cluster says more than the header's one word, as long as there is more.
func (m *Model) cluster(w int) []string {
	switch n := m.news; {
	case m.ports.Labs == nil && m.ports.NoLabs != "":
		return layout.Flow(m.ports.NoLabs, w)
	case n.State == screen.ClusterFailed:
		return append(m.bad(n.Name+" failed: "+n.Trouble, w), m.env.Styles.Faint.Render("  R tries again; cards work without it"))
	case n.State == screen.ClusterOff:
		return []string{m.env.Styles.Faint.Render(layout.Cut("the "+n.Name+" is off: R starts it; cards work without it", w))}
	case n.Busy():
		return widget.Progress{What: n.Name + " " + n.State, Waiting: n.Waiting,
			Done: n.Done, Total: n.Total, Clock: n.Clock(m.now)}.Lines(m.env.Styles, w)
	}
	return nil
}

// layers draws retention and solved labs by layer, as columns where there is
// room, else nothing: stats has the same numbers.
func (m *Model) layers(w int) []string {
	if !m.loaded || m.summary.FirstTime || w < 72 {
		return nil
	}
	names, recall, solved := []string{}, []string{}, []string{}
	for _, l := range labs.Layers() {
		names = append(names, string(l))
		recall = append(recall, recallOf(m.summary.Layers, string(l)))
		solved = append(solved, solvedOf(m.advice.Solved, string(l)))
	}
	st := m.env.Styles
	out := []string{
		st.Strong.Render(row("Layers", names)),
		row("cards", recall) + st.Faint.Render("retention"),
	}
	if len(m.advice.Solved) > 0 {
		return append(out, row("labs", solved)+st.Faint.Render("solved"))
	}
	if len(m.labs) > 0 {
		return append(out, layout.Pad("labs", 10)+m.solved()+st.Faint.Render(" solved"))
	}
	return out
}

func (m *Model) solved() string {
	n := 0
	for _, l := range m.labs {
		if l.Solved > 0 {
			n++
		}
	}
	return fmt.Sprintf("%d of %d", n, len(m.labs))
}

func row(head string, cells []string) string {
	var b strings.Builder
	b.WriteString(layout.Pad(head, 10))
	for i, c := range cells {
		width := 9
		if i == len(cells)-1 {
			width = 13
		}
		b.WriteString(layout.Pad(c, width))
	}
	return b.String()
}

func recallOf(all []cards.TagRecall, layer string) string {
	for _, t := range all {
		if strings.TrimPrefix(t.Tag, "layer:") == layer && t.Reviews > 0 {
			return widget.Percent(t.Recall)
		}
	}
	return theme.Off
}

func solvedOf(all []screen.LayerSolved, layer string) string {
	for _, s := range all {
		if s.Layer == layer {
			return fmt.Sprintf("%d/%d", s.Solved, s.Labs)
		}
	}
	return theme.Off
}
