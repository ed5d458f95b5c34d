package lab

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// stillAsking is said to a verdict or a finding that comes while the one before
// it is being judged: it is not sent, and the learner has to know.
const stillAsking = "the cluster is still being asked: wait, then try again"

func (m *Model) do(i keymap.Intent) tea.Cmd {
	if m.typing {
		return m.handleTyping(i)
	}
	switch i {
	case keymap.Back:
		return m.leave()
	case keymap.Again:
		return m.again()
	case keymap.Shell:
		return m.openShell()
	case keymap.ShellWhole:
		return m.wholeShell()
	case keymap.Wider:
		m.widen(stride)
	case keymap.Narrower:
		m.widen(-stride)
	case keymap.Healthy:
		return m.verdict(labs.Healthy)
	case keymap.Broken:
		return m.verdict(labs.Broken)
	case keymap.OffPath:
		return m.verdict(labs.OffPath)
	case keymap.Answer:
		return m.edit()
	case keymap.Copy:
		return m.copy()
	case keymap.Next:
		return m.another()
	case keymap.Details:
		return m.env.Page("all of it", m.details())
	case keymap.Evidence:
		return m.env.Page("evidence", m.evidence())
	case keymap.Hint, keymap.Reset, keymap.Solution:
		return m.confirm(i)
	case keymap.Up, keymap.Down, keymap.PageUp, keymap.PageDown:
		m.move(i)
	}
	return nil
}

func (m *Model) handleTyping(i keymap.Intent) tea.Cmd {
	s, _ := m.step()
	switch i {
	case keymap.Back:
		m.drafts[s.Step] = m.field.Value()
		m.stopTyping()
		return nil
	case keymap.Go:
		m.drafts[s.Step] = m.field.Value()
		m.stopTyping()
		switch {
		case m.drafts[s.Step] == "":
			return nil
		case m.sent != 0:
			return screen.Say(stillAsking)
		}
		return m.answer(s.Step, m.drafts[s.Step])
	}
	return nil
}

func (m *Model) stopTyping() {
	m.typing = false
	m.field.Blur()
}

// edit puts the focus into the field of the finding.
func (m *Model) edit() tea.Cmd {
	s, ok := m.step()
	switch {
	case !ok:
		return nil
	case m.ahead(s.Step):
		return screen.Say("this step " + m.after())
	case s.Ask == "":
		return screen.Say("this step asks for a verdict only: h, b or n")
	case s.FindingRight:
		return screen.Say("this finding is right already")
	}
	m.typing = true
	m.field.Set(m.drafts[s.Step])
	m.field.Focus()
	return nil
}

// verdict commits the learner's verdict on the step on screen.
func (m *Model) verdict(v labs.Verdict) tea.Cmd {
	s, ok := m.step()
	switch {
	case !ok:
		return nil
	case m.sent != 0:
		return screen.Say(stillAsking)
	case len(s.Step.Layers()) == 0:
		return screen.Say("this step asks for a finding only: ⏎ opens its field")
	case s.VerdictRight:
		return screen.Say("this verdict is right already")
	case m.ahead(s.Step):
		return screen.Say("this step " + m.after())
	}
	return m.commit(s.Step, v)
}

// ahead says whether a step comes after the current one; labs.View.Ahead is
// the rule.
func (m *Model) ahead(s labs.Step) bool { return m.view.Ahead(s) }

// toCopy is the command that keys act on; if there is none on screen, words
// say why.
func (m *Model) toCopy() (text, why string) {
	s, ok := m.step()
	switch {
	case ok && m.ahead(s.Step):
		return "", "this step " + m.after()
	case !ok || len(s.Look) == 0:
		return "", "this step has no command"
	case !m.shows(commands):
		return "", "there is no room for the commands here: i reads them"
	}
	return s.Look[m.command%len(s.Look)], ""
}

func (m *Model) copy() tea.Cmd {
	text, why := m.toCopy()
	if why != "" {
		return screen.Say(why)
	}
	return tea.Batch(tea.SetClipboard(text), screen.Say("copied: "+text))
}

// another marks the next command.
func (m *Model) another() tea.Cmd {
	if _, why := m.toCopy(); why != "" {
		return screen.Say(why)
	}
	m.command++
	return nil
}

// confirm asks before what is counted or cannot be taken back.
func (m *Model) confirm(i keymap.Intent) tea.Cmd {
	switch i {
	case keymap.Hint:
		s, ok := m.step()
		switch {
		case ok && m.ahead(s.Step):
			return screen.Say("this step " + m.after())
		case !ok || s.HintsLeft == 0:
			return screen.Say("this step has no hint left")
		}
		return m.ask(askHint, "Take a hint?",
			fmt.Sprintf("%s left for this step. It is noted in the lab's history.", widget.Count(s.HintsLeft, "hint")))
	case keymap.Reset:
		if m.stage == waiting || m.stage == opening {
			return screen.Say("nothing was started yet")
		}
		return m.ask(askReset, "Put everything back and end this attempt?", "What you changed in the lab's namespaces is undone.")
	}
	return m.ask(askSolution, "Show the solution?", labs.SolutionNoted)
}

func (m *Model) ask(what question, text, detail string) tea.Cmd {
	return m.env.Ask(text, detail, func(yes bool) tea.Msg { return answered{what, yes} })
}

func (m *Model) onAnswered(a answered) tea.Cmd {
	switch {
	case a.what == askGiveUp:
		return m.onGiveUp(a.yes)
	case !a.yes:
		return nil
	case a.what == askHint:
		s, _ := m.step()
		return m.hint(s.Step)
	case a.what == askLeave:
		return m.goAway()
	case a.what == askReset:
		return m.reset()
	}
	return m.solution()
}

// move looks at another step, or scrolls the debrief.
func (m *Model) move(i keymap.Intent) {
	if m.Scope() == keymap.LabSolved {
		m.scroll = widget.Move(m.scroll, i, len(m.solved(m.size.W)), m.size.H)
		return
	}
	steps := labs.Steps()
	if m.view.Phase != labs.PhaseDiagnosing {
		steps = append(steps, "") // the repair comes after the last step
	}
	at := len(steps) - 1
	if s, ok := m.step(); ok && !m.mending() {
		at = number(s.Step) - 1
	}
	if i == keymap.Up {
		at--
	} else {
		at++
	}
	m.focus, m.command = steps[max(0, min(at, len(steps)-1))], 0
	if m.focus == m.view.Current && m.view.Phase == labs.PhaseDiagnosing {
		m.focus = ""
	}
}

func (m *Model) title() string {
	if m.view.Lab.Title == "" {
		return "lab"
	}
	return m.view.Lab.Title
}
