package overlay

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Question asks something that is answered by yes or no, at the foot of the
// screen below it.
type Question struct {
	env *screen.Env
	ask screen.Ask
}

// NewQuestion makes the question.
func NewQuestion(env *screen.Env, ask screen.Ask) *Question { return &Question{env, ask} }

// Init has nothing to load.
func (q *Question) Init() tea.Cmd { return nil }

// Update hands the answer to whoever asked.
func (q *Question) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	intent := q.env.Intent(q.Scope(), k)
	if intent != keymap.Yes && intent != keymap.Back {
		return nil
	}
	return q.env.Leave(q.ask.Then(intent == keymap.Yes))
}

// View draws a rule and the question below it, in as many lines as they need.
func (q *Question) View(w, h int) string {
	st := q.env.Styles
	lines := layout.Wrap(q.ask.Question, w-4)
	for i, l := range lines {
		lines[i] = st.Strong.Render(l)
	}
	lines = append(lines, layout.Flow(q.ask.Detail, w-4)...)
	return strings.Join(layout.Head(widget.Boxed(st, st.Warn.Render("?"), lines, w), h, "…"), "\n")
}

// Floats says that what is below stays on screen.
func (q *Question) Floats() {}

// Scope names the keys in force.
func (q *Question) Scope() keymap.Scope { return keymap.Confirm }

// Where is empty: what is asked says it.
func (q *Question) Where() string { return "" }
