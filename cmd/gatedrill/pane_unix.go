//go:build unix

package main

import (
	"context"

	"github.com/gatedrill/gatedrill/cmd/internal/terminal"
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/tui/shell"
)

// besideLab opens the learner's shell on a terminal of its own, to stand beside
// the lab. What that terminal can do is the emulator's, whatever the learner's
// own can: colours it lacks are replaced when the screen is drawn.
func besideLab(s *labrun.Service) shell.Open {
	return func(ctx context.Context, w, h int) (shell.Terminal, error) {
		cmd, err := s.Shell(ctx, map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor", "TMUX": ""})
		if err != nil {
			return nil, err
		}
		cmd.Cancel = nil // the end of ctx closes its terminal, which lets it put its things away
		t, err := terminal.Start(cmd, w, h)
		if err != nil {
			return nil, err
		}
		live := terminal.Live{Screen: t}
		context.AfterFunc(ctx, func() { _ = live.Close() }) // nobody is left to be told
		return live, nil
	}
}
