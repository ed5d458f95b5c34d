package lab

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

// handOver gives a shell the whole terminal.
func (m *Model) handOver() tea.Cmd {
	if m.inShell {
		return nil // the key was pressed twice
	}
	if m.blind() {
		return screen.Say("no shell while the " + m.news.Name + " is not up")
	}
	m.inShell = true
	id, ctx, port := m.watch, m.env.App, m.ports.Labs
	return m.env.Do(func() tea.Msg {
		c, err := port.Shell(ctx)
		return shellMade{id, c, err}
	})
}

func (m *Model) onShell(msg shellMade) tea.Cmd {
	if msg.err != nil {
		m.inShell = false
		return bad("no shell", msg.err)
	}
	id := msg.watch
	return m.env.Exec(msg.shell, hello, func(err error) tea.Msg { return shellLeft{id, err} })
}

// hello says how to come back.
const hello = "\r\nYour shell in the lab. exit or ctrl+d goes back.\r\n"

// onShellLeft has everything judged anew. What the shell's last command
// returned is the learner's business, so its exit code is no error here.
func (m *Model) onShellLeft(err error) tea.Cmd {
	m.inShell = false
	var said tea.Cmd
	var exit interface {
		error
		ExitCode() int
	}
	if err != nil && !errors.As(err, &exit) {
		said = screen.Say("the shell ended: " + widget.Words(err))
	}
	return tea.Batch(said, m.lookAgain())
}

// lookAgain has the cluster looked at without waiting for the next beat.
func (m *Model) lookAgain() tea.Cmd {
	m.looking = m.now.Add(lookTime)
	r, ok := m.ports.Labs.(Rechecker)
	if !ok {
		return nil
	}
	ctx := m.env.Ctx
	return m.env.Do(func() tea.Msg { return rechecked{r.Recheck(ctx)} })
}
