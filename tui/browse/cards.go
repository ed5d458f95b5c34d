package browse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// CardsPort lists cards and sets them aside.
type CardsPort interface {
	List(ctx context.Context) ([]cards.Row, error)
	Suspend(ctx context.Context, card string, on bool) error
}

// Cards is the list of cards.
type Cards struct {
	list
	port    CardsPort
	request int
	loaded  bool
	err     string
	all     []cards.Row
	texts   []string // what the filter looks at, made once when they arrive
	now     time.Time
}

type cardsLoaded struct {
	request int
	rows    []cards.Row
	texts   []string
	at      time.Time
	err     error
}

type setAside struct {
	card string
	on   bool
	err  error
}

// NewCards makes the list of cards.
func NewCards(env *screen.Env, port CardsPort) *Cards {
	m := &Cards{port: port}
	m.list = newList(env, func(i int) string { return m.texts[i] })
	return m
}

// Init loads the cards.
func (m *Cards) Init() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, port, now := m.request, m.env.Ctx, m.port, m.env.Now
	return func() tea.Msg {
		rows, err := port.List(ctx)
		rows = widget.Safe(rows)
		texts := make([]string, len(rows))
		for i, r := range rows {
			texts[i] = strings.ToLower(strings.Join(append([]string{
				r.Card.ID, r.Card.Deck, r.Card.Front, r.Card.Back, standing(r, now())}, r.Card.Tags...), " "))
		}
		return cardsLoaded{id, rows, texts, now(), err}
	}
}

// Update takes results, and text while the filter is open.
func (m *Cards) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.size = msg
	case screen.Tick:
		m.now = msg.At
	case screen.Shown:
		return m.Init()
	case cardsLoaded:
		if msg.request == m.request {
			m.loaded, m.all, m.texts, m.now, m.err = true, msg.rows, msg.texts, msg.at, widget.Words(msg.err)
			m.fill(len(m.all))
		}
	case setAside:
		if msg.err != nil {
			return screen.Send(screen.Flash{Text: "nothing was changed: " + widget.Words(msg.err), Bad: true})
		}
		return m.Init()
	case tea.KeyPressMsg, tea.PasteMsg:
		return m.typed(msg)
	}
	return nil
}

// Handle acts on an intent.
func (m *Cards) Handle(i keymap.Intent) (tea.Cmd, bool) {
	if m.handle(i) {
		return nil, true
	}
	if i == keymap.Back {
		return screen.Send(screen.Back{From: m}), true
	}
	at := m.row()
	if at < 0 {
		return nil, false
	}
	r := m.all[at]
	switch i {
	case keymap.Go:
		return screen.Send(screen.Page{Title: r.Card.ID, Markdown: m.page(r)}), true
	case keymap.OpenReview:
		return screen.Send(screen.Open{Kind: screen.Review, Deck: r.Card.Deck}), true
	case keymap.Suspend:
		ctx, port, card, on := m.env.Ctx, m.port, r.Card.ID, !r.Memory.Suspended
		return func() tea.Msg { return setAside{card, on, port.Suspend(ctx, card, on)} }, true
	}
	return nil, false
}

// page is one card in full.
func (m *Cards) page(r cards.Row) string {
	c, mem := r.Card, r.Memory
	text := fmt.Sprintf("%s\n\n---\n\n%s\n\n---\n\n%s", strings.TrimSpace(c.Front), strings.TrimSpace(c.Back), c.Source)
	facts := []string{"deck " + c.Deck, standing(r, m.now)}
	if mem.Reps > 0 {
		facts = append(facts, widget.Count(mem.Reps, "review"), widget.Count(mem.Lapses, "lapse"),
			fmt.Sprintf("stable for %.0f days", mem.Stability))
	}
	if len(c.Labs) > 0 {
		facts = append(facts, "lab "+strings.Join(c.Labs, ", "))
	}
	return text + "\n\n" + strings.Join(facts, " · ")
}

// View draws the list.
func (m *Cards) View(w, h int) string {
	st := m.env.Styles
	w = min(w, widest)
	lines := []string{m.filter(w, "card"), ""}
	switch {
	case !m.loaded:
		lines = append(lines, st.Faint.Render(" reading cards …"))
	case m.err != "":
		lines = append(lines, layout.Indent(layout.Flow(theme.Bad+" the cards could not be read: "+m.err, w-2), 1)...)
	case len(m.shown) == 0:
		lines = append(lines, " No card matches. esc drops the filter.")
	default:
		lines = slices.Concat(lines, m.window(h-len(lines), func(i int, marked bool) string {
			return m.line(m.all[i], marked, w)
		}))
	}
	return layout.Fit(lines, w, h)
}

func (m *Cards) line(r cards.Row, marked bool, w int) string {
	st := m.env.Styles
	tail := layout.Pad(standing(r, m.now), 10)
	head := ""
	if w >= 100 {
		head = layout.Pad(r.Card.Deck, 12) + " "
	}
	if w >= 72 { // the name by which labs and commands call it
		head += layout.Pad(r.Card.ID, min(w/3, 31)) + " "
	}
	front := layout.Pad(widget.Gist(r.Card.Front), w-6-layout.Width(head)-10)
	cursor := "  "
	if marked {
		cursor, front = st.Accent.Render(theme.Here)+" ", st.Strong.Render(front)
	}
	return " " + cursor + st.Faint.Render(head) + front + "  " + st.Faint.Render(tail)
}

// standing says where a card stands, in a word or two.
func standing(r cards.Row, now time.Time) string {
	const day = 24 * time.Hour
	switch m := r.Memory; {
	case m.Suspended:
		return "suspended"
	case m.Reason != "":
		return "due"
	case m.State == cards.New:
		return "new"
	case m.State != cards.Review && m.Due.After(now):
		return "in " + cards.Interval(m.Due.Sub(now))
	case m.State == cards.Review && r.In > 0:
		return "in " + cards.Interval(time.Duration(r.In)*day)
	}
	return "due"
}

// Scope names the keys in force.
func (m *Cards) Scope() keymap.Scope {
	if m.typing {
		return keymap.ListType
	}
	return keymap.CardList
}

// Where names the screen.
func (m *Cards) Where() string { return "cards" }

// Unsaved is always empty.
func (m *Cards) Unsaved() string { return "" }

// Close has nothing to end.
func (m *Cards) Close() {}
