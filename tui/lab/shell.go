package lab

import (
	"errors"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/widget"
)

func (m *Model) shell() tea.Cmd {
	if m.inShell {
		return nil // the key was pressed twice
	}
	if m.blind() {
		return flash("no shell while the " + m.news.Name + " is not up")
	}
	m.inShell = true
	id, ctx, port := m.watch, m.env.Ctx, m.ports.Labs
	return func() tea.Msg {
		c, err := port.Shell(ctx)
		return shellMade{id, c, err}
	}
}

func (m *Model) onShell(msg shellMade) tea.Cmd {
	if msg.err != nil {
		m.inShell = false
		return bad("no shell", msg.err)
	}
	id := msg.watch
	return tea.Exec(&unhurried{ExecCommand: msg.shell}, func(err error) tea.Msg { return shellLeft{id, err} })
}

// unhurried is a shell that ends no sooner than settle after it was begun.
// Bubble Tea v2.1.1 stops its renderer's ticker in a goroutine it does not
// wait for: when the command returns before that ran, as one that cannot be
// started does, the ticker stays stopped and the screen is never drawn again.
type unhurried struct {
	tea.ExecCommand
	out io.Writer
}

const settle = 50 * time.Millisecond

// SetStdout keeps the terminal for the first line.
func (u *unhurried) SetStdout(w io.Writer) {
	u.out = w
	u.ExecCommand.SetStdout(w)
}

// Run says how to come back, and runs the shell.
func (u *unhurried) Run() error {
	defer time.Sleep(settle)
	if u.out != nil {
		if _, err := io.WriteString(u.out, "\r\nYour shell in the lab. exit or ctrl+d goes back.\r\n"); err != nil {
			return err
		}
	}
	return u.ExecCommand.Run()
}

// onShellLeft has everything judged anew. What the shell's last command
// returned is the learner's business, so its exit code is no error here.
func (m *Model) onShellLeft(err error) tea.Cmd {
	m.inShell = false
	m.looking = m.now.Add(lookTime)
	var said tea.Cmd
	var exit interface {
		error
		ExitCode() int
	}
	if err != nil && !errors.As(err, &exit) {
		said = flash("the shell ended: " + widget.Words(err))
	}
	if r, ok := m.ports.Labs.(Rechecker); ok {
		ctx := m.ctx
		return tea.Batch(said, func() tea.Msg { return rechecked{r.Recheck(ctx)} })
	}
	return said
}
