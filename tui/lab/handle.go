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

// Handle acts on an intent.
func (m *Model) Handle(i keymap.Intent) (tea.Cmd, bool) {
	if m.typing {
		return m.handleTyping(i)
	}
	switch i {
	case keymap.Back:
		return m.leave(), true
	case keymap.Again:
		return m.again(), true
	case keymap.Shell:
		return m.shell(), true
	case keymap.Healthy:
		return m.verdict(labs.Healthy), true
	case keymap.Broken:
		return m.verdict(labs.Broken), true
	case keymap.OffPath:
		return m.verdict(labs.OffPath), true
	case keymap.Answer:
		return m.edit(), true
	case keymap.Copy:
		return m.copy(), true
	case keymap.Next:
		return m.another(), true
	case keymap.Details:
		return screen.Send(screen.Page{Title: "all of it", Markdown: m.details()}), true
	case keymap.Hint, keymap.Reset, keymap.Solution:
		return m.confirm(i), true
	case keymap.Up, keymap.Down, keymap.PageUp, keymap.PageDown:
		m.move(i)
	default:
		return nil, false
	}
	return nil, true
}

func (m *Model) handleTyping(i keymap.Intent) (tea.Cmd, bool) {
	s, _ := m.step()
	switch i {
	case keymap.Back:
		m.drafts[s.Step] = m.field.Value()
		m.stopTyping()
		return nil, true
	case keymap.Go:
		m.drafts[s.Step] = m.field.Value()
		m.stopTyping()
		switch {
		case m.drafts[s.Step] == "":
			return nil, true
		case m.sent != 0:
			return flash(stillAsking), true
		}
		return m.answer(s.Step, m.drafts[s.Step]), true
	}
	return nil, false
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
		return flash("this step " + m.after())
	case s.Ask == "":
		return flash("this step asks for a verdict only: h, b or n")
	case s.FindingRight:
		return flash("this finding is right already")
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
		return flash(stillAsking)
	case len(s.Step.Layers()) == 0:
		return flash("this step asks for a finding only: ⏎ opens its field")
	case s.VerdictRight:
		return flash("this verdict is right already")
	case m.ahead(s.Step):
		return flash("this step " + m.after())
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
		return flash(why)
	}
	return tea.Batch(tea.SetClipboard(text), flash("copied: "+text))
}

// another marks the next command.
func (m *Model) another() tea.Cmd {
	if _, why := m.toCopy(); why != "" {
		return flash(why)
	}
	m.command++
	return nil
}

// confirm asks before what is counted or cannot be taken back.
func (m *Model) confirm(i keymap.Intent) tea.Cmd {
	ask := screen.Ask{ID: m.env.Seq.Next()}
	switch i {
	case keymap.Hint:
		s, ok := m.step()
		switch {
		case ok && m.ahead(s.Step):
			return flash("this step " + m.after())
		case !ok || s.HintsLeft == 0:
			return flash("this step has no hint left")
		}
		m.asked[ask.ID] = askHint
		ask.Question = "Take a hint?"
		ask.Detail = fmt.Sprintf("%s left for this step. It is noted in the lab's history.", widget.Count(s.HintsLeft, "hint"))
	case keymap.Reset:
		if m.stage == waiting || m.stage == opening {
			return flash("nothing was started yet")
		}
		m.asked[ask.ID] = askReset
		ask.Question = "Put everything back and end this attempt?"
		ask.Detail = "What you changed in the lab's namespaces is undone."
	case keymap.Solution:
		m.asked[ask.ID] = askSolution
		ask.Question = "Show the solution?"
		ask.Detail = labs.SolutionNoted
	}
	return screen.Send(ask)
}

func (m *Model) onAnswered(a screen.Answered) tea.Cmd {
	what, mine := m.asked[a.ID]
	delete(m.asked, a.ID)
	if mine && what == askGiveUp {
		return m.onGiveUp(a.Yes)
	}
	if !mine || !a.Yes {
		return nil
	}
	switch what {
	case askHint:
		s, _ := m.step()
		return m.hint(s.Step)
	case askReset:
		return m.reset()
	}
	return m.solution()
}

// move looks at another step, or scrolls the debrief.
func (m *Model) move(i keymap.Intent) {
	if m.Scope() == keymap.LabSolved {
		m.scroll, _ = widget.Move(m.scroll, i, len(m.solved(m.size.W)), m.size.H)
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

func flash(text string) tea.Cmd { return screen.Send(screen.Flash{Text: text}) }
