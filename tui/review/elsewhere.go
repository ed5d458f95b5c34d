package review

import (
	"reflect"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// What other windows do, and what a night does, to the card on screen: it is
// read again, and what changed is said. A rating that comes first is refused
// by the store, and the card is read again then.

type reread struct {
	shown   *cards.Prompt // what was on screen when it was asked
	refused bool          // a rating of it was
	prompt  *cards.Prompt // nil: it need not be answered any more
	at      time.Time
	err     error
}

func (m *Model) reread(refused bool) tea.Cmd {
	ctx, study, shown, deck, now := m.env.Ctx, m.ports.Study, m.prompt, m.deck, m.env.Now
	return m.env.Do(func() tea.Msg {
		p, err := study.Reread(ctx, shown, deck)
		return reread{shown, refused, widget.Safe(p), now(), err}
	})
}

// onChange reads again what is on screen.
func (m *Model) onChange() tea.Cmd {
	switch m.phase {
	case question, answer:
		if m.filter != "" {
			return nil // a cram goes by no schedule
		}
		return m.reread(false)
	case summary:
		return m.sumUp()
	case loading, saving, working, failed: // what they wait for reads again
	}
	return nil
}

func (m *Model) onReread(msg reread) tea.Cmd {
	if m.prompt != msg.shown || (!msg.refused && m.phase != question && m.phase != answer) {
		return nil
	}
	switch {
	case msg.err != nil && msg.refused:
		m.phase, m.trouble = failed, widget.Words(msg.err)
		return nil
	case msg.err != nil:
		return nil // nothing on screen became wrong by it
	case msg.prompt == nil:
		return tea.Batch(m.load(), screen.Say("another window dealt with that card: here is the next one"))
	case msg.prompt.Memory.Known() != m.prompt.Memory.Known():
		m.show(msg.prompt, msg.at, question)
		m.note = "Another window answered this card: here it is anew."
		return nil
	}
	if msg.refused {
		m.phase = answer
	}
	if msg.prompt.Day != m.prompt.Day {
		m.note = "A new day has begun: these are its intervals."
	}
	if !reflect.DeepEqual(msg.prompt.Card, m.prompt.Card) {
		m.note = "This card was changed: here it is as it is now."
		if m.phase == question {
			m.reply = m.newReply(msg.prompt.Card)
		} else {
			m.reply = reply{}
		}
	}
	m.prompt = msg.prompt
	return nil
}
