package review

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// What a learner says to a card before its answer is shown: an option picked,
// a command typed, a layer and a cause. It is held against the card for the
// learner to see, and goes no further: the grade is the learner's own.

// reply is what was said to the card on screen.
type reply struct {
	field  widget.Field
	typing bool
	layer  string           // of a triage, "" until it is picked
	picked *cards.Option    // of a choice, and of a triage with causes
	typed  string           // what was typed, once the answer is shown
	diff   cards.Difference // of a command
}

// newReply is that of a card nothing was said to yet. A field takes keys at
// once: typing is what is asked for.
func (m *Model) newReply(c cards.Card) reply {
	r := reply{field: widget.NewField(m.env.Styles)}
	if c.Kind == cards.KindCommand {
		r.begin()
	}
	return r
}

func (r *reply) begin() {
	r.typing = true
	r.field.Focus()
}

func (r *reply) stop() {
	r.typing = false
	r.field.Blur()
}

// asks is what a card wants of the learner next.
type asks int

const (
	nothing asks = iota // to think
	aLayer
	anOption
	words
)

func (m *Model) asks() asks {
	if m.prompt == nil || !m.shows(question) {
		return nothing
	}
	k := m.prompt.Card.Key
	switch m.prompt.Card.Kind {
	case cards.KindChoice:
		return anOption
	case cards.KindCommand:
		return words
	case cards.KindTriage:
		switch {
		case m.reply.layer == "":
			return aLayer
		case len(k.Options) > 0:
			return anOption
		}
		return words
	case cards.KindBasic, cards.KindReversed, cards.KindCloze:
	}
	return nothing
}

// options are those of the card in the order of the day.
func (m *Model) options() []cards.Option {
	return m.prompt.Card.Key.Shuffled(m.prompt.Card.ID, m.prompt.Day)
}

// picks are the intents of the keys 1 to 6.
func picks() []keymap.Intent {
	return []keymap.Intent{keymap.Pick1, keymap.Pick2, keymap.Pick3, keymap.Pick4, keymap.Pick5, keymap.Pick6}
}

// pick takes the layer or the option with a number, from 1.
func (m *Model) pick(n int) {
	if m.phase != question {
		return
	}
	switch m.asks() {
	case aLayer:
		if n > len(cards.Layers()) {
			return
		}
		m.reply.layer = cards.Layers()[n-1]
		if m.asks() == words {
			m.reply.begin()
		}
		p := m.parts(m.size.W, m.size.H) // the causes, which stand below now, are what is looked for
		m.scroll = m.scroll.By(len(p.body), len(p.body), p.room)
	case anOption:
		o := m.options()
		if n > len(o) {
			return
		}
		m.reply.picked = &o[n-1]
		m.reveal()
	case nothing, words:
	}
}

// onTyping acts on an intent while keys go into the field.
func (m *Model) onTyping(i keymap.Intent) tea.Cmd {
	switch i {
	case keymap.Go:
		m.reveal()
		return nil
	case keymap.Back:
		m.reply.stop()
	case keymap.Up:
		m.move(-1)
	case keymap.Down:
		m.move(1)
	}
	return nil
}

// conclude holds what was said against the card. It is what Reveal does first.
func (m *Model) conclude() {
	m.reply.stop()
	m.reply.typed = strings.TrimSpace(m.reply.field.Value())
	if m.prompt.Card.Kind == cards.KindCommand && m.reply.typed != "" {
		m.reply.diff = m.ports.Compare(m.prompt.Card.Key.Accept, m.reply.typed)
	}
}
