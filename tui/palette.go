package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/overlay"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// palette offers what the screen on top can do now, the other screens, and
// every lab.
func (m *Model) palette() tea.Cmd {
	top, own := m.top(), m.env.Own()
	choices := append(m.deeds(top), m.places()...)
	p, cmd := overlay.NewPalette(own, choices, m.labChoices())
	return tea.Batch(m.push(entry{Screen: p, env: own, over: top.env.ID()}), cmd)
}

// deeds are the keys of a screen, as far as they do something.
func (m *Model) deeds(top entry) []overlay.Choice {
	choosy, _ := top.Screen.(screen.Choosy)
	var out []overlay.Choice
	// Moving is no command, and an option is picked by who sees it.
	done := map[keymap.Intent]bool{keymap.Up: true, keymap.Down: true, keymap.Pick1: true, keymap.Pick2: true,
		keymap.Pick3: true, keymap.Pick4: true, keymap.Pick5: true, keymap.Pick6: true}
	for _, b := range m.env.Keys.In(top.Scope()) {
		if done[b.Intent] || choosy != nil && !choosy.Useful(b.Intent) {
			continue
		}
		done[b.Intent] = true
		out = append(out, overlay.Choice{Text: b.Long, Key: b.Show,
			Msg: screen.Result{To: top.env.ID(), Msg: screen.Chosen{Intent: b.Intent}}})
	}
	return out
}

// places are the screens that can be opened from anywhere. At home its own keys
// open them.
func (m *Model) places() []overlay.Choice {
	end := overlay.Choice{Text: "quit", Key: "q", Msg: leave{}}
	if m.opened().env == m.stack[0].env {
		return []overlay.Choice{end}
	}
	out := []overlay.Choice{
		{Text: "go to the review of cards that are due", Msg: screen.Open{Kind: screen.Review}},
		{Text: "go to the list of cards", Msg: screen.Open{Kind: screen.Cards}},
		{Text: "go to the statistics", Msg: screen.Open{Kind: screen.Stats}},
		{Text: "take the tour: what is where, in four pages", Msg: screen.Open{Kind: screen.Tour}},
		{Text: "go to the settings", Msg: screen.Open{Kind: screen.Setup}},
	}
	if m.ports.Labs != nil {
		out = append(out, overlay.Choice{Text: "go to the list of labs", Msg: screen.Open{Kind: screen.Labs}},
			overlay.Choice{Text: "go to the trace of a URL", Msg: screen.Open{Kind: screen.Trace}})
	}
	return append(out, end)
}

// labChoices finds the labs; nothing is said of labs that cannot be read, since
// their own list says it.
func (m *Model) labChoices() func() []overlay.Choice {
	if m.ports.Labs == nil || m.opened().kind == screen.Lab {
		return nil
	}
	ctx, port := m.env.App, m.ports.Labs
	return func() []overlay.Choice {
		list, err := port.List(ctx)
		if err != nil {
			return nil
		}
		var out []overlay.Choice
		for _, l := range widget.Safe(list) {
			if len(l.Missing) == 0 {
				out = append(out, overlay.Choice{Text: "lab: " + l.Title, Msg: screen.Open{Kind: screen.Lab, Lab: l.ID, Resume: l.InProgress}})
			}
		}
		return out
	}
}
