package main

import (
	"github.com/gatedrill/gatedrill/cards/study"
	"github.com/gatedrill/gatedrill/tui"
)

// The screens are served by the same service as the commands.
var _ tui.Study = (*study.Service)(nil)
