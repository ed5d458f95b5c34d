// Package screen is what the root model and its screens have in common: what a
// screen is given (Env), what it must offer (Screen), and the messages by
// which it asks the root for something. Screens never import each other or
// the root.
package screen

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Screen is one screen. Intents arrive only by Handle, results only by Update.
// View draws w×h cells at most and changes nothing that can be seen.
type Screen interface {
	Init() tea.Cmd
	// Handle acts on an intent and says whether it had a use for it.
	Handle(keymap.Intent) (tea.Cmd, bool)
	Update(tea.Msg) tea.Cmd
	View(w, h int) string
	Scope() keymap.Scope
	// Where names the screen for the header: "review › tls".
	Where() string
	// Unsaved says what would be lost by quitting now, "" if nothing.
	Unsaved() string
	// Close ends what the screen still waits for.
	Close()
}

// Env is what every screen is given.
type Env struct {
	Ctx    context.Context
	Styles *theme.Styles // replaced in place when the background is known
	MD     *widget.Markdown
	Seq    *Seq
	// Now is the clock. Only commands may call it: screens learn the time
	// from Tick and from the messages that commands return.
	Now func() time.Time
}

// Timed is a screen with a clock of its own, for the header.
type Timed interface{ Clock() string }

// Choosy is a screen some of whose keys do nothing at times. The footer leaves
// those out.
type Choosy interface {
	Useful(keymap.Intent) bool
}

// Seq hands out request ids, unique within one run of the program, so that an
// answer to a screen that was left is never taken for one to its successor.
type Seq struct{ last int }

// Next returns an id never returned before.
func (s *Seq) Next() int { s.last++; return s.last }

// Tick tells the time, once a second.
type Tick struct{ At time.Time }

// CardsChanged tells that some program stored something about cards, this one
// included, or that the learner's next day has begun.
type CardsChanged struct{}

// Size tells the cells a screen has, so that it knows how far it can scroll.
type Size struct{ W, H int }

// Kind names a screen that can be opened.
type Kind string

// The screens.
const (
	Review Kind = "review"
	Lab    Kind = "lab"
	Labs   Kind = "labs"
	Cards  Kind = "cards"
	Stats  Kind = "stats"
	Trace  Kind = "trace"
)

// Open asks for a screen on top of this one.
type Open struct {
	Kind   Kind
	Lab    string // id of the lab to start
	Resume bool   // go on with the lab in progress
	GiveUp bool   // reset the lab in progress first
	Deck   string // narrows a review
	Limit  int    // cards of a review, 0 = all that are due
	Cram   string // filter of the cards that a review asks without rescheduling
	// Instead says that the new screen takes the place of this one.
	Instead bool
}

// Back closes the screen that sends it. When that one is no longer on top
// (the key was pressed twice), nothing happens.
type Back struct{ From Screen }

// Shown tells a screen that it is on top again.
type Shown struct{}

// Flash asks for a line at the foot of the screen for a few seconds.
type Flash struct {
	Text string
	Bad  bool
}

// Page asks for a page to read over the screen.
type Page struct {
	Title    string
	Markdown string
}

// Ask asks a question over the screen. The answer comes as Answered.
type Ask struct {
	ID       int
	Question string
	Detail   string
}

// Answered is the answer to Ask.
type Answered struct {
	ID  int
	Yes bool
}

// Send makes a command that says one thing.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
