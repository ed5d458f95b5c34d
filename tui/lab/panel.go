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
		cursor := " "
		if s.Step == looked.Step {
			name = st.Accent.Render(name)
			if m.focus != "" {
				cursor = st.Accent.Render("›")
			}
		}
		out = append(out, layout.Cut(mark+cursor+name+" "+m.result(s), w))
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

// panel is the step on screen, or what is to be done after the last one.
func (m *Model) panel(w int) []layout.Block {
	s, ok := m.step()
	switch {
	case m.mending() && m.view.Phase == labs.PhaseUnearned:
		return m.unearned(w)
	case m.mending() || !ok:
		return m.repair(w)
	}
	title := layout.One(rankTask, m.env.Styles.Strong.Render(layout.Cut(fmt.Sprintf("%d %s", number(s.Step), s.Title), w)))
	if m.ahead(s.Step) {
		return []layout.Block{title, layout.One(rankTask, m.env.Styles.Faint.Render(layout.Cut(m.after(), w)))}
	}
	blocks := []layout.Block{title, layout.One(rankQuestion, layout.Flow(s.Question, w)...), m.look(s, w)}
	if m.view.Phase != labs.PhaseDiagnosing && !s.Done {
		return blocks // nothing can be answered now
	}
	reply := m.reply(s)
	return append(blocks,
		layout.One(rankBlank, ""),
		layout.One(rankTask, m.finding(s, w)...),
		layout.One(rankTask, m.verdictLine(s, w)...),
		layout.Shorten(rankReply, m.marked(reply.mark, reply.text, w), 2, more),
		m.hints(s, reply.text, w),
	)
}

// after says why nothing is shown of a step that was not reached.
func (m *Model) after() string {
	return fmt.Sprintf("comes after step %d, %s", number(m.view.Current), m.view.Current)
}

// unearned says why the lab does not count as solved yet.
func (m *Model) unearned(w int) []layout.Block {
	st := m.env.Styles
	words := "The goals hold, but the diagnosis is not complete. Still open: " + m.view.StillOpen() + ". " +
		"R puts the fault back, and you go on where you were. Your answers are kept."
	return []layout.Block{
		layout.One(rankTask, m.marked(st.Warn.Render("!"), st.Strong.Render("It answers again, too early."), w)...),
		layout.One(rankBlank, ""),
		{Forms: []layout.Form{
			{Rank: rankCommand, Lines: layout.Flow(words, w)},
			{Rank: rankTask, Lines: layout.Flow("R puts the fault back; your answers are kept.", w)},
		}},
	}
}

const solvedWhen = "The lab is solved when all goals and guards hold."

// repair says what is asked once the diagnosis is complete.
func (m *Model) repair(w int) []layout.Block {
	where, words, short := "Diagnosis complete: nothing is broken.", "There is nothing to repair. "+solvedWhen, "There is nothing to repair."
	for _, s := range m.view.Steps {
		if s.Verdict == labs.Broken && s.VerdictRight {
			where = "Diagnosis complete: broken at " + string(s.Step) + "."
			words, short = "Now repair it with your own tools: t opens the shell. "+solvedWhen, "Repair it: t opens the shell."
			break
		}
	}
	head := layout.Wrap(where, w)
	for i, l := range head {
		head[i] = m.env.Styles.Strong.Render(l)
	}
	return []layout.Block{
		layout.One(rankTask, head...),
		layout.One(rankBlank, ""),
		{Forms: []layout.Form{
			{Rank: rankOthers, Lines: layout.Flow(words, w)},
			{Rank: rankQuestion, Lines: layout.Flow(short, w)},
		}},
	}
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

// said is a paragraph with its mark.
type said struct{ mark, text string }

// reply is what was said to the last answer.
func (m *Model) reply(s labs.StepView) said {
	st := m.env.Styles
	r, given := m.replies[s.Step]
	switch {
	case given && r.Unknown:
		return said{st.Warn.Render(theme.Unknown), r.Words + " (not counted)"}
	case given && r.Right && s.Done:
		return said{}
	case given && r.Right:
		return said{st.Good.Render(theme.OK), r.Words}
	case given:
		return said{st.Bad.Render(theme.Bad), r.Words}
	case s.Reply != "" && !s.Done:
		return said{st.Faint.Render("·"), s.Reply}
	}
	return said{}
}

// hints are those taken, the newest first, without what the reply to the last
// answer says already; or that there are some.
func (m *Model) hints(s labs.StepView, reply string, w int) layout.Block {
	st := m.env.Styles
	if len(s.Hints) == 0 && s.HintsLeft > 0 && !s.Done {
		return layout.One(rankOffer, st.Faint.Render(fmt.Sprintf("H takes a hint, %d left", s.HintsLeft)))
	}
	var newest, all []string
	for i, h := range slices.Backward(s.Hints) {
		if strings.Contains(reply, h) {
			continue
		}
		all = append(all, m.marked(st.Accent.Render("i"), h, w)...)
		if i == len(s.Hints)-1 {
			newest = all
		}
	}
	b := layout.Shorten(rankHint, newest, 2, more)
	if len(all) > len(newest) {
		b.Forms = slices.Insert(b.Forms, 0, layout.Form{Rank: rankOldHints, Lines: all})
	}
	return b
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
