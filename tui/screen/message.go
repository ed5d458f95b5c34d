package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/look"
)

// Result brings a screen what its command found out.
type Result struct {
	To  int // Env.ID of the screen
	Msg tea.Msg
}

// Tick tells the time, once a second.
type Tick struct{ At time.Time }

// CardsChanged tells that some program stored something about cards, this one
// included, or that the learner's next day has begun.
type CardsChanged struct{}

// Size tells the cells a screen has, so that it knows how far it can scroll.
type Size struct{ W, H int }

// Shown tells a screen that it is on top again.
type Shown struct{}

// Chosen tells a screen that one of its own intents was picked from a list in
// place of its key.
type Chosen struct{ Intent keymap.Intent }

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
	Setup  Kind = "settings"
	Tour   Kind = "tour"
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

// Back closes a screen: Env.Back. Then, if it is not nil, is what follows once it
// is closed.
type Back struct {
	From int
	Then tea.Msg
}

// Flash asks for a line at the foot of the screen for a few seconds.
type Flash struct {
	Text string
	Bad  bool
}

// Page asks for a page to read over a screen: Env.Page.
type Page struct {
	From     int
	Title    string
	Markdown string
}

// Ask asks a question over a screen: Env.Ask.
type Ask struct {
	From     int
	Question string
	Detail   string
	Then     func(yes bool) tea.Msg
}

// Looks tells the root what is chosen of looks now; screens see it in their Env.
type Looks struct{ Look look.Look }

// Send makes a command that tells the root one thing.
func Send(msg tea.Msg) tea.Cmd { return Tell(func() tea.Msg { return msg }) }

// Tell makes the command that tells the root what f finds out, be the screen
// left meanwhile or not.
func Tell(f func() tea.Msg) tea.Cmd { return f }

// Say makes a command that shows a line at the foot of the screen.
func Say(text string) tea.Cmd { return Send(Flash{Text: text}) }
