package review

import (
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

type cardLoaded struct {
	request int
	prompt  *cards.Prompt
	at      time.Time
	err     error
	chosen  []string // the cards of a cram, when it begins
}

type rated struct {
	request int
	rating  rating
	id      cards.ID
	err     error
}

type ended struct {
	request int
	stats   cards.Stats
	labs    []labs.Listing
	err     error
}

type labFound struct {
	request int
	lab     labs.Listing
	err     error
}

// load asks for the next card. Ratings must not be lost when the screen is
// left, so only reading ends with the screen's context.
func (m *Model) load() tea.Cmd {
	switch m.phase {
	case saving:
		m.before = answer
	case question, answer:
		m.before = m.phase
	}
	m.phase = loading
	if m.filter != "" {
		return m.loadCram()
	}
	m.request = m.env.Seq.Next()
	id, ctx, study, deck, now := m.request, m.env.Ctx, m.ports.Study, m.deck, m.env.Now
	return m.env.Do(func() tea.Msg {
		p, err := study.Next(ctx, deck)
		return cardLoaded{request: id, prompt: widget.Safe(p), at: now(), err: err}
	})
}

func (m *Model) store(r rating) tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, study, shown, now := m.request, m.env.App, m.ports.Study, m.shown, m.env.Now
	return m.env.Do(func() tea.Msg {
		if r.took == 0 {
			r.took = max(now().Sub(shown), time.Millisecond)
		}
		answer, err := study.Rate(ctx, r.prompt, r.rating, r.took)
		return rated{id, r, answer, err}
	})
}

// end loads what the summary needs.
func (m *Model) end() tea.Cmd {
	m.phase, m.prompt, m.scroll.Offset = summary, nil, 0
	return m.sumUp()
}

func (m *Model) sumUp() tea.Cmd {
	m.request = m.env.Seq.Next()
	id, ctx, p := m.request, m.env.Ctx, m.ports
	return m.env.Do(func() tea.Msg {
		stats, err := p.Study.Stats(ctx)
		var list []labs.Listing
		if err == nil && p.Labs != nil {
			list, err = p.Labs.List(ctx)
		}
		return ended{id, widget.Safe(stats), widget.Safe(list), err}
	})
}

func (m *Model) findLab(names []string) tea.Cmd {
	id, ctx, port := m.request, m.env.Ctx, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		list, err := port.List(ctx)
		for _, l := range list {
			if err == nil && named(l, names) {
				return labFound{id, widget.Safe(l), nil}
			}
		}
		return labFound{id, labs.Listing{}, err}
	})
}

// named says whether a card's list of labs means this one: by its id, or by
// the fault's number in the catalogue.
func named(l labs.Listing, names []string) bool {
	return slices.Contains(names, l.ID) || (l.Catalogue != "" && slices.Contains(names, l.Catalogue))
}

// Update takes results. Those of an earlier request are dropped.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if cmd, mine := m.onEdit(msg); mine {
		return cmd
	}
	switch msg := msg.(type) {
	case screen.Size:
		m.size = msg
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.reply.field.Update(msg)
	case tea.PasteMsg:
		return m.reply.field.Update(msg)
	case cardLoaded:
		if msg.request == m.request {
			return m.onCard(msg)
		}
	case rated:
		if msg.request == m.request {
			return m.onRated(msg)
		}
	case undone:
		if msg.request == m.request {
			return m.onUndone(msg)
		}
	case acted:
		if msg.request == m.request {
			return m.onActed(msg)
		}
	case allowed:
		if msg.request == m.request {
			return m.onAllowed(msg)
		}
	case leave:
		if msg.yes {
			return m.env.Back()
		}
	case ended:
		if msg.request == m.request {
			m.ending = ending{true, msg.stats, msg.labs, widget.Words(msg.err)}
		}
	case screen.CardsChanged, screen.Shown:
		return m.onChange()
	case reread:
		return m.onReread(msg)
	case labFound:
		if msg.request == m.request {
			return m.onLab(msg)
		}
	}
	return nil
}

func (m *Model) onCard(msg cardLoaded) tea.Cmd {
	if m.filter != "" && m.cram == nil && msg.err == nil {
		m.cram = cards.NewCram(msg.chosen)
	}
	switch {
	case msg.err != nil:
		m.phase, m.trouble = failed, widget.Words(msg.err)
		return nil
	case msg.prompt == nil:
		return m.end()
	}
	m.show(msg.prompt, msg.at, question)
	return nil
}

func (m *Model) show(p *cards.Prompt, at time.Time, ph phase) {
	m.prompt, m.shown, m.phase = p, at, ph
	m.trouble, m.unsaved, m.note, m.scroll.Offset = "", nil, "", 0
	m.reply = m.newReply(p.Card)
	if ph == answer {
		m.unfold()
	}
}

func (m *Model) onRated(msg rated) tea.Cmd {
	leaving := m.leaving
	m.leaving = false
	if errors.Is(msg.err, cards.ErrOutdated) {
		m.before, m.phase, m.unsaved = answer, working, nil
		return m.reread(true)
	}
	if msg.err != nil {
		m.phase, m.trouble, m.unsaved = answer, widget.Words(msg.err), &msg.rating
		m.unfold() // what went wrong takes room
		return nil
	}
	m.done = append(m.done, given{msg.id, m.prompt, msg.rating.rating, msg.rating.took, m.reply})
	m.trouble, m.unsaved = "", nil
	if leaving {
		return m.env.Back()
	}
	if text := setAside(m.prompt, msg.rating.rating); text != "" {
		return tea.Batch(m.proceed(), screen.Say(text))
	}
	return m.proceed()
}

// proceed goes on after an answer.
func (m *Model) proceed() tea.Cmd {
	if m.limit > 0 && len(m.done) >= m.limit {
		return m.end()
	}
	return m.load()
}

func (m *Model) onLab(msg labFound) tea.Cmd {
	switch {
	case msg.err != nil:
		return screen.Send(screen.Flash{Text: "the labs could not be read: " + widget.Words(msg.err), Bad: true})
	case msg.lab.ID == "":
		return screen.Say("the lab of this card is not among those installed")
	case len(msg.lab.Missing) > 0:
		return screen.Send(screen.Flash{Text: "that lab needs what the cluster lacks: " + msg.lab.Missing[0], Bad: true})
	}
	return screen.Send(screen.Open{Kind: screen.Lab, Lab: msg.lab.ID, Resume: msg.lab.InProgress})
}
