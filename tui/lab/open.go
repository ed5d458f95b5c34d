package lab

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/widget"
)

type opened struct {
	watch int
	err   error
}

// occupied is told in place of opened while another lab is in progress.
type occupied struct {
	watch int
	title string
}

// open starts or resumes the lab. Starting goes on when the screen is left,
// so it gets the program's context.
func (m *Model) open() tea.Cmd {
	m.stage, m.watch, m.number, m.inShell = opening, m.env.Seq.Next(), 0, false
	id, ctx, port, what := m.watch, m.env.App, m.ports.Labs, m.what
	return m.env.Do(func() tea.Msg {
		if what.Resume {
			return opened{id, port.Resume(ctx)}
		}
		other, err := inProgress(ctx, port, what.Lab)
		switch {
		case err != nil:
			return opened{id, err}
		case other != "" && !what.GiveUp:
			return occupied{id, other}
		case other != "":
			if err := port.Reset(ctx); err != nil {
				return opened{id, fmt.Errorf("give up the lab in progress: %w", err)}
			}
		}
		return opened{id, port.Start(ctx, what.Lab)}
	})
}

// inProgress is the title of a lab in progress other than the one wanted.
func inProgress(ctx context.Context, port Runner, want string) (string, error) {
	list, err := port.List(ctx)
	if err != nil {
		return "", fmt.Errorf("look for a lab in progress: %w", err)
	}
	for _, l := range list {
		if l.InProgress && l.ID != want {
			return widget.Safe(l).Title, nil
		}
	}
	return "", nil
}

// onOccupied asks before another lab is given up.
func (m *Model) onOccupied(title string) tea.Cmd {
	return m.ask(askGiveUp, "Give up “"+title+"”?", "It is in progress, and one lab runs at a time. What you changed in it is undone.")
}

// onGiveUp opens the lab after all, or goes back.
func (m *Model) onGiveUp(yes bool) tea.Cmd {
	if !yes {
		return m.env.Back()
	}
	m.what.GiveUp = true
	return m.open()
}

func (m *Model) onOpened(err error) tea.Cmd {
	if err != nil {
		m.fail(err)
		return nil
	}
	return m.next()
}

// again tries again what failed: the cluster, opening, or watching; or it
// puts the fault back.
func (m *Model) again() tea.Cmd {
	switch {
	case m.stage == open && m.news.Down():
		return m.env.Ensure(m.ports.Cluster)
	case m.stage == open && (m.view.Phase == labs.PhaseUnearned || m.view.Phase == labs.PhaseFailed):
		return m.startAgain()
	case m.stage == broken, m.stage == waiting && !m.news.Busy():
		return m.begin()
	}
	if m.stage == open && !m.news.Busy() {
		return screen.Say("nothing has failed")
	}
	return screen.Say("it is on its way")
}

func (m *Model) onReset(err error) tea.Cmd {
	if err != nil {
		return bad("reset failed", err)
	}
	return tea.Batch(m.env.Back(), screen.Say("everything was put back"))
}
