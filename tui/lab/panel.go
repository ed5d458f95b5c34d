package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// steps lists the runbook with what was found.
func (m *Model) steps(w int) []string {
	st := m.env.Styles
	looked, _ := m.step()
	out := make([]string, 0, len(m.view.Steps))
	for i, s := range m.view.Steps {
		mark, name := " ", fmt.Sprintf("%d %s", i+1, layout.Pad(string(s.Step), 12))
		switch {
		case s.Done:
			mark = st.Good.Render(theme.OK)
		case s.Step == m.view.Current:
			mark = st.Accent.Render(theme.Here)
		}
		if s.Step == looked.Step {
			name = st.Accent.Render(name)
		}
		out = append(out, layout.Cut(mark+" "+name+" "+m.result(s), w))
	}
	return out
}

// result is what a step came to: its verdict, or the finding where it has no
// verdict.
func (m *Model) result(s labs.StepView) string {
	if s.VerdictRight {
		mark, style := widget.Verdict(m.env.Styles, s.Verdict)
		return style.Render(mark) + " " + inWords(s.Verdict)
	}
	if s.FindingRight && len(s.Step.Layers()) == 0 {
		return s.Answer
	}
	return ""
}

// panel is the step on screen, as blocks: what has to be answered stays, the
// commands give way first.
func (m *Model) panel(w int) []layout.Block {
	st := m.env.Styles
	s, ok := m.step()
	if !ok || (m.view.Phase == labs.PhaseFixing && m.focus == "") {
		return m.repair(w)
	}
	if m.view.Phase == labs.PhaseUnearned && m.focus == "" {
		return m.unearned(w)
	}
	title := fmt.Sprintf("%d %s", number(s.Step), s.Title)
	blocks := []layout.Block{
		{Rank: 9, Lines: []string{st.Strong.Render(layout.Cut(title, w))}},
		{Rank: 5, Lines: layout.Flow(s.Question, w)},
		{Rank: 6, Lines: m.look(s, w, false), Short: m.look(s, w, true)},
	}
	if m.view.Phase != labs.PhaseDiagnosing && !s.Done {
		return blocks // nothing can be answered now
	}
	if m.ahead(s.Step) {
		return append(blocks, layout.Block{Rank: 9, Lines: []string{"", st.Faint.Render("comes after " + string(m.view.Current))}})
	}
	return append(blocks,
		layout.Block{Rank: 4, Lines: []string{""}},
		layout.Block{Rank: 12, Lines: m.finding(s, w)},
		layout.Block{Rank: 12, Lines: m.verdictLine(s, w)},
		layout.Block{Rank: 11, Lines: m.reply(s, w)},
		layout.Block{Rank: 7, Lines: m.hints(s, w)},
	)
}

// unearned says why the lab does not count as solved yet.
func (m *Model) unearned(w int) []layout.Block {
	st := m.env.Styles
	const words = "The goals hold, but the diagnosis is not complete: nobody knows yet where it was broken. " +
		"R puts the fault back, and you go on where you were. Your answers are kept."
	return []layout.Block{
		{Rank: 9, Lines: append(m.marked(st.Warn.Render("!"), st.Strong.Render("It answers again, too early."), w), "")},
		{Rank: 8, Lines: layout.Flow(words, w)},
	}
}

// repair says what is asked once the diagnosis is complete.
func (m *Model) repair(w int) []layout.Block {
	st := m.env.Styles
	where := "Diagnosis complete."
	for _, s := range m.view.Steps {
		if s.Verdict == labs.Broken && s.VerdictRight {
			where = "Diagnosis complete: broken at " + string(s.Step) + "."
			break
		}
	}
	head := layout.Wrap(where, w)
	for i, l := range head {
		head[i] = st.Strong.Render(l)
	}
	text := layout.Flow("Now repair it with your own tools: t opens the shell. The lab is solved when all goals and guards hold.", w)
	return []layout.Block{
		{Rank: 9, Lines: append(head, "")},
		{Rank: 8, Lines: text},
	}
}

// look lists the commands worth running, each on one line if brief; the marked
// one is copied in full.
func (m *Model) look(s labs.StepView, w int, brief bool) []string {
	st := m.env.Styles
	var out []string
	for i, c := range s.Look {
		mark := "  "
		if len(s.Look) > 0 && i == m.command%len(s.Look) {
			mark = st.Accent.Render("› ")
		}
		lines := command(c, w-2)
		if brief {
			lines = []string{layout.Cut(c, w-2)}
		}
		for n, l := range lines {
			if n > 0 {
				mark = "  "
			}
			out = append(out, mark+l)
		}
	}
	return out
}

// command breaks a command between words, with backslashes where the pieces
// still run as one when they are copied by hand.
func command(c string, w int) []string {
	if layout.Width(c) <= w || strings.Contains(c, "\n") {
		return layout.Wrap(c, w)
	}
	var out []string
	line, quote := "", rune(0)
	for _, word := range strings.Split(c, " ") {
		if line != "" && layout.Width(line)+1+layout.Width(word)+2 > w {
			if quote != 0 {
				out, line = append(out, line), ""
			} else {
				out, line = append(out, line+" \\"), "  "
			}
		} else if line != "" {
			line += " "
		}
		for layout.Width(line)+layout.Width(word)+3 > w { // longer than a line
			parts := layout.Pieces(line+word, w)
			out, line, word = append(out, parts[0]), "", strings.Join(parts[1:], "")
		}
		line, quote = line+word, quoting(quote, word)
	}
	return append(out, line)
}

// quoting is the quote that is open after a word, 0 for none.
func quoting(open rune, word string) rune {
	for _, r := range word {
		switch {
		case open == 0 && (r == '\'' || r == '"'):
			open = r
		case r == open:
			open = 0
		}
	}
	return open
}

// finding is the question and its field.
func (m *Model) finding(s labs.StepView, w int) []string {
	if s.Ask == "" {
		return nil
	}
	st := m.env.Styles
	out := layout.Flow(s.Ask, w)
	switch {
	case s.FindingRight:
		return append(out, st.Good.Render(theme.OK)+" "+layout.Cut(s.Answer, w-2))
	case m.typing:
		return append(out, st.Accent.Render("› ")+m.field.View(w-2))
	case m.sent != 0:
		return append(out, st.Faint.Render("… asking the cluster"))
	case m.drafts[s.Step] != "":
		return append(out, st.Faint.Render("› ")+layout.Cut(m.drafts[s.Step], w-14)+st.Faint.Render("  ⏎ edits it"))
	}
	return append(out, st.Faint.Render("› ")+st.Accent.Render("⏎")+st.Faint.Render(" to answer"))
}

func (m *Model) verdictLine(s labs.StepView, w int) []string {
	st := m.env.Styles
	if len(s.Step.Layers()) == 0 {
		return nil
	}
	if s.VerdictRight {
		return []string{st.Good.Render(theme.OK) + " " + layout.Cut("verdict: "+inWords(s.Verdict), w-2)}
	}
	last := "n not on path"
	head := "Verdict   "
	if w < 44 {
		head = ""
	}
	pick := func(key, word string) string { return st.Accent.Render(key) + word }
	return []string{layout.Cut(head+pick("h", " healthy")+"  "+pick("b", " broken")+"  "+pick("n", last[1:]), w)}
}

// reply is what was said to the last answer.
func (m *Model) reply(s labs.StepView, w int) []string {
	st := m.env.Styles
	r, given := m.replies[s.Step]
	switch {
	case given && r.Unknown:
		return m.marked(st.Warn.Render(theme.Unknown), r.Words+" (not counted)", w)
	case given && r.Right && s.Done:
		return nil
	case given && r.Right:
		return m.marked(st.Good.Render(theme.OK), r.Words, w)
	case given:
		return m.marked(st.Bad.Render(theme.Bad), r.Words, w)
	case s.Reply != "" && !s.Done:
		return m.marked(st.Faint.Render("·"), s.Reply, w)
	}
	return nil
}

func (m *Model) hints(s labs.StepView, w int) []string {
	var out []string
	for i := len(s.Hints) - 1; i >= 0; i-- {
		out = append(out, m.marked(m.env.Styles.Accent.Render("i"), s.Hints[i], w)...)
	}
	if s.HintsLeft > 0 && !s.Done && len(out) == 0 {
		out = append(out, m.env.Styles.Faint.Render(fmt.Sprintf("H takes a hint, %d left", s.HintsLeft)))
	}
	return out
}

// marked is a paragraph with a mark before its first line.
func (m *Model) marked(mark, text string, w int) []string {
	lines := layout.Flow(text, w-2)
	for i, l := range lines {
		if i > 0 {
			mark = " "
		}
		lines[i] = mark + " " + l
	}
	return lines
}

func number(s labs.Step) int { return slices.Index(labs.Steps(), s) + 1 }
