package review

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

// listed draws the options of a card below its question. With the answer on
// screen they say which was right and which was picked.
func (m *Model) listed(w int) []string {
	if len(m.prompt.Card.Key.Options) == 0 || (m.asks() == aLayer) {
		return nil
	}
	st := m.env.Styles
	out := []string{""}
	for i, o := range m.options() {
		mark := " "
		if !m.shows(question) {
			switch {
			case o.Right:
				mark = st.Good.Render(theme.OK)
			case m.reply.picked != nil && m.reply.picked.Text == o.Text:
				mark = st.Bad.Render(theme.Bad)
			}
		}
		lines := m.env.MD.Lines(o.Text, min(w-7, measure-5))
		for j, l := range lines {
			lead := "      "
			if j == 0 {
				lead = mark + " " + st.Accent.Render(strconv.Itoa(i+1)) + "  "
				lead = " " + lead
			}
			out = append(out, lead+l)
		}
	}
	return out
}

// said draws what the learner said, held against the answer.
func (m *Model) said(w int) []string {
	c := m.prompt.Card
	var out []string
	switch c.Kind {
	case cards.KindChoice:
		out = m.saidOption("", w)
	case cards.KindCommand:
		out = m.saidCommand(w)
	case cards.KindTriage:
		out = m.saidTriage(w)
	case cards.KindBasic, cards.KindReversed, cards.KindCloze:
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	return out
}

// verdict is a line with a mark for what was right or not.
func (m *Model) verdict(right bool, text string) string {
	if right {
		return "  " + m.env.Styles.Good.Render(theme.OK) + " " + text
	}
	return "  " + m.env.Styles.Bad.Render(theme.Bad) + " " + text
}

// saidOption holds the option that was picked against the right one, which may
// be out of sight.
func (m *Model) saidOption(what string, w int) []string {
	number, picked, right := 0, 0, ""
	for i, o := range m.options() {
		if o.Right {
			number, right = i+1, o.Text
		}
		if m.reply.picked != nil && m.reply.picked.Text == o.Text {
			picked = i + 1
		}
	}
	switch picked {
	case 0:
		return hung(fmt.Sprintf("    %sright is %d: ", what, number), right, w)
	case number:
		return []string{m.verdict(true, fmt.Sprintf("%s%d is right", what, number))}
	}
	return hung(m.verdict(false, fmt.Sprintf("%syou picked %d, right is %d: ", what, picked, number)), right, w)
}

func (m *Model) saidTriage(w int) []string {
	var out []string
	c, r := m.prompt.Card, m.reply
	switch r.layer {
	case "":
		out = append(out, fmt.Sprintf("    layer  %s", c.Key.Layer))
	case c.Key.Layer:
		out = append(out, m.verdict(true, "layer  "+c.Key.Layer))
	default:
		out = append(out, m.verdict(false, fmt.Sprintf("layer  you said %s, it is %s", r.layer, c.Key.Layer)))
	}
	switch {
	case len(c.Key.Options) > 0:
		out = append(out, m.saidOption("cause  ", w)...)
	case r.typed != "":
		out = append(out, hung("    cause  you said: ", r.typed, w)...)
	}
	return out
}

func (m *Model) saidCommand(w int) []string {
	r := m.reply
	switch {
	case r.typed == "":
		return nil
	case r.diff.Same():
		return append([]string{m.verdict(true, "what you typed is right:")}, hung("    ", r.typed, w)...)
	}
	out := append([]string{m.verdict(false, "what you typed differs:")}, hung("    ", r.typed, w)...)
	if r.diff.Trouble != "" {
		return append(out, hung("    ", r.diff.Trouble, w)...)
	}
	for _, c := range r.diff.Changed {
		out = append(out, hung("    instead of  ", c.Got, w)...)
		out = append(out, hung("    wanted      ", c.Want, w)...)
	}
	for _, s := range r.diff.Missing {
		out = append(out, hung("    missing     ", s, w)...)
	}
	for _, s := range r.diff.Extra {
		out = append(out, hung("    too much    ", s, w)...)
	}
	if !strings.Contains(m.prompt.Card.Back, r.diff.Accepted) { // another of those that are right came nearer
		out = append(out, hung("    held against ", r.diff.Accepted, w)...)
	}
	return out
}

// hung sets text behind its lead, and what does not fit below it.
func hung(lead, text string, w int) []string {
	return layout.Hang(lead, strings.Join(strings.Fields(text), " "), min(w-1, measure+2), 6)
}

// ask draws what the learner is to do, below the question.
func (m *Model) ask(w int) []string {
	st := m.env.Styles
	switch m.asks() {
	case aLayer:
		return append([]string{st.Faint.Render("  Which layer is it?")}, m.layers(w)...)
	case anOption:
		return []string{st.Faint.Render(layout.Cut(fmt.Sprintf("  Pick one: 1 to %d.", len(m.prompt.Card.Key.Options)), w))}
	case words:
		what, line := "  Name the cause.", "  "+st.Accent.Render("›")+" "
		if m.prompt.Card.Kind == cards.KindCommand {
			what = "  Type the command."
		}
		if m.reply.typing {
			line += m.reply.field.View(max(min(w-6, measure), 8))
		} else {
			line += layout.Cut(m.reply.field.Value(), w-6)
		}
		return []string{st.Faint.Render(what), line}
	case nothing:
	}
	return []string{st.Faint.Render("  Say your answer, then look.")}
}

// layers are the six with their keys, in as many lines as they need.
func (m *Model) layers(w int) []string {
	var out []string
	line := " "
	for i, l := range cards.Layers() {
		part := " " + m.env.Styles.Accent.Render(strconv.Itoa(i+1)) + " " + layout.Pad(l, 12)
		if layout.Width(line+part) > w {
			out, line = append(out, strings.TrimRight(line, " ")), " "
		}
		line += part
	}
	return append(out, strings.TrimRight(line, " "))
}
