// Package lab is the screen of one lab: ticket, runbook, live goals and
// guards, the last request and its path, the current step. It shows what a
// View holds and nothing that was not verified. The root calls it.
package lab

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/keymap"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/shell"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// Runner runs the lab.
type Runner interface {
	List(ctx context.Context) ([]labs.Listing, error)
	Start(ctx context.Context, id string) error
	Resume(ctx context.Context) error
	Watch(ctx context.Context, after int) (labs.View, int, error)
	Verdict(ctx context.Context, s labs.Step, v labs.Verdict) (labs.Reply, error)
	Answer(ctx context.Context, s labs.Step, text string) (labs.Reply, error)
	Hint(ctx context.Context, s labs.Step) (string, error)
	Solution(ctx context.Context) (string, error)
	Reset(ctx context.Context) error
	Leave(ctx context.Context) error
	Shell(ctx context.Context) (tea.ExecCommand, error)
}

// Rechecker is a Runner that can be told to look again at once.
type Rechecker interface {
	Recheck(ctx context.Context) error
}

// Cluster brings the cluster up.
type Cluster interface {
	Ensure(ctx context.Context)
}

// Ports are what the screen needs. Cluster may be nil where the runner needs
// nothing to be waited for.
type Ports struct {
	Labs    Runner
	Cluster Cluster
	// Shell opens the learner's shell beside the lab; nil where only the whole
	// terminal can be given to it.
	Shell shell.Open
	// Explain explains the fields of an access-log line; may be nil.
	Explain widget.ExplainLog
}

type stage int

const (
	waiting stage = iota // for the cluster
	opening              // Start or Resume is on its way
	open                 // views arrive
	broken               // it could not be opened, or watched; trouble says why
)

// Model is the lab screen.
type Model struct {
	env   *screen.Env
	ports Ports
	what  screen.Open

	stage   stage
	trouble string
	news    screen.ClusterNews
	room    screen.Size // all there is
	size    screen.Size // of it, the lab's part
	now     time.Time
	began   time.Time // first tick of this screen, for the clock while waiting

	watch  int // id of the watch whose views count
	number int // of the last view
	seen   labs.View
	view   labs.View // of what was seen, what is known now
	at     time.Time // when the view came
	turned time.Time // when the first view of its phase came

	focus   labs.Step // looked at; "" follows the current step
	command int       // marked look command
	typing  bool
	field   widget.Field
	drafts  map[labs.Step]string
	sent    int // id of the verdict or finding under way, 0 = none
	replies map[labs.Step]labs.Reply
	looking time.Time // until when to say that all is looked at again
	scroll  layout.Scroll
	inShell bool // asked to hand the terminal over, and not come back: one at a time
	shell   beside
}

// question is what the learner is asked to confirm.
type question string

const (
	askHint     question = "hint"
	askReset    question = "reset"
	askSolution question = "solution"
	askGiveUp   question = "give up" // the lab in progress, for this one
	askLeave    question = "leave"   // though a shell ends by it
)

// answered is the answer to a question.
type answered struct {
	what question
	yes  bool
}

// New makes the screen of a lab to start, or of the one to resume.
func New(env *screen.Env, ports Ports, what screen.Open, news screen.ClusterNews) *Model {
	return &Model{env: env, ports: ports, what: what, news: news,
		field: widget.NewField(env.Styles), drafts: map[labs.Step]string{},
		replies: map[labs.Step]labs.Reply{}}
}

// Init starts the lab, or waits for the cluster first.
func (m *Model) Init() tea.Cmd { return m.begin() }

func (m *Model) begin() tea.Cmd {
	m.trouble = ""
	if m.ports.Cluster == nil || m.news.State == screen.ClusterReady {
		return m.open()
	}
	m.stage = waiting
	if m.news.Busy() {
		return nil
	}
	return m.env.Ensure(m.ports.Cluster)
}

// Update takes results. Those of an earlier request are dropped.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case screen.Size:
		m.room = msg
		m.arrangeParts()
	case screen.Tick:
		m.onTick(msg.At)
	case screen.ClusterNews:
		m.news = msg
		m.view = m.known()
		if m.stage == waiting && msg.State == screen.ClusterReady {
			return m.open()
		}
	case answered:
		return m.onAnswered(msg)
	case screen.Chosen:
		return m.do(msg.Intent)
	case tea.KeyPressMsg:
		if m.shell.focus {
			return m.inPane(msg)
		}
		if i := m.env.Intent(m.Scope(), msg); i != "" {
			return m.do(i)
		}
		return m.field.Update(msg)
	case tea.PasteMsg:
		if m.shell.focus {
			m.shell.pane.Paste(msg.Content)
			return nil
		}
		return m.field.Update(msg)
	case tea.MouseMsg:
		return m.onMouse(msg)
	default:
		return m.onResult(msg)
	}
	return nil
}

func (m *Model) onTick(at time.Time) {
	m.now = at
	if m.began.IsZero() {
		m.began = at
	}
}

// step is the step on screen.
func (m *Model) step() (labs.StepView, bool) {
	want := m.focus
	if want == "" {
		want = m.view.Current
	}
	for _, s := range m.view.Steps {
		if s.Step == want {
			return s, true
		}
	}
	return labs.StepView{}, false
}

// Scope names the keys in force.
func (m *Model) Scope() keymap.Scope {
	switch {
	case m.shell.focus:
		return keymap.LabShell
	case m.typing:
		return keymap.LabType
	case m.stage != open:
		return keymap.LabWait
	}
	switch m.view.Phase {
	case labs.PhaseDiagnosing:
		return keymap.LabDiagnose
	case labs.PhaseUnearned:
		return keymap.LabUnearned
	case labs.PhaseFixing:
		return keymap.LabFix
	case labs.PhaseSolved:
		return keymap.LabSolved
	case labs.PhaseFailed:
		return keymap.LabTrouble
	}
	return keymap.LabBusy
}

// Is says whether this is the screen of the lab that is asked for.
func (m *Model) Is(o screen.Open) bool {
	return o.Lab == m.what.Lab || o.Lab == m.view.Lab.ID && o.Lab != ""
}

// Unsaved says that a shell beside the lab ends with the screen.
func (m *Model) Unsaved() string {
	if m.shell.pane == nil {
		return ""
	}
	return "Your shell beside the lab ends, with what runs in it"
}

// Where names the screen: "lab › The shop is gone".
func (m *Model) Where() string {
	if m.view.Lab.Title == "" {
		return "lab"
	}
	return "lab › " + m.view.Lab.Title
}

// Clock is the time worked on this lab, for the header.
func (m *Model) Clock() string {
	if m.stage != open || m.view.Since.IsZero() {
		return ""
	}
	return widget.Clock(m.elapsed())
}

func (m *Model) elapsed() time.Duration {
	switch m.view.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing, labs.PhaseUnearned:
		if m.now.After(m.at) {
			return m.view.Elapsed + m.now.Sub(m.at)
		}
	}
	return m.view.Elapsed
}
