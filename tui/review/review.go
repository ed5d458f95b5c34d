// Package review is the screen on which cards are studied: question, answer
// below it, rating, and a summary at the end. A rating counts once it is
// stored; until then its card stays on screen. The root calls it.
package review

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// Study serves cards and stores answers.
type Study interface {
	Next(ctx context.Context, deck string) (*cards.Prompt, error)
	Reread(ctx context.Context, shown *cards.Prompt, deck string) (*cards.Prompt, error)
	Rate(ctx context.Context, shown *cards.Prompt, r cards.Rating, took time.Duration) (cards.ID, error)
	Undo(ctx context.Context, answer cards.ID) (string, error)
	Act(ctx context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error)
	// Cram names the cards that a filter means; Look reads one of them.
	Cram(ctx context.Context, filter string) ([]string, error)
	Look(ctx context.Context, card string) (*cards.Prompt, error)
	// More lets more new cards come today.
	More(ctx context.Context, deck string, n int) error
	Stats(ctx context.Context) (cards.Stats, error)
}

// Labs names the labs that cards point at.
type Labs interface {
	List(ctx context.Context) ([]labs.Listing, error)
}

// Ports are what the screen needs. Labs may be nil.
type Ports struct {
	Study  Study
	Labs   Labs
	Editor Editor // nil where cards are only read
	// Compare holds a typed command against those that are right.
	Compare func(accept []string, typed string) cards.Difference
}

type phase int

const (
	loading phase = iota
	question
	answer
	saving // a rating is on its way; the answer is still shown
	working
	failed  // no card could be read
	summary // nothing is left, or the limit is reached
)

// Model is the review screen.
type Model struct {
	env   *screen.Env
	ports Ports

	deck   string
	limit  int
	filter string      // of a cram, "" in a review that schedules
	cram   *cards.Cram // nil until its cards are known

	phase   phase
	request int
	prompt  *cards.Prompt
	shown   time.Time // when the question came on screen
	reply   reply     // what was said to it
	edit    edit
	trouble string  // what could not be done, shown until the next key that works
	unsaved *rating // the rating that could not be stored
	note    string  // why the card on screen is not what it was
	before  phase   // what to go back to when an action fails
	leaving bool    // as soon as the rating is stored
	sending cards.Rating
	scroll  layout.Scroll
	size    screen.Size

	done   []given // this session, oldest first
	deeds  []deed  // this session, oldest first
	ending ending
}

// rating is one judgement on its way to the store.
type rating struct {
	prompt *cards.Prompt
	rating cards.Rating
	took   time.Duration // 0 until the command measured it
}

// given is an answer stored in this session, with the prompt for undo.
type given struct {
	id     cards.ID
	prompt *cards.Prompt
	rating cards.Rating
	took   time.Duration
	reply  reply
}

// ending is what the summary needs beyond the session itself.
type ending struct {
	loaded bool
	stats  cards.Stats
	labs   []labs.Listing
	err    string
}

// New makes the screen. A deck narrows the session, a limit ends it early, a
// filter makes it a cram.
func New(env *screen.Env, ports Ports, o screen.Open) *Model {
	return &Model{env: env, ports: ports, deck: o.Deck, limit: o.Limit, filter: o.Cram}
}

// Init loads the first card.
func (m *Model) Init() tea.Cmd { return m.load() }

func (m *Model) do(i keymap.Intent) tea.Cmd {
	if m.Scope() == keymap.ReviewType {
		return m.onTyping(i)
	}
	if n := slices.Index(picks(), i); n >= 0 {
		m.pick(n + 1)
		return nil
	}
	switch i {
	case keymap.Back:
		return m.leave()
	case keymap.Reveal:
		m.reveal()
	case keymap.RateAgain:
		return m.rate(cards.Again)
	case keymap.RateHard:
		return m.rate(cards.Hard)
	case keymap.RateGood:
		return m.rate(cards.Good)
	case keymap.RateEasy:
		return m.rate(cards.Easy)
	case keymap.Undo:
		return m.undo()
	case keymap.Answer:
		if m.asks() == words {
			m.reply.begin()
		}
	case keymap.Edit:
		return m.change()
	case keymap.Suspend:
		return m.act(cards.Suspended)
	case keymap.Bury:
		return m.act(cards.Buried)
	case keymap.Mark:
		return m.act(cards.Marked)
	case keymap.Forget:
		return m.act(cards.Forgotten)
	case keymap.MoreNew:
		return m.more()
	case keymap.CardLab:
		return m.lab()
	case keymap.Again:
		return m.load()
	case keymap.Up:
		m.move(-1)
	case keymap.Down:
		m.move(1)
	}
	return nil
}

// Is says that another review begins anew.
func (m *Model) Is(screen.Open) bool { return false }

// move scrolls, as far as there is something to see.
func (m *Model) move(n int) {
	p := m.parts(m.size.W, m.size.H)
	m.scroll = m.scroll.By(n, len(p.body), p.room)
}

func (m *Model) reveal() {
	if m.phase != question {
		return
	}
	m.conclude()
	m.phase = answer
	m.unfold()
}

// unfold scrolls a card that is too long for the screen so far that its
// answer is seen, without losing the answer's beginning.
func (m *Model) unfold() {
	p := m.parts(m.size.W, m.size.H)
	m.scroll = layout.Scroll{Offset: p.fold}.Within(len(p.body), p.room)
}

// rate sends a judgement to the store. While one is on its way no other is
// taken; one that failed is sent again with the time measured at first.
func (m *Model) rate(r cards.Rating) tea.Cmd {
	if m.phase != answer {
		return nil
	}
	if m.cram != nil {
		return m.crammed(r)
	}
	send := rating{prompt: m.prompt, rating: r}
	if m.unsaved != nil {
		send.took = m.unsaved.took
	}
	m.phase, m.sending = saving, r
	return m.store(send)
}

// leave is the answer to the question whether to.
type leave struct{ yes bool }

// leave goes back, after asking when a rating could not be stored. One that is
// on its way is waited for.
func (m *Model) leave() tea.Cmd {
	switch {
	case m.phase == saving:
		m.leaving = true
		return nil
	case m.unsaved != nil:
		return m.env.Ask("Leave all the same?", m.Unsaved()+"; the card comes again.", func(yes bool) tea.Msg { return leave{yes} })
	}
	return m.env.Back()
}

// lab opens the lab of the card, or at the end the one that helps most.
func (m *Model) lab() tea.Cmd {
	if m.phase == summary {
		if l := m.helpful(); l.ID != "" {
			return screen.Send(screen.Open{Kind: screen.Lab, Lab: l.ID, Instead: true})
		}
		return nil
	}
	if m.prompt == nil || len(m.prompt.Card.Labs) == 0 {
		return screen.Say("no lab exercises this card")
	}
	if m.ports.Labs == nil {
		return screen.Say("labs cannot run here")
	}
	return m.findLab(m.prompt.Card.Labs)
}
