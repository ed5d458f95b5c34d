package screen

import (
	"context"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Editing is a card being changed in the learner's editor.
type Editing interface {
	// Command is the editor, to be handed the whole terminal.
	Command(ctx context.Context) tea.ExecCommand
	// Keep takes over what was written. With an error, which says what is
	// wrong by file and line, the card is what it was, and the editor may be
	// opened again.
	Keep(ctx context.Context) (Kept, error)
	// Left is the file in which what was written stays.
	Left() string
}

// Kept says what became of a card that was edited.
type Kept struct {
	Changed bool
	File    string   // the deck file it stands in
	Notes   []string // what the card ought to have, though it can be used
}

// Exec asks for a command to be given the whole terminal: Env.Exec. Done makes
// the message that tells of its end.
type Exec struct {
	Command tea.ExecCommand
	Hello   string // printed before it, "" for nothing
	Done    func(error) tea.Msg
}

// Run makes the command that does it.
func (e Exec) Run() tea.Cmd {
	return tea.Exec(&unhurried{ExecCommand: e.Command, hello: e.Hello}, e.Done)
}

// unhurried is a command that ends no sooner than settle after it was begun.
// Bubble Tea v2.1.1 stops its renderer's ticker in a goroutine it does not
// wait for: when the command returns before that ran, as one that cannot be
// started does, the ticker stays stopped and the screen is never drawn again
// (github.com/charmbracelet/bubbletea/issues/1778; its pull request 1781 mends
// it, and makes this needless).
type unhurried struct {
	tea.ExecCommand
	hello string
	out   io.Writer
}

const settle = 50 * time.Millisecond

// SetStdout keeps the terminal for the first line.
func (u *unhurried) SetStdout(w io.Writer) {
	u.out = w
	u.ExecCommand.SetStdout(w)
}

// Run says hello, and runs the command.
func (u *unhurried) Run() error {
	defer time.Sleep(settle)
	if u.out != nil && u.hello != "" {
		if _, err := io.WriteString(u.out, u.hello); err != nil {
			return err
		}
	}
	return u.ExecCommand.Run()
}
