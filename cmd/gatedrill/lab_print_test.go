package main

import (
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Who works by commands has no debrief on screen: its place has to be named.
func TestChecksEndWithTheNextCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		view labs.View
		want string
	}{
		"solved":      {labs.View{Phase: labs.PhaseSolved, Elapsed: 90 * time.Second}, "solved after 1m30s; read what happened: gatedrill lab status\n"},
		"trouble":     {labs.View{Phase: labs.PhaseFixing, Trouble: "the cluster ended"}, "! the cluster ended\n"},
		"not yet fit": {labs.View{Phase: labs.PhaseFixing}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := printChecks(&b, c.view); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got %q, want %q", b.String(), c.want)
			}
		})
	}
}
