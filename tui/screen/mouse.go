package screen

import tea "charm.land/bubbletea/v2"

// Mousing is a screen that has a use for the mouse at times. It gets messages
// with the cells of its own room.
type Mousing interface{ Mouse() bool }

// Shift moves what the mouse did by cells.
func Shift(m tea.MouseMsg, dx, dy int) tea.MouseMsg {
	at := m.Mouse()
	at.X, at.Y = at.X+dx, at.Y+dy
	switch m.(type) {
	case tea.MouseClickMsg:
		return tea.MouseClickMsg(at)
	case tea.MouseReleaseMsg:
		return tea.MouseReleaseMsg(at)
	case tea.MouseWheelMsg:
		return tea.MouseWheelMsg(at)
	}
	return tea.MouseMotionMsg(at)
}
