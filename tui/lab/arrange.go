package lab

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// The ranks by which the parts of the screen give way when rows are short:
// lowest first. What is asked and what was said to it stay to the end.
const (
	rankRoom = iota + 1 // what fills a high screen
	rankBlank
	rankExtra    // the log line, the other commands in full, the reasons of checks beside a question
	rankOffer    // what a key would do
	rankOthers   // the commands that are not marked
	rankTicketSm // the ticket on a narrow screen, which has no room for prose
	rankOldHints
	rankReason  // the reasons of checks while it is repaired
	rankCommand // the marked command in full
	rankTicket
	rankAsked // the request that was sent
	rankQuestion
	rankChecks // the names of checks while it is repaired
	rankMarked // the marked command, cut to a line
	rankHint
	rankReply
	rankTally
	rankPath
	rankTask // what is to be done now
)

// commands names the block of commands: keys act on them only while it is on
// screen.
const commands = "commands"

// arranged is the screen in two parts: what stands across it, and the step
// or the repair below that.
type arranged struct{ top, task []layout.Block }

func (a arranged) lines() []string { return layout.Lines(slices.Concat(a.top, a.task)) }

// arrange fits the screen into w×h: room goes to what matters most.
func (m *Model) arrange(w, h int) arranged {
	var top, task []layout.Block
	if w < twoCols {
		top, task = m.topNarrow(w, h), m.panel(w)
		task = append(task, layout.One(rankBlank, ""), m.checks(w))
	} else {
		top, task = m.top(w, h), m.panel(rightWidth(w))
		if m.mending() {
			task = append(task, layout.One(rankBlank, ""), m.checks(rightWidth(w)))
		}
	}
	chosen := layout.Choose(slices.Concat(top, task), h)
	return arranged{chosen[:len(top)], chosen[len(top):]}
}

// mending says that goals and guards are what counts now, not a step.
func (m *Model) mending() bool {
	return m.focus == "" && (m.view.Phase == labs.PhaseFixing || m.view.Phase == labs.PhaseUnearned)
}

// shows says whether a block is on screen as it is sized now.
func (m *Model) shows(block string) bool {
	return layout.Has(m.arrange(m.size.W, m.size.H).task, block)
}

func leftWidth(w int) int  { return max(min(34+(w-80)/3, 56), 32) }
func rightWidth(w int) int { return min(w-leftWidth(w)-4, 100) }

// wide is the screen of two columns below ticket, request and path. The right
// one takes the rows it needs; the left one has those that remain below the
// top.
func (m *Model) wide(w, h int) []string {
	st := m.env.Styles
	a := m.arrange(w, h)
	top, right := layout.Lines(a.top), layout.Lines(a.task)
	rest := h - len(top)
	lw, rw := leftWidth(w), rightWidth(w)
	blocks := []layout.Block{layout.One(rankTask, m.steps(lw)...)}
	if !m.mending() {
		blocks = append(blocks, layout.One(rankBlank, ""), m.checks(lw))
	}
	left := layout.Stack(blocks, rest)
	rest = min(rest, max(len(left), len(right)))
	cols := layout.Columns(layout.Indent(left, 1), right, lw+1, rw, rest, st.Faint.Render(" │ "))
	return append(top, cols...)
}

// keepHead shortens lines to least of them, which then count for more.
func keepHead(rank int, lines []string, least, last int) layout.Block {
	b := layout.Shorten(rank, lines, least, more)
	if n := len(b.Forms); n > 0 {
		b.Forms[n-1].Rank = last
	}
	return b
}

func (m *Model) top(w, h int) []layout.Block {
	st := m.env.Styles
	ticket := layout.Indent(layout.Flow(m.view.Ticket, min(w-2, 100)), 1)
	blocks := []layout.Block{
		keepHead(rankTicket, ticket, 3, rankHint),
		layout.One(rankBlank, ""),
		layout.One(rankAsked, " "+m.askedLine(w-2)),
		layout.One(rankPath, " "+m.answerLine(w-2)),
	}
	if line := m.logLine(w - 2); line != "" && h >= tall {
		blocks = append(blocks, layout.One(rankExtra, " "+line))
	}
	return append(blocks,
		m.way(w-2, w >= wideMap || h >= tall, 1),
		layout.One(rankReply, layout.Indent(m.turns(w-2), 1)...),
		keepHead(rankReason, layout.Indent(m.inTrouble(w-2), 1), 3, rankTally),
		layout.One(rankTask, st.Faint.Render(strings.Repeat("─", w))))
}

// topNarrow is for the screen of one column, where the ticket is read on a
// page of its own.
func (m *Model) topNarrow(w, h int) []layout.Block {
	return []layout.Block{
		layout.Shorten(rankTicketSm, layout.Flow(m.view.Ticket, w), 3, more),
		layout.One(rankBlank, ""),
		layout.One(rankRoom, m.askedLine(w)),
		layout.One(rankAsked, m.answerLine(w)),
		m.way(w, h >= tall, 0),
		layout.One(rankReply, m.turns(w)...),
		keepHead(rankReason, m.inTrouble(w), 2, rankTally),
		layout.One(rankBlank, ""),
		layout.One(rankRoom, append(m.steps(w), "")...),
	}
}

// way is the path of the request: hop by hop where there is room, with what
// each mark rests on where there is more, else on one line.
func (m *Model) way(w int, room bool, indent int) layout.Block {
	st := m.env.Styles
	one := layout.Form{Rank: rankPath, Lines: layout.Indent([]string{widget.PathLine(st, m.view.Path, w)}, indent)}
	if !room {
		return layout.Block{Forms: []layout.Form{one}}
	}
	var forms []layout.Form
	for _, lines := range [][]string{widget.WayInFull(st, m.view.Hops, w), widget.WayByHop(st, m.view.Hops, w)} {
		if len(lines) > 0 {
			forms = append(forms, layout.Form{Rank: rankRoom, Lines: layout.Indent(lines, indent)})
		}
	}
	return layout.Block{Forms: append(forms, one)}
}
