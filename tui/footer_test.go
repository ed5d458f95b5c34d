package tui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/tuitest"
)

func footer(x *world) string {
	lines := strings.Split(strings.TrimRight(x.Render(), "\n"), "\n")
	return lines[len(lines)-1]
}

// A key is offered where it does something, and only there.
func TestFootersOfferWhatWorks(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		h    int
		do   func(*world)
		has  string
		not  string
	}{
		{"nothing rated yet", 24, func(x *world) { x.Press("r") }, "L lab", "u undo"},
		{"one rated", 24, func(x *world) { x.Press("r", "enter", "3") }, "u undo", ""},
		{"short stats", 60, func(x *world) { x.Press("s") }, "esc back", "scroll"},
		{"long stats", 14, func(x *world) { x.Press("s") }, "↓ scroll", ""},
		{"short page", 60, func(x *world) { x.Press("c", "enter") }, "esc close", "scroll"},
		{"long page", 14, func(x *world) { x.Press("?") }, "↓ scroll", ""},
		{"a step with hints", 24, inLab(tuitest.View), "H hint", "R start"},
		{"a step without", 24, inLab(tuitest.LongAnswered), "y copy", "H hint"},
		{"a step not reached", 24, func(x *world) { inLab(tuitest.View)(x); x.Press("down") }, "i read", "answer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			play(t, 80, c.h, nil, func(x *world) {
				x.Send(tea.WindowSizeMsg{Width: 80, Height: c.h})
				c.do(x)
				got := footer(x)
				if !strings.Contains(got, c.has) || (c.not != "" && strings.Contains(got, c.not)) {
					t.Errorf("footer %q, want %q in it and not %q", got, c.has, c.not)
				}
			})
		})
	}
}
