package lab

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// solved is the page at the end: time, what it cost, the debrief.
func (m *Model) solved(w int) []string {
	st, v := m.env.Styles, m.view
	wrong, hints := 0, 0
	for _, s := range v.Steps {
		wrong += s.Wrong
		hints += len(s.Hints)
	}
	head := fmt.Sprintf("Solved in %s · %s · %s", widget.Took(v.Elapsed),
		widget.Count(wrong, "wrong answer"), widget.Count(hints, "hint"))
	out := []string{""}
	for i, l := range layout.Wrap(head, w-4) {
		mark := " "
		if i == 0 {
			mark = st.Good.Render(theme.OK)
		}
		out = append(out, " "+mark+" "+st.Strong.Render(l))
	}
	if len(v.Cards) > 0 {
		out = append(out, layout.Indent(layout.Flow(widget.Count(len(v.Cards), "card")+" made due: "+strings.Join(v.Cards, ", "), w-4), 3)...)
	}
	for _, fell := range m.turns(w - 2) {
		out = append(out, " "+fell)
	}
	out = append(out, "")
	return append(out, layout.Indent(m.env.MD.Lines(v.Debrief, min(w-2, measure)), 1)...)
}

// details is all there is to read, as one Markdown page.
func (m *Model) details() string {
	var b strings.Builder
	v := m.view
	para := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n\n", args...) }
	para("%s", strings.TrimSpace(v.Ticket))
	if v.Trouble != "" {
		para("**Trouble**: %s", v.Trouble)
	}
	if m.trouble != "" {
		para("**Trouble**: %s", m.trouble)
	}
	if c := m.capture(); c.Observed {
		para("**Last request**")
		para("    asked  %s\n    got    %s", widget.Asked(v.Request, c.Source), widget.Got(c))
		if c.LogLine != "" {
			para("    %s", c.LogLine)
		}
	}
	if s, ok := m.step(); ok {
		m.stepDetails(para, s)
	}
	for _, c := range append(append([]labs.CheckView{}, v.Goals...), v.Guards...) {
		state := string(c.Outcome)
		if why := m.why(c); why != "" && why != notKnown {
			state += ", " + why
		}
		fmt.Fprintf(&b, "- %s: %s\n", c.Title, state)
	}
	return b.String()
}

// evidence is the last request with its answer, as one Markdown page: no more
// of it than the screen shows.
func (m *Model) evidence() string {
	if m.blind() {
		return "Nothing is known while the " + m.news.Name + " is not up."
	}
	page := widget.Evidence(m.view.Request, m.capture(), m.ports.Explain)
	if m.view.Capture.Observed && !m.captured() {
		page += "What the proxies logged of it, and the flag, are here once step 1 is done.\n"
	}
	return page
}

func (m *Model) stepDetails(para func(string, ...any), s labs.StepView) {
	para("**Step %d, %s**", number(s.Step), s.Title)
	if m.ahead(s.Step) {
		para("%s", m.after())
		return
	}
	para("%s", strings.TrimSpace(s.Question))
	if len(s.Look) > 0 {
		var lines []string
		for _, c := range s.Look {
			lines = append(lines, command(c, min(m.size.W-2, measure)-2)...)
		}
		para("    %s", strings.Join(lines, "\n    "))
	}
	if s.Ask != "" {
		para("%s", s.Ask)
	}
	if s.Reply != "" {
		para("Last reply: %s", s.Reply)
	}
	for i, h := range s.Hints {
		para("Hint %d: %s", i+1, h)
	}
}
