package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/theme"
	"github.com/gatedrill/gatedrill/tui/widget"
)

const (
	measure  = 84  // the longest line of prose that reads well
	twoCols  = 72  // below this width the screen has one column
	tall     = 30  // from this height there is room for more than is asked
	wideMap  = 110 // from this width the way is drawn hop by hop where rows are left
	more     = "  … i reads it all"
	newsTime = 2 * time.Second // how long a change stays marked
	lookTime = 3 * time.Second // how long a look after the shell is announced, unless a view comes
)

// View draws the screen.
func (m *Model) View(w, h int) string {
	if m.shell.pane != nil {
		return m.split(h)
	}
	return m.draw(w, h)
}

// draw draws the lab's part.
func (m *Model) draw(w, h int) string {
	switch {
	case m.stage != open:
		return layout.Fit(m.notOpen(w), w, h)
	case m.view.Phase == labs.PhaseSolved:
		return layout.Fit(widget.Window(m.env.Styles, m.scroll, m.solved(w), w, h), w, h)
	case m.typing, m.view.Phase == labs.PhaseDiagnosing,
		m.view.Phase == labs.PhaseFixing, m.view.Phase == labs.PhaseUnearned:
		if w < twoCols {
			return layout.Fit(m.arrange(w, h).lines(), w, h)
		}
		return layout.Fit(m.wide(w, h), w, h)
	}
	return layout.Fit(m.underway(w, h), w, h)
}

// notOpen says what is waited for before the lab can start.
func (m *Model) notOpen(w int) []string {
	st := m.env.Styles
	switch {
	case m.stage == broken:
		return m.stuck("The lab could not be opened.", m.trouble, "R tries again, esc goes back.", w)
	case m.stage == waiting && m.news.State == screen.ClusterFailed:
		return m.stuck("The "+m.news.Name+" did not start.", m.news.Trouble, "R tries again, esc goes back.", w)
	case m.stage == waiting:
		p := widget.Progress{What: m.news.Name + " " + m.news.State, Waiting: m.news.Waiting,
			Done: m.news.Done, Total: m.news.Total, Clock: m.news.Clock(m.now)}
		lines := append([]string{"", " The lab starts by itself as soon as it has a place to run.", ""},
			layout.Indent(p.Lines(st, w-2), 1)...)
		return append(lines, "", " "+st.Faint.Render(layout.Cut("esc: study cards meanwhile", w-2)))
	}
	clock := time.Duration(0)
	if !m.began.IsZero() {
		clock = m.now.Sub(m.began)
	}
	return append([]string{""}, layout.Indent(widget.Progress{What: "opening the lab", Clock: clock}.Lines(st, w-2), 1)...)
}

// stuck is an error in three parts.
func (m *Model) stuck(what, why, next string, w int) []string {
	st := m.env.Styles
	lines := []string{"", " " + st.Bad.Render(theme.Bad) + " " + st.Strong.Render(layout.Cut(what, w-4)), ""}
	lines = append(lines, layout.Indent(layout.Wrap(why, min(w-4, measure)), 3)...)
	return append(lines, "", "   "+layout.Cut(next, w-4))
}

// underway is what is shown while the lab is changed: prepared, broken,
// reset, or when that failed.
func (m *Model) underway(w, h int) []string {
	if m.view.Phase == labs.PhaseFailed {
		return m.stuck("The lab is in trouble.", m.view.Trouble, "R starts it again, r puts everything back, t opens your shell.", w)
	}
	words := map[labs.Phase]string{
		labs.PhasePreparing: "preparing the healthy world",
		labs.PhaseBreaking:  "breaking it, until that is seen",
		labs.PhaseResetting: "putting everything back",
		labs.PhaseIdle:      "nothing is running",
	}
	p := widget.Progress{What: words[m.view.Phase], Waiting: m.view.Doing, Clock: m.now.Sub(m.turned)}
	progress := layout.Indent(p.Lines(m.env.Styles, w-2), 1)
	ticket := layout.Indent(layout.Flow(m.view.Ticket, min(w-2, measure)), 1)
	return slices.Concat(layout.Head(ticket, h-1-len(progress), more), []string{""}, progress)
}

// askedLine is the request, logLine the gateway's own line about it once that
// was read.
func (m *Model) askedLine(w int) string {
	return layout.Cut(m.env.Styles.Faint.Render("asked  ")+widget.Asked(m.view.Request, m.capture().Source), w)
}

func (m *Model) logLine(w int) string {
	c := m.capture()
	if c.LogLine == "" {
		return ""
	}
	return layout.Cut(m.env.Styles.Faint.Render("log    "+c.LogLine), w)
}

func (m *Model) answerLine(w int) string {
	st, c := m.env.Styles, m.capture()
	if m.blind() {
		return layout.Cut(st.Faint.Render("got    ")+theme.Unknown+" not known while the "+m.news.Name+" is not up", w)
	}
	line := st.Faint.Render("got    ") + st.Strong.Render(widget.Got(c))
	if c.Observed && !m.captured() {
		line += st.Faint.Render("  flag " + theme.Unknown)
	}
	if m.now.Before(m.looking) {
		return layout.Cut(line+"  "+st.Accent.Render("looking again …"), w)
	}
	if c.Observed && !c.At.IsZero() {
		line += st.Faint.Render("  " + widget.Ago(m.now.Sub(c.At)))
	}
	return layout.Cut(line, w)
}

// capture is the last answer without what the capture step asks for, until
// the learner has found that.
func (m *Model) capture() labs.Answer {
	c := m.view.Capture
	if !m.captured() {
		c.Flag, c.Details, c.LogLine, c.Logs = "", "", "", nil
	}
	return c
}

func (m *Model) captured() bool {
	for _, s := range m.view.Steps {
		if s.Step == labs.StepCapture {
			return s.Done
		}
	}
	return false
}

// turns names the layers that are no longer healthy, or broken in another
// way, since they were verified. What got well is seen on the path itself.
func (m *Model) turns(w int) []string {
	st := m.env.Styles
	var out []string
	for _, p := range m.view.Path {
		if p.Was == "" || p.Was == labs.Unknown || p.Was == p.Verdict || p.Verdict == labs.Healthy {
			continue // from unknown: only the first look, or the view is back
		}
		text := fmt.Sprintf("%s%s was %s, %s for %s", p.Layer, m.turnedAt(p), inWords(p.Was), inWords(p.Verdict),
			widget.Took(m.now.Sub(p.Changed)))
		mark, style := widget.Verdict(st, p.Verdict)
		out = append(out, layout.Cut(style.Render(mark)+" "+text+m.fresh(p.Changed), w))
	}
	return out
}

// turnedAt names the hop at which a layer turned, where there are several.
func (m *Model) turnedAt(p labs.PathMark) string {
	if len(m.view.Hops) < 2 {
		return ""
	}
	for _, h := range m.view.Hops {
		for _, x := range h.Layers {
			if x.Layer == p.Layer && x.Verdict == p.Verdict && x.Was == p.Was && x.Changed.Equal(p.Changed) {
				return " at the " + h.Name
			}
		}
	}
	return ""
}

// fresh marks what changed a moment ago.
func (m *Model) fresh(at time.Time) string {
	if at.IsZero() || m.now.Sub(at) > newsTime {
		return ""
	}
	return m.env.Styles.Accent.Render(" ← now")
}

// inTrouble is trouble beside a lab that still runs, with what can be done.
func (m *Model) inTrouble(w int) []string {
	st, text := m.env.Styles, m.troubleWords()
	if text == "" {
		return nil
	}
	lines := layout.Flow(text, w-2)
	for i, l := range lines {
		mark := "  "
		if i == 0 {
			mark = st.Bad.Render(theme.Bad) + " "
			if m.news.Busy() {
				mark = st.Warn.Render(theme.Wait) + " "
			}
		}
		lines[i] = mark + l
	}
	return lines
}

// troubleWords says what is wrong and what next. That the cluster is gone
// explains whatever else cannot be seen.
func (m *Model) troubleWords() string {
	n, t := m.news, strings.TrimSuffix(m.view.Trouble, ".")
	switch {
	case n.Down():
		words := "The " + n.Name + " is not running. The lab is kept: R starts the " + n.Name + " again, and you go on."
		if why, _, _ := strings.Cut(n.Trouble, "\n"); why != "" {
			words += " Why: " + why
		}
		return words
	case n.Busy():
		return "The " + n.Name + " is starting. The lab goes on by itself."
	case t == "" || m.view.Phase == labs.PhaseUnearned:
		return "" // unearned: the panel says it
	case strings.Contains(t, "eset the lab") || strings.Contains(t, "lab is kept"):
		return t + "."
	}
	return t + ". r resets the lab."
}

func inWords(v labs.Verdict) string {
	switch v {
	case labs.OffPath:
		return "not on the path"
	case "":
		return "not looked at"
	}
	return string(v)
}
