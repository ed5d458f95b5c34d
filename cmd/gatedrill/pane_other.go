//go:build !unix

package main

import (
	labrun "github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/tui/shell"
)

// besideLab has nothing to offer where there are no pseudo terminals: the shell
// is given the whole terminal.
func besideLab(*labrun.Service) shell.Open { return nil }
