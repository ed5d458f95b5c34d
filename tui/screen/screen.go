// Package screen is what the root model and its screens have in common: what a
// screen is given (Env), what it must offer (Screen), and the messages by
// which it asks the root for something. Screens never import each other or
// the root.
package screen

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
)

// Screen is one screen, or something that lies over one: a page, a question.
//
// Update gets three kinds of messages, and nothing that is meant for another
// screen: input (key presses, pastes) while the screen is on top and so has
// the focus; what its own commands made by Env.Do bring; and news that all
// screens get (Size, Tick, ClusterNews), that it is on top again (Shown), or
// that cards changed (CardsChanged).
//
// View draws w×h cells at most and changes nothing that can be seen. Where the
// terminal's cursor belongs, the text holds layout.Cursor.
type Screen interface {
	Init() tea.Cmd
	Update(tea.Msg) tea.Cmd
	View(w, h int) string
	// Scope names the keys in force, and so whether text is typed.
	Scope() keymap.Scope
	// Where names the screen for the header: "review › tls".
	Where() string
}

// Holding is a screen that may hold what is not stored yet.
type Holding interface {
	// Unsaved says what would be lost by quitting now, "" if nothing.
	Unsaved() string
}

// Which is a screen of which there can be different ones.
type Which interface {
	// Is says whether this one is what is asked for.
	Is(Open) bool
}

// Timed is a screen with a clock of its own, for the header.
type Timed interface{ Clock() string }

// Choosy is a screen some of whose keys do nothing at times. The footer leaves
// those out.
type Choosy interface {
	Useful(keymap.Intent) bool
}
