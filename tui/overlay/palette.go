package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/list"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// Choice is something that the palette offers.
type Choice struct {
	Text string // what it does
	Key  string // the key that does the same, "" if there is none
	Msg  tea.Msg
}

// Palette is everything that can be done from here, found by typing.
type Palette struct {
	env     *screen.Env
	list    list.List
	choices []Choice
}

// found are choices that had to be looked for.
type found struct{ choices []Choice }

// NewPalette offers choices; more finds others meanwhile, and may be nil.
func NewPalette(env *screen.Env, choices []Choice, more func() []Choice) (*Palette, tea.Cmd) {
	p := &Palette{env: env, choices: choices}
	p.list = list.New(env, list.Words(func(i int) string { return p.choices[i].Text }))
	p.list.Fill(len(choices))
	p.list.Open()
	if more == nil {
		return p, nil
	}
	return p, env.Do(func() tea.Msg { return found{more()} })
}

// Init has nothing to load.
func (p *Palette) Init() tea.Cmd { return nil }

// Update takes what is typed and what is found.
func (p *Palette) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		p.list.Height = msg.H
	case found:
		p.choices = append(p.choices, msg.choices...)
		p.list.Fill(len(p.choices))
	case tea.PasteMsg:
		return p.list.Typed(msg)
	case tea.KeyPressMsg:
		switch i := p.env.Intent(p.Scope(), msg); i {
		case "":
			return p.list.Typed(msg)
		case keymap.Back:
			return p.env.Back()
		case keymap.Go:
			return p.choose()
		default:
			p.list.Do(i)
		}
	}
	return nil
}

// choose does what is marked, when the palette is gone.
func (p *Palette) choose() tea.Cmd {
	at := p.list.Row()
	if at < 0 {
		return nil
	}
	return p.env.Leave(p.choices[at].Msg)
}

// View draws the filter and what matches it.
func (p *Palette) View(w, h int) string {
	st := p.env.Styles
	lines := []string{p.list.Head(w, "command"), ""}
	if p.list.Len() == 0 {
		lines = append(lines, " Nothing is called so. esc closes.")
	}
	rows := p.list.Window(max(h-len(lines), 1), func(i int, marked bool) string {
		c := p.choices[i]
		cursor, text := "  ", c.Text
		if marked {
			cursor, text = st.Accent.Render(theme.Here)+" ", st.Strong.Render(text)
		}
		return layout.Ends(" "+cursor+text, st.Faint.Render(strings.TrimSpace(c.Key)), min(w, measure))
	})
	return layout.Fit(append(lines, rows...), w, h)
}

// Scope names the keys in force.
func (p *Palette) Scope() keymap.Scope { return keymap.Palette }

// Where names the page.
func (p *Palette) Where() string { return "commands" }
