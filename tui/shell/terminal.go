// Package shell is the learner's own shell in a part of a screen: it shows
// what a terminal shows, hands keys, pastes and the mouse to it, scrolls back
// and copies. It is no screen of its own; a screen that has one gives it room
// and the focus.
package shell

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
)

// Terminal is a program on a terminal of its own. Only Next waits; the others
// return at once, whatever the program does, and are called in the order in
// which the learner acts.
type Terminal interface {
	// Next waits until the screen differs from the frame with that number and
	// returns it as it is then; ErrEnded when the program ended and everything
	// it wrote was shown.
	Next(ctx context.Context, after int) (Frame, error)
	Press(k tea.KeyPressMsg)
	Paste(text string)
	// Mouse hands on what the mouse did, in cells of the terminal. The program
	// gets it only if it asked for it.
	Mouse(m tea.MouseMsg)
	Focus(on bool)
	// Resize changes the size in cells.
	Resize(w, h int)
	// Scroll moves by lines into what left the screen at its top, or with a
	// negative number back.
	Scroll(lines int)
	// Close ends the program.
	Close() error
}

// ErrEnded says that the program on a terminal has ended.
var ErrEnded = errors.New("the shell has ended")

// Frame is what a terminal shows at a moment.
type Frame struct {
	Number int      // counts frames, from 1
	Lines  []string // with styles, one a row
	// The cell of the cursor; Shown says whether there is one to see.
	X, Y  int
	Shown bool
	Back  int  // how many lines it is scrolled back
	Mouse bool // the program wants to know of the mouse
}
