package browse

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/list"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// CardsPort lists cards and does things to them.
type CardsPort interface {
	List(ctx context.Context) ([]cards.Row, error)
	Filter(text string) (func(cards.Row) bool, error)
	Act(ctx context.Context, kind cards.Kind, ids ...string) ([]cards.ID, error)
	Undo(ctx context.Context, line cards.ID) (string, error)
}

// Cards is the list of cards.
type Cards struct {
	env     *screen.Env
	list    list.List
	port    CardsPort
	decks   func(context.Context) []string // what is wrong with the decks
	wrongs  []string
	request int
	loaded  bool
	err     string
	all     []cards.Row
	now     time.Time
	done    []cards.ID // what was done here, oldest first
}

type cardsLoaded struct {
	request int
	rows    []cards.Row
	wrongs  []string
	at      time.Time
	err     error
}

type acted struct {
	ids  []cards.ID
	undo bool
	err  error
}

// NewCards makes the list of cards. Decks says what is wrong with them, by
// file and line; it may be nil.
func NewCards(env *screen.Env, port CardsPort, decks func(context.Context) []string) *Cards {
	if decks == nil {
		decks = func(context.Context) []string { return nil }
	}
	m := &Cards{env: env, port: port, decks: decks}
	m.list = list.New(env, func(typed string) (func(int) bool, error) {
		match, err := port.Filter(typed)
		return func(row int) bool { return match(m.all[row]) }, err
	})
	return m
}

// Init loads the cards.
func (m *Cards) Init() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, port, decks, now := m.request, m.env.Ctx, m.port, m.decks, m.env.Now
	return m.env.Do(func() tea.Msg {
		rows, err := port.List(ctx)
		return cardsLoaded{id, widget.Safe(rows), widget.Safe(decks(ctx)), now(), err}
	})
}

// Update takes results, and text while the filter is open.
func (m *Cards) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.list.Height = msg.H
	case screen.Tick:
		m.now = msg.At
	case screen.Shown, screen.CardsChanged:
		return m.Init()
	case cardsLoaded:
		if msg.request == m.request {
			m.loaded, m.all, m.wrongs, m.now, m.err = true, msg.rows, msg.wrongs, msg.at, widget.Words(msg.err)
			m.list.Fill(len(m.all))
		}
	case acted:
		return m.onActed(msg)
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.list.Typed(msg)
	case tea.PasteMsg:
		return m.list.Typed(msg)
	}
	return nil
}

func (m *Cards) do(i keymap.Intent) tea.Cmd {
	if m.list.Do(i) {
		return nil
	}
	if i == keymap.Back {
		return m.env.Back()
	}
	if i == keymap.Undo {
		return m.undo()
	}
	if i == keymap.Problems {
		return m.problems()
	}
	at := m.list.Row()
	if at < 0 {
		return nil
	}
	r := m.all[at]
	switch i {
	case keymap.Go:
		return m.env.Page(r.Card.ID, m.page(r))
	case keymap.OpenReview:
		return screen.Send(screen.Open{Kind: screen.Review, Deck: r.Card.Deck})
	case keymap.Cram:
		return screen.Send(screen.Open{Kind: screen.Review, Cram: m.crammed()})
	}
	if kind, ok := does(i, r); ok {
		return m.act(kind, r.Card.ID)
	}
	return nil
}

// problems lists what is wrong with the decks.
func (m *Cards) problems() tea.Cmd {
	if len(m.wrongs) == 0 {
		return screen.Say("nothing is wrong with the decks")
	}
	const most = 100
	text := ""
	for _, w := range m.wrongs[:min(len(m.wrongs), most)] {
		text += "- " + strings.NewReplacer("*", `\*`, "`", "\\`", "_", `\_`, "[", `\[`, "<", `\<`).Replace(w) + "\n"
	}
	if n := len(m.wrongs) - most; n > 0 {
		text += fmt.Sprintf("- and %d more: gatedrill cards check\n", n)
	}
	return m.env.Page("what is wrong with the decks", text)
}

// Useful says whether a key does something now.
func (m *Cards) Useful(i keymap.Intent) bool { return i != keymap.Problems || len(m.wrongs) > 0 }

// crammed is the filter of the cards that are listed: with none, all of them.
func (m *Cards) crammed() string {
	if text := strings.TrimSpace(m.list.Filter()); text != "" {
		return text
	}
	return "id:*"
}

// does is what a key does to a card as it is.
func does(i keymap.Intent, r cards.Row) (kind cards.Kind, ok bool) {
	switch {
	case i == keymap.Suspend && r.Memory.Suspended:
		return cards.Resumed, true
	case i == keymap.Suspend:
		return cards.Suspended, true
	case i == keymap.Bury && r.Memory.Buried > r.Day:
		return cards.Unburied, true
	case i == keymap.Bury:
		return cards.Buried, true
	case i == keymap.Mark && r.Memory.Marked:
		return cards.Unmarked, true
	case i == keymap.Mark:
		return cards.Marked, true
	case i == keymap.Forget:
		return cards.Forgotten, true
	}
	return "", false
}

func (m *Cards) act(kind cards.Kind, card string) tea.Cmd {
	ctx, port := m.env.App, m.port
	return m.env.Do(func() tea.Msg {
		ids, err := port.Act(ctx, kind, card)
		return acted{ids: ids, err: err}
	})
}

// undo takes back what was last done in this list.
func (m *Cards) undo() tea.Cmd {
	n := len(m.done)
	if n == 0 {
		return screen.Say("nothing was done in this list")
	}
	ctx, port, last := m.env.App, m.port, m.done[n-1]
	m.done = m.done[:n-1]
	return m.env.Do(func() tea.Msg {
		_, err := port.Undo(ctx, last)
		return acted{undo: true, err: err}
	})
}

func (m *Cards) onActed(msg acted) tea.Cmd {
	if msg.err != nil {
		return screen.Send(screen.Flash{Text: "nothing was changed: " + widget.Words(msg.err), Bad: true})
	}
	m.done = append(m.done, msg.ids...)
	if msg.undo {
		return tea.Batch(m.Init(), screen.Say("taken back"))
	}
	return m.Init()
}

// Scope names the keys in force.
func (m *Cards) Scope() keymap.Scope {
	if m.list.Typing() {
		return keymap.ListType
	}
	return keymap.CardList
}

// Where names the screen.
func (m *Cards) Where() string { return "cards" }
