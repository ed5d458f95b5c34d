package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// pulse tells the screens when what they show of cards may be old: another
// window stored something, or the day rolled over.
type pulse struct {
	last  cards.Pulse
	known bool
	asked bool // and not answered yet
}

type pulseFelt struct {
	pulse cards.Pulse
	err   error
}

// feel asks for the pulse, unless that is under way.
func (m *Model) feel() tea.Cmd {
	if m.pulse.asked {
		return nil
	}
	m.pulse.asked = true
	ctx, study := m.env.App, m.ports.Study
	return func() tea.Msg {
		p, err := study.Pulse(ctx)
		return pulseFelt{p, err}
	}
}

// onPulse says nothing of errors: whoever reads cards next tells of them.
func (m *Model) onPulse(msg pulseFelt) tea.Cmd {
	m.pulse.asked = false
	if msg.err != nil {
		return nil
	}
	changed := m.pulse.known && m.pulse.last != msg.pulse
	m.pulse.last, m.pulse.known = msg.pulse, true
	if !changed {
		return nil
	}
	return m.top().Update(screen.CardsChanged{}) // the others are told when they are shown
}
