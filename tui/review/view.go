package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// measure is the longest line of prose that reads well.
const measure = 84

// near is the line at which the ratings of a short card stand.
const near = 18

// View draws the screen.
func (m *Model) View(w, h int) string {
	p := m.parts(w, h)
	room := p.room
	if len(p.foot) > 0 { // on a tall screen the ratings stay near the card
		room = min(room, max(len(p.body)+2, near))
	}
	window := widget.Window(m.env.Styles, m.scroll, p.body, w, room)
	return layout.Fit(slices.Concat(p.head, window, p.foot), w, h)
}

// parts is what the screen shows: a body that may be longer than its room and
// is scrolled, between a head and a foot that keep their places.
type parts struct {
	head, body, foot []string
	room             int // lines for the body
	fold             int // line of the body at which the answer begins
}

func (m *Model) parts(w, h int) parts {
	switch {
	case m.shows(summary):
		return parts{body: m.summary(w), room: h}
	case m.phase == failed:
		return parts{body: m.failure(w), room: h}
	case m.prompt == nil:
		return parts{body: []string{"", m.env.Styles.Faint.Render(" reading cards …")}, room: h}
	}
	p := parts{body: m.card(w, h), foot: m.foot(w), fold: m.fold(w, h)}
	p.room = h - len(p.foot)
	if !m.shows(question) && len(p.body) > p.room {
		return m.pinned(p, h)
	}
	return p
}

// keptOfQuestion is how much of the question stays above a long answer.
const keptOfQuestion = 2

// pinned keeps the beginning of the question where it is while the rest of
// the card is scrolled below it.
func (m *Model) pinned(p parts, h int) parts {
	from := m.above(h)
	to := min(from+max(min(keptOfQuestion, p.room/3), 1), p.fold)
	for to > from+1 && strings.TrimSpace(ansi.Strip(p.body[to-1])) == "" {
		to--
	}
	p.head, p.body = p.body[from:to], p.body[to:]
	p.room, p.fold = p.room-len(p.head), p.fold-to
	return p
}

// above is how many lines stand above the question.
func (m *Model) above(h int) int {
	if h > 10 {
		return 2
	}
	return 1
}

// shows says whether this is what is on screen; a command at work leaves on
// screen what was there before it.
func (m *Model) shows(p phase) bool {
	return m.phase == p || ((m.phase == working || m.phase == loading) && m.before == p)
}

// card draws the question and, once it is asked for, the answer below it.
func (m *Model) card(w, h int) []string {
	body := m.asked(w, h)
	if m.shows(question) {
		return body
	}
	st, p := m.env.Styles, m.prompt
	for len(body) < m.fold(w, h) {
		body = append(body, "")
	}
	body = append(body, st.Faint.Render(strings.Repeat("─", min(w, measure+4))))
	body = append(body, m.said(w)...)
	body = append(body, layout.Indent(m.env.MD.Lines(p.Card.Back, min(w-4, measure)), 2)...)
	if p.Card.Source != "" {
		_, source, _ := strings.Cut(p.Card.Source, "://")
		body = append(body, st.Faint.Render(layout.Cut("  "+strings.TrimSuffix(source, "/"), w)))
	}
	return body
}

// asked is the card without its answer.
func (m *Model) asked(w, h int) []string {
	head := []string{m.progress(w), ""}[:m.above(h)]
	head = append(head, layout.Indent(m.env.MD.Lines(m.prompt.Card.Front, min(w-4, measure)), 2)...)
	return append(head, m.listed(w)...)
}

// fold is the line at which the answer begins: the same for every short card,
// where the eye finds it.
func (m *Model) fold(w, h int) int {
	return max(len(m.asked(w, h)), min((h-3)/2, 9))
}

// progress says how far the session is: what was answered, and of how many.
func (m *Model) progress(w int) string {
	c := m.prompt.Left
	total := len(m.done) + c.Due + c.New + c.Learning
	why := m.prompt.Reason
	if m.cram != nil {
		total, why = len(m.done)+m.cram.Left(), "cram, not rescheduled"
	}
	if m.prompt.Memory.Marked {
		why += ", marked"
	}
	if m.limit > 0 {
		total = min(total, m.limit)
	}
	right := fmt.Sprintf("%d of %d", len(m.done)+1, max(total, len(m.done)+1))
	return layout.Ends(m.env.Styles.Faint.Render("  "+why), m.env.Styles.Faint.Render(right), min(w-1, measure+4))
}

// foot is the ratings, or what to do to see them.
func (m *Model) foot(w int) []string {
	out := []string{""}
	if m.note != "" {
		out = append(out, layout.Indent(layout.Flow(m.note, w-4), 2)...)
	}
	if m.shows(question) {
		return append(out, m.ask(w)...)
	}
	if m.unsaved != nil {
		out = append(out, m.notStored(w)...)
	}
	return append(out, m.ratings(w)...)
}

func (m *Model) notStored(w int) []string {
	st := m.env.Styles
	text := fmt.Sprintf("not stored: %s. Press %d again to try again.", strings.TrimSuffix(m.trouble, "."), m.unsaved.rating)
	lines := layout.Flow(text, w-4)
	for i, l := range lines {
		mark := "  "
		if i == 0 {
			mark = st.Bad.Render(theme.Bad) + " "
		}
		lines[i] = "  " + mark + l
	}
	return lines
}

// ratings draws the four with their true intervals; on a narrow screen the
// words share two lines.
func (m *Model) ratings(w int) []string {
	st := m.env.Styles
	var parts []string
	for _, r := range []cards.Rating{cards.Again, cards.Hard, cards.Good, cards.Easy} {
		key := st.Accent.Render(fmt.Sprint(int(r)))
		if m.phase == saving && r == m.sending {
			key = st.Accent.Render(theme.Here)
		}
		part := key + " " + name(r)
		if m.cram == nil {
			part += " " + st.Faint.Render(cards.Interval(m.prompt.Choices[r-1].Interval))
		}
		parts = append(parts, part)
	}
	if one := "  " + strings.Join(parts, "    "); layout.Width(one) <= w {
		return []string{one}
	}
	half := (w - 2) / 2
	return []string{
		"  " + layout.Pad(parts[0], half) + parts[1],
		"  " + layout.Pad(parts[2], half) + parts[3],
	}
}

func name(r cards.Rating) string {
	switch r {
	case cards.Again:
		return "again"
	case cards.Hard:
		return "hard"
	case cards.Good:
		return "good"
	}
	return "easy"
}

func (m *Model) failure(w int) []string {
	st := m.env.Styles
	lines := append([]string{"", " " + st.Bad.Render(theme.Bad) + " " + st.Strong.Render("The next card could not be read.")},
		layout.Indent(layout.Flow(m.trouble, min(w-4, measure)), 3)...)
	return append(lines, "", " Answers given so far are stored. ⏎ tries again.")
}
