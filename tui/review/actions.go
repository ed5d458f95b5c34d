package review

import (
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// What is done to a card besides rating it. All of it is a line of the log
// that undo takes back by its name.

// deed is something done to a card, and how many answers had been given
// before.
type deed struct {
	id     cards.ID
	kind   cards.Kind
	prompt *cards.Prompt
	after  int
}

// offScreen reports whether the next card is shown after it.
func (d deed) offScreen() bool { return d.kind != cards.Marked && d.kind != cards.Unmarked }

// drops reports whether a cram leaves the card out then.
func (d deed) drops() bool { return d.kind == cards.Suspended || d.kind == cards.Buried }

type acted struct {
	request int
	kind    cards.Kind
	ids     []cards.ID // none if it was so already
	err     error
}

func (m *Model) act(kind cards.Kind) tea.Cmd {
	if m.phase != question && m.phase != answer {
		return nil
	}
	if m.unsaved != nil {
		return screen.Say("the rating of this card is not stored yet: rate it again first")
	}
	if kind == cards.Marked && m.prompt.Memory.Marked {
		kind = cards.Unmarked
	}
	m.before, m.phase = m.phase, working
	m.request = m.env.Seq.Next()
	id, ctx, study, card := m.request, m.env.App, m.ports.Study, m.prompt.Card.ID
	return m.env.Do(func() tea.Msg {
		ids, err := study.Act(ctx, kind, card)
		return acted{id, kind, ids, err}
	})
}

func (m *Model) onActed(msg acted) tea.Cmd {
	if msg.err != nil {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "nothing was done to the card: " + widget.Words(msg.err), Bad: true})
	}
	d := deed{kind: msg.kind, prompt: m.prompt, after: len(m.done)}
	for _, d.id = range msg.ids {
		m.deeds = append(m.deeds, d)
	}
	if !d.offScreen() {
		m.phase = m.before
		m.remark(d.kind == cards.Marked) // which the line above the card tells
		return nil
	}
	if m.cram != nil && d.drops() {
		m.cram.Drop(d.prompt.Card.ID)
	}
	return tea.Batch(m.load(), screen.Say(told(d.kind)))
}

// remark shows the card with its mark, or without it.
func (m *Model) remark(on bool) {
	p := *m.prompt
	p.Memory.Marked = on
	m.prompt = &p
}

func told(k cards.Kind) string {
	switch k {
	case cards.Buried:
		return "put off until tomorrow; u takes it back"
	case cards.Forgotten:
		return "new again, its history stays; u takes it back"
	}
	return "suspended; u takes it back, later the list of cards does"
}

type undone struct {
	request int
	prompt  *cards.Prompt // the card as it is then, nil if it need not be answered
	at      time.Time
	err     error
}

// undo takes back what was done last in this session: what other windows did
// is theirs.
func (m *Model) undo() tea.Cmd {
	switch {
	case m.phase == saving || m.phase == working || m.phase == loading:
		return nil
	case m.unsaved != nil:
		return screen.Say("the rating was not stored yet: there is nothing to take back")
	case len(m.done)+len(m.deeds) == 0:
		return screen.Say("nothing was done in this session")
	}
	m.before, m.phase = m.phase, working
	if d, ok := m.lastDeed(); ok {
		return m.takeBack(d.id, d.prompt)
	}
	last := m.done[len(m.done)-1]
	return m.takeBack(last.id, last.prompt)
}

// lastDeed is what was done to a card after the last answer.
func (m *Model) lastDeed() (deed, bool) {
	n := len(m.deeds)
	if n == 0 || m.deeds[n-1].after != len(m.done) {
		return deed{}, false
	}
	return m.deeds[n-1], true
}

// takeBack takes a line of the log back, and reads its card. A rating of a
// cram is in no log.
func (m *Model) takeBack(line cards.ID, shown *cards.Prompt) tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, study, deck, now, cram := m.request, m.env.App, m.ports.Study, m.deck, m.env.Now, m.filter != ""
	return m.env.Do(func() tea.Msg {
		if !line.IsZero() {
			if _, err := study.Undo(ctx, line); err != nil {
				return undone{id, nil, now(), err}
			}
		}
		var p *cards.Prompt
		var err error
		if cram {
			p, err = study.Look(ctx, shown.Card.ID)
		} else {
			p, err = study.Reread(ctx, shown, deck)
		}
		if err != nil {
			p = nil // reading the next card tells of it
		}
		return undone{id, widget.Safe(p), now(), nil}
	})
}

// onUndone shows the card whose rating was taken back with its answer, since
// it is to be rated anew; one to which something was done, without.
func (m *Model) onUndone(msg undone) tea.Cmd {
	gone := errors.Is(msg.err, cards.ErrUndone) // by another window
	if msg.err != nil && !gone {
		m.phase = m.before
		return screen.Send(screen.Flash{Text: "nothing was taken back: " + widget.Words(msg.err), Bad: true})
	}
	d, wasDeed := m.lastDeed()
	what, shown := "the rating was taken back", answer
	var last given
	if wasDeed {
		m.deeds = m.deeds[:len(m.deeds)-1]
		what, shown = "the card is back as it was", question
	} else {
		last = m.done[len(m.done)-1]
		m.done = m.done[:len(m.done)-1]
	}
	if gone {
		m.phase = m.before
		return screen.Say("that was taken back already, in another window")
	}
	if m.cram != nil && (!wasDeed || d.drops()) {
		m.cram.Undo()
	}
	flash := screen.Say(what)
	switch {
	case wasDeed && !d.offScreen() && m.prompt != nil && m.prompt.Card.ID == d.prompt.Card.ID:
		m.phase = m.before
		m.remark(d.kind == cards.Unmarked)
	case msg.prompt == nil:
		return tea.Batch(flash, m.load())
	default:
		m.show(msg.prompt, msg.at, shown)
		if shown == answer && msg.prompt.Day == last.prompt.Day { // else options stand in another order
			m.reply = last.reply
		}
	}
	return flash
}

// setAside tells of a card that the rating just stored made a leech.
func setAside(p *cards.Prompt, r cards.Rating) string {
	after := p.Choices[r-cards.Again].After
	if !after.Suspended || p.Memory.Suspended {
		return ""
	}
	text := fmt.Sprintf("%s was forgotten %d times and is set aside", p.Card.ID, after.Lapses)
	if len(p.Card.Labs) > 0 {
		text += "; lab " + p.Card.Labs[0] + " may help"
	}
	return text
}
