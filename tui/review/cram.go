package review

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// A cram asks chosen cards, due or not, and schedules nothing: ratings only
// say whether a card comes again before the session ends.

// loadCram reads the next card, at first which cards there are.
func (m *Model) loadCram() tea.Cmd {
	if m.cram != nil && m.cram.Next() == "" {
		return m.end()
	}
	m.request = m.env.Seq.Next()
	id, ctx, study, filter, now, card := m.request, m.env.Ctx, m.ports.Study, m.filter, m.env.Now, ""
	if m.cram != nil {
		card = m.cram.Next()
	}
	return m.env.Do(func() tea.Msg {
		msg := cardLoaded{request: id}
		if card == "" {
			if msg.chosen, msg.err = study.Cram(ctx, filter); msg.err != nil || len(msg.chosen) == 0 {
				return msg
			}
			card = msg.chosen[0]
		}
		p, err := study.Look(ctx, card)
		msg.prompt, msg.at, msg.err = widget.Safe(p), now(), err
		return msg
	})
}

// crammed takes a rating that is not stored.
func (m *Model) crammed(r cards.Rating) tea.Cmd {
	m.done = append(m.done, given{prompt: m.prompt, rating: r})
	m.cram.Rate(r)
	return m.proceed()
}

// moreNew is how many new cards one key lets come.
const moreNew = 5

type allowed struct {
	request int
	err     error
}

// more lets more new cards come today than the day's limit.
func (m *Model) more() tea.Cmd {
	if m.phase != summary || m.filter != "" {
		return nil
	}
	m.before, m.phase = summary, working
	m.request = m.env.Seq.Next()
	id, ctx, study, deck := m.request, m.env.App, m.ports.Study, m.deck
	return m.env.Do(func() tea.Msg { return allowed{id, study.More(ctx, deck, moreNew)} })
}

func (m *Model) onAllowed(msg allowed) tea.Cmd {
	if msg.err != nil {
		m.phase = summary
		return screen.Send(screen.Flash{Text: "no more cards: " + widget.Words(msg.err), Bad: true})
	}
	m.limit = 0
	return m.load()
}
