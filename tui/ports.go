// Package tui is the terminal program: a root model that sizes, routes and
// holds the overlays, and one package a screen below it. It knows the domain
// roots cards and labs and nothing that does I/O; what it needs from the
// world are the ports below, which cmd fills.
package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/look"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/setup"
	"github.com/gatedrill/gatedrill/tui/shell"
)

// Study serves cards. All methods are safe to call from commands.
type Study interface {
	Summary(ctx context.Context) (cards.Summary, error)
	// Next returns the card to show, nil when nothing is left. A deck name
	// narrows the queue to that deck.
	Next(ctx context.Context, deck string) (*cards.Prompt, error)
	// Reread returns a card that was shown as it is now, nil when it need not
	// be answered any more.
	Reread(ctx context.Context, shown *cards.Prompt, deck string) (*cards.Prompt, error)
	// Rate stores the answer before it returns, with its name; on an error
	// nothing was stored. A card that is no more what was shown is refused as
	// cards.ErrOutdated, to be read again; else the same call may be made again.
	Rate(ctx context.Context, shown *cards.Prompt, r cards.Rating, took time.Duration) (cards.ID, error)
	// Undo takes an answer or an action back exactly and returns its card's id.
	Undo(ctx context.Context, answer cards.ID) (string, error)
	// Act does something to cards (cards.Actions), and names the lines of the
	// log by which Undo takes it back: none where it changed nothing.
	Act(ctx context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error)
	// Cram names the cards that a filter means, to be asked without
	// rescheduling. Look reads one, whether it is due or not.
	Cram(ctx context.Context, filter string) ([]string, error)
	Look(ctx context.Context, card string) (*cards.Prompt, error)
	// More lets more new cards come today, of a deck or of all.
	More(ctx context.Context, deck string, n int) error
	// Filter reads a filter for the rows of List. It waits for nothing.
	Filter(text string) (func(cards.Row) bool, error)
	List(ctx context.Context) ([]cards.Row, error)
	Stats(ctx context.Context) (cards.Stats, error)
	// Pulse changes when any program stored something, and with the day. It
	// is asked every second.
	Pulse(ctx context.Context) (cards.Pulse, error)
}

// Labs runs labs, one at a time. An implementation that also has
// Recheck(context.Context) error is told to look again at once when the
// learner comes back from the shell.
type Labs interface {
	List(ctx context.Context) ([]labs.Listing, error)
	// Start prepares a lab and breaks it; for the lab in progress it puts the
	// fault back where the view says that it is needed (unearned, failed).
	// Resume finds the one in progress again. Both return when the session is
	// open; Watch reports the rest, and is called only after that, from 0.
	Start(ctx context.Context, id string) error
	Resume(ctx context.Context) error
	// Watch waits for the next change after the given view number and
	// returns the view with its number.
	Watch(ctx context.Context, after int) (labs.View, int, error)
	Verdict(ctx context.Context, s labs.Step, v labs.Verdict) (labs.Reply, error)
	Answer(ctx context.Context, s labs.Step, text string) (labs.Reply, error)
	// Hint takes the step's next hint; the screen shows it from the view.
	Hint(ctx context.Context, s labs.Step) (string, error)
	// Solution is Markdown: what the solution applies. Taking it is recorded.
	Solution(ctx context.Context) (string, error)
	// Reset puts everything back and ends the session; it returns when that
	// is done, while Watch reports how it goes.
	Reset(ctx context.Context) error
	// Leave stops watching; the lab stays as it is.
	Leave(ctx context.Context) error
	// Shell is the learner's shell, to be handed the whole terminal.
	Shell(ctx context.Context) (tea.ExecCommand, error)
	Trace(ctx context.Context, url string) (labs.Path, error)
	// Hosts lists what the gateways of the cluster are configured to serve. It
	// is bounded in time, and refuses while a lab hides what it would tell.
	Hosts(ctx context.Context) ([]labs.HostRow, error)
}

// ClusterStatus is one line about the place labs run in. Its State is one of
// "off", "getting programs", "starting", "ready", "failed".
type ClusterStatus = screen.Cluster

// The states of a cluster.
const (
	ClusterOff      = screen.ClusterOff
	ClusterGetting  = screen.ClusterGetting
	ClusterStarting = screen.ClusterStarting
	ClusterReady    = screen.ClusterReady
	ClusterFailed   = screen.ClusterFailed
)

// Cluster brings the cluster up in the background and tells how it goes.
type Cluster interface {
	// Ensure begins to bring the cluster up, unless it is up or on its way.
	Ensure(ctx context.Context)
	// Watch waits for the next change after the given number.
	Watch(ctx context.Context, after int) (ClusterStatus, int, error)
}

// Open names a screen to open.
type Open = screen.Open

// Review is the kind of the review screen.
const Review = screen.Review

// Advice is what to do next, worked out from cards and labs together.
type Advice = screen.Advice

// LayerSolved counts the labs about one layer.
type LayerSolved = screen.LayerSolved

// Coach joins what cards and labs know into what to do next.
type Coach interface {
	Advise(ctx context.Context) (Advice, error)
}

// Editor lets the learner change cards in an editor of the learner's.
type Editor interface {
	// Edit begins to change a card. Nothing changes until its Editing is kept.
	Edit(ctx context.Context, card string) (Editing, error)
}

// Editing is a card being changed.
type Editing = screen.Editing

// Kept is what became of it.
type Kept = screen.Kept

// Ports is what the program needs from the world. Study is needed; without
// Labs and Cluster only cards can be studied, and Options.NoLabs says why.
// Without a Coach the next lab is the easiest one not solved yet.
type Ports struct {
	Study   Study
	Labs    Labs
	Cluster Cluster
	Coach   Coach
	Editor  Editor // without it, cards are only read
	// Shell opens the learner's shell on a terminal of its own, beside the lab.
	// Without it the shell is always given the whole terminal.
	Shell shell.Open
	// Problems says what keeps cards of the decks from being used, by file and
	// line. It may be nil.
	Problems func(ctx context.Context) []string
	// Settings are what can be chosen; without it nothing can.
	Settings setup.Settings
	// Compare holds a command that was typed against those that are right.
	Compare func(accept []string, typed string) cards.Difference
	// Explain explains a line of an access log, field by field; none for a line
	// that it cannot read. It may be nil.
	Explain func(line string) []labs.LogField
}

// Options are the rest.
type Options struct {
	// Context ends everything the screens wait for; Background when nil.
	Context context.Context
	// Now is the clock, called by commands only.
	Now func() time.Time
	// NoLabs says why Ports.Labs is nil and what to do about it.
	NoLabs string
	// Start is a screen to open over home at once; its zero value is none.
	Start Open
	// Light draws for a light background until the terminal tells its own.
	Light bool
	// Trouble is said at once, "" for nothing.
	Trouble string
	// Look is what was chosen of looks; the defaults when nil.
	Look *look.Look
}
