package tui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

// What is needed to answer has room on an ordinary terminal, however long the
// ticket is.
func TestTicketQuestionAndMarkedCommandHaveRoom(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.Long)(x)
		x.Has("it has to stay", "the one they know.", "What exactly was asked, and what exactly",
			"https://shop.example.com/cart", "request? (yes or no)", "the address the partners")
	})
}

func TestReasonsHaveRoomInTheRepair(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.LongFixing)(x)
		x.Has("the one they know.", "address the partners know", "want Service istio-system/istio")
		if got := strings.Count(x.Render(), "want 200, got connection refused"); got != 2 {
			t.Errorf("%d reasons of 2 are shown:\n%s", got, x.Render())
		}
	})
}

// No row stays empty while something was left out for want of room.
func TestNoRowIsWasted(t *testing.T) {
	t.Parallel()
	for name, view := range map[string]func(time.Time) labs.View{
		"step": tuitest.Long, "answered": tuitest.LongAnswered, "repair": tuitest.LongFixing,
	} {
		play(t, 80, 24, nil, func(x *world) {
			inLab(view)(x)
			for h := 12; h <= 40; h++ {
				for _, w := range []int{40, 60, 80, 100, 140} {
					x.Send(tea.WindowSizeMsg{Width: w, Height: h})
					lines := strings.Split(strings.TrimSuffix(x.Render(), "\n"), "\n")
					empty := 0
					for _, l := range lines {
						if strings.Trim(l, " │") == "" {
							empty++
						}
					}
					if cut := strings.Contains(x.Render(), "… i reads it all"); cut && empty > 2 {
						t.Errorf("%s at %d×%d is cut and has %d empty rows:\n%s", name, w, h, empty, x.Render())
					}
				}
			}
		})
	}
}

// However long the ticket is, what is waited for is seen; and the ticket can be
// read in full meanwhile.
func TestWaitingIsSeenBelowALongTicket(t *testing.T) {
	t.Parallel()
	play(t, 40, 12, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.Long(now)
			v.Phase, v.Doing = labs.PhasePreparing, "a healthy answer"
			return v
		})(x)
		x.Has("… i reads it all", "preparing the healthy world", "waiting for a healthy answer", "i read all")
	})
}

// A title that its row has no room for is told in full when it is marked.
func TestLongTitleIsToldInFull(t *testing.T) {
	t.Parallel()
	title := "The padlock is broken for everyone who comes by"
	play(t, 40, 12, func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.labs.Listings = tuitest.Listings()
		x.labs.Listings[0].Title = title
	}, func(x *world) {
		x.Press("l")
		if got := strings.Join(strings.Fields(x.Render()), " "); !strings.Contains(got, title) {
			t.Errorf("the title is cut:\n%s", x.Render())
		}
		x.Press("down")
		if got := strings.Join(strings.Fields(x.Render()), " "); strings.Contains(got, title) {
			t.Errorf("told of a lab that is not marked:\n%s", x.Render())
		}
	})
}

// Keys act on a command only while it is on screen.
func TestKeysTouchNoCommandThatIsNotShown(t *testing.T) {
	t.Parallel()
	copied := func(x *world) (n int) {
		for _, m := range x.Sent {
			if strings.HasSuffix(fmt.Sprintf("%T", m), "setClipboardMsg") {
				n++
			}
		}
		return n
	}
	play(t, 40, 12, nil, func(x *world) {
		inLab(tuitest.LongAnswered)(x)
		x.HasNot("curl", "kubectl")
		x.Press("tab", "y")
		x.Has("no room for the commands here: i reads them")
		if n := copied(x); n != 0 {
			t.Errorf("%d commands were copied unseen", n)
		}
		x.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
		x.Press("y")
		x.Has("copied: curl")
	})
}

// Of a step that was not reached nothing can be seen, copied or taken.
func TestStepsNotReachedGiveNothingAway(t *testing.T) {
	t.Parallel()
	play(t, 120, 40, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Steps[3].Look = []string{"openssl s_client -connect shop"}
			return v
		})(x)
		x.Press("down")
		x.Has("comes after step 3, listeners")
		for _, key := range []string{"y", "tab", "H", "enter", "h"} {
			x.Press(key)
			x.Has("this step comes after step 3")
		}
		x.Press("i")
		x.Has("comes after step 3, listeners")
		x.HasNot("openssl", "Until when", "right one")
		wantCalls(t, x, "start shop-is-gone")
	})
}

// In the repair the steps can be looked at, commands and all, and left again.
func TestStepsAreLookedAtInTheRepair(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.Fixing)(x)
		x.HasNot("y copy")
		x.Press("up", "up", "up", "up")
		x.Has("Does the gateway listen", "y copy")
		x.Press("tab", "y")
		x.Has("copied: kubectl get gateway,virtualservice -A")
		x.Press("down", "down", "down")
		x.Has("6 destination", "How many healthy endpoints?")
		x.Press("down")
		x.Has("Diagnosis complete")
		x.Press("down")
		x.Has("Diagnosis complete")
	})
}

func TestWrongAnswerIsThereOnReturn(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.LongAnswered)(x)
		x.Has("› yes ⏎ edits it", "· Not so.")
	})
}

func TestHintIsSaidOnce(t *testing.T) {
	t.Parallel()
	play(t, 120, 40, nil, func(x *world) {
		inLab(tuitest.LongAnswered)(x)
		x.Has("Envoy logs what reaches Envoy.") // the other one
		if got := strings.Count(x.Render(), "Compare the time"); got != 1 {
			t.Errorf("the hint is shown %d times:\n%s", got, x.Render())
		}
	})
}
