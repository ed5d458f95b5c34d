package lab

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/shell"
)

// The lab and the learner's shell side by side.
const (
	splitFrom = 110 // width from which both have room
	labLeast  = 48  // cells of the lab's part
	paneLeast = 40  // cells of the shell's
	stride    = 4   // cells by which a key moves the border
)

// beside is the shell beside the lab.
type beside struct {
	pane  *shell.Pane // nil: there is none
	focus bool        // keys go to it
	alone bool        // it has the whole screen while it has the focus
	held  bool        // a button was pressed in it
	moved int         // cells by which the lab's part is wider than by itself
}

// parts are the rooms of the lab and of the shell; next says whether they
// stand side by side. Else the one that has the focus has all of it.
func (m *Model) parts() (lab, pane screen.Size, next bool) {
	if m.shell.pane == nil || m.shell.alone || m.room.W < splitFrom {
		return m.room, m.room, false
	}
	lab, pane = m.sides()
	return lab, pane, true
}

// sides are the rooms of both side by side.
func (m *Model) sides() (lab, pane screen.Size) {
	w := max(labLeast, min(m.room.W*2/5+m.shell.moved, m.room.W-paneLeast-1))
	return screen.Size{W: w, H: m.room.H}, screen.Size{W: m.room.W - w - 1, H: m.room.H}
}

// arrangeParts gives lab and shell the room they have now.
func (m *Model) arrangeParts() {
	lab, pane, _ := m.parts()
	m.size = lab
	if m.shell.pane != nil {
		m.shell.pane.Resize(pane)
	}
}

// split draws what is on screen of lab and shell.
func (m *Model) split(h int) string {
	lab, pane, next := m.parts()
	switch {
	case !next && m.shell.focus:
		return layout.Fit(m.shell.pane.View(), pane.W, h)
	case !next:
		return m.draw(lab.W, h)
	}
	border := m.env.Styles.Faint
	if m.shell.focus {
		border = m.env.Styles.Accent
	}
	left := strings.Split(m.draw(lab.W, h), "\n")
	return strings.Join(layout.Columns(left, m.shell.pane.View(), lab.W, pane.W, h, border.Render("│")), "\n")
}

// openShell puts the shell beside the lab, or the focus into it. Where there
// is no room for both, the shell gets the whole terminal.
func (m *Model) openShell() tea.Cmd {
	switch {
	case m.shell.pane != nil:
		return m.focusShell(true)
	case m.blind():
		return screen.Say("no shell while the " + m.news.Name + " is not up")
	case m.ports.Shell == nil || !m.wantsBeside():
		return m.handOver()
	}
	_, size := m.sides()
	pane, cmd := shell.New(m.env, size, m.ports.Shell)
	m.shell = beside{pane: pane, focus: true, moved: m.shell.moved}
	m.arrangeParts()
	return cmd
}

// wantsBeside says whether a new shell opens beside the lab.
func (m *Model) wantsBeside() bool {
	switch m.env.Look.Shell {
	case look.ShellBeside:
		return true
	case look.ShellAuto:
		return m.room.W >= splitFrom
	}
	return false
}

// wholeShell gives the shell the whole screen, or the whole terminal to a new
// one.
func (m *Model) wholeShell() tea.Cmd {
	if m.shell.pane == nil {
		return m.handOver()
	}
	m.shell.alone = true
	cmd := m.focusShell(true)
	m.arrangeParts()
	return cmd
}

// focusShell lets keys go to the shell, or to the lab, which is looked at anew
// then. What was being typed into a field stays there.
func (m *Model) focusShell(on bool) tea.Cmd {
	if m.shell.focus == on {
		return nil
	}
	if s, ok := m.step(); ok && m.typing {
		m.drafts[s.Step] = m.field.Value()
		m.stopTyping()
	}
	m.shell.focus = on
	m.shell.pane.Focus(on)
	if on {
		return nil
	}
	m.shell.alone = false
	m.arrangeParts()
	return m.lookAgain()
}

// inPane acts on a key press while the shell has the focus.
func (m *Model) inPane(k tea.KeyPressMsg) tea.Cmd {
	switch i := m.env.Intent(keymap.LabShell, k); i {
	case "":
		m.shell.pane.Key(k)
	case keymap.LeaveShell:
		return m.focusShell(false)
	default:
		m.shell.pane.Do(i)
	}
	return nil
}

// widen moves the border between lab and shell.
func (m *Model) widen(cells int) {
	if lab, _, next := m.parts(); next {
		m.shell.moved = lab.W + cells - m.room.W*2/5
		lab, _ = m.sides()
		m.shell.moved = lab.W - m.room.W*2/5 // no farther than it goes
		m.arrangeParts()
	}
}

// onMouse gives the mouse to the part that it is in. A click moves the focus.
func (m *Model) onMouse(msg tea.MouseMsg) tea.Cmd {
	if m.shell.pane == nil {
		return nil
	}
	lab, _, next := m.parts()
	at := 0
	if next {
		at = lab.W + 1
	}
	inside := msg.Mouse().X >= at && (next || m.shell.focus)
	var focus tea.Cmd
	switch msg.(type) {
	case tea.MouseClickMsg:
		if m.shell.held = inside; next {
			focus = m.focusShell(inside)
		}
	case tea.MouseReleaseMsg:
		inside = inside || m.shell.held
		m.shell.held = false
	default:
		inside = inside || m.shell.held // dragged out of it
	}
	if !inside {
		return focus
	}
	return tea.Batch(focus, m.shell.pane.Mouse(screen.Shift(msg, -at, 0)))
}

// Mouse says whether the screen has a use for the mouse.
func (m *Model) Mouse() bool { return m.shell.pane != nil && m.env.Look.Mouse }

// onShellEnded takes the shell off the screen.
func (m *Model) onShellEnded(e shell.Ended) tea.Cmd {
	m.shell = beside{moved: m.shell.moved}
	m.arrangeParts()
	if e.Err != nil {
		return tea.Batch(bad("the shell ended", e.Err), m.lookAgain())
	}
	return m.lookAgain()
}
