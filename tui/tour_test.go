package tui_test

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/tui/screen"
)

func TestTourIsOfferedOnTheFirstDay(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, firstDay, func(x *world) {
		x.Has("Look at what is where")
		x.Press("down", "down", "enter")
		x.Has("› tour", "1 of 4", "Home says what is worth doing next")
		x.Press("enter", "enter", "enter")
		x.Has("4 of 4", "`ctrl+]` goes back to the lab")
		x.Press("left")
		x.Has("3 of 4")
		x.Press("enter", "enter")
		x.HasNot("tour")
	})
	play(t, 80, 24, nil, func(x *world) { x.HasNot("Look at what is where") })
}

func TestTerminalShowsTheWayUp(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, firstDay, func(x *world) {
		if p := x.Model.View().ProgressBar; p == nil || p.State != tea.ProgressBarDefault || p.Value != 42 {
			t.Errorf("progress %+v, want 42 %%", p)
		}
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterStarting})
		x.Drain()
		if p := x.Model.View().ProgressBar; p == nil || p.State != tea.ProgressBarIndeterminate {
			t.Errorf("progress %+v while nobody knows how far", p)
		}
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterReady})
		x.Drain()
		if p := x.Model.View().ProgressBar; p != nil {
			t.Errorf("progress %+v when it is up", p)
		}
	})
}
