package tui_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

func wantCalls(t *testing.T, x *world, want ...string) {
	t.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(x.labs.Calls(), "\n")); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestLettersInAFieldAreText(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("enter")
		x.Type("hbnqtrHS?iy")
		x.Has("› hbnqtrHS?iy")
		wantCalls(t, x, "start shop-is-gone")
		x.Press("esc")
		x.Has("› hbnqtrHS?iy ⏎ edits it")
		x.Press("enter")
		x.Type("!")
		x.Press("enter")
		wantCalls(t, x, "start shop-is-gone", "answer listeners hbnqtrHS?iy!")
		x.Press("h")
		wantCalls(t, x, "start shop-is-gone", "answer listeners hbnqtrHS?iy!", "verdict listeners healthy")
	})
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.labs.Reply = labs.Reply{Words: "Not so: look again."}
		x.Press("b")
		x.Has("✗ Not so: look again.")
		x.labs.Reply = labs.Reply{Unknown: true, Words: "the gateway could not be asked"}
		x.Press("n")
		x.Has("? the gateway could not be asked (not")
		x.labs.ReplyErr = errors.New("connection refused")
		x.Press("h")
		x.Has("not counted: connection refused")
		wantCalls(t, x, "start shop-is-gone", "verdict listeners broken", "verdict listeners off-path", "verdict listeners healthy")
		x.Press("down", "h")
		x.Has("this step comes after step 3, listeners")
		x.Press("up", "up", "b")
		x.Has("this verdict is right already")
		x.Press("up", "b")
		x.Has("asks for a finding only")
		if n := len(x.labs.Calls()); n != 4 {
			t.Errorf("%d calls, want no further one: %v", n, x.labs.Calls())
		}
	})
}

func TestUnverifiedLayersAreNotShown(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			for i := range v.Path {
				v.Path[i].Verdict = ""
			}
			return v
		})(x)
		x.Has("client ── dns ? ── entry ? ── listener ? ── tls ? ── route ? ── destination ?")
	})
}

func TestHintsResetAndSolutionAskFirst(t *testing.T) {
	t.Parallel()
	for key, c := range map[string]struct{ question, call string }{
		"H": {"Take a hint?", "hint listeners"},
		"r": {"Put everything back", "reset"},
		"S": {"Show the solution?", "solution"},
	} {
		t.Run(c.call, func(t *testing.T) {
			t.Parallel()
			play(t, 80, 24, nil, func(x *world) {
				x.labs.Solved = "apply `solution/`"
				inLab(tuitest.View)(x)
				x.Press(key)
				x.Has(c.question)
				x.Press("enter", "space") // the keys of habit are no yes
				x.Has(c.question)
				x.Press("esc")
				x.HasNot(c.question)
				wantCalls(t, x, "start shop-is-gone")
				x.Press(key, "y")
				if !strings.Contains(strings.Join(x.labs.Calls(), "\n"), c.call) {
					t.Errorf("calls %v lack %q", x.labs.Calls(), c.call)
				}
			})
		})
	}
}

func TestResetThatFailsIsSaid(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.labs.ResetErr = errors.New("delete Deployment drill-shop/shop: timeout; try again")
		inLab(tuitest.Fixing)(x)
		x.Press("r", "y")
		x.Has("reset failed: delete Deployment drill-shop/shop: timeout; try again", "Diagnosis complete")
		x.Pass(time.Minute)
		x.Has("reset failed") // stays until a key is pressed
		x.labs.ResetErr = nil
		x.Press("r", "y")
		x.Has("everything was put back", "5 labs")
	})
}

func TestClusterThatEndsInALabIsNamed(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		n := x.cluster.Ensured()
		x.Press("R")
		x.Has("nothing has failed")
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterFailed, Trouble: "it ended by itself\nsee the log"})
		x.Drain()
		x.Has("The sandbox is not running. The lab is kept: R starts the sandbox again", "Why: it ended by itself")
		x.Has("R start the cluster", "not known while the sandbox is not up", "? shop answers 200", "dns ? ── entry ?")
		x.HasNot("404 NR", "✗ shop answers", "want 200", "✓ api", "t shell")
		x.Press("t")
		x.Has("no shell while the sandbox is not up")
		x.Press("R")
		if got := x.cluster.Ensured(); got != n+1 {
			t.Errorf("asked for the cluster %d times, want %d", got, n+1)
		}
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterStarting, Waiting: "istiod"})
		x.Drain()
		x.Has("○ The sandbox is starting. The lab goes on by itself.")
		x.HasNot("✗")
		x.cluster.Show(tuitest.Ready())
		x.Drain()
		x.HasNot("goes on by itself", "not known while", "R start")
		x.Has("404 NR", "✗ shop answers 200")
	})
}

func TestClusterThatWasStoppedIsOff(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.Fixing)(x)
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterOff})
		x.Drain()
		x.Has("sandbox – off", "R starts the sandbox again", "R start the cluster")
		x.HasNot("failed", "✗ shop")
		n := x.cluster.Ensured()
		x.Press("R")
		if got := x.cluster.Ensured(); got != n+1 {
			t.Errorf("asked for the cluster %d times, want %d", got, n+1)
		}
		x.Press("esc", "esc")
		x.Has("the sandbox is off: R starts it")
	})
}

func TestLabWaitsForTheCluster(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, _ *tui.Ports, _ *tui.Options) {
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterFailed, Trouble: "no user namespaces"})
	}, func(x *world) {
		x.Press("l", "down", "enter")
		x.Has("The sandbox did not start.", "no user namespaces")
		n := x.cluster.Ensured()
		x.Press("R")
		if got := x.cluster.Ensured(); got != n+1 {
			t.Errorf("asked for the cluster %d times, want %d", got, n+1)
		}
		x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterStarting, Waiting: "istiod", Elapsed: 2 * time.Second})
		x.Drain()
		x.Pass(3 * time.Second)
		x.Has("starting", "istiod", "00:05")
		wantCalls(t, x)
		x.cluster.Show(tuitest.Ready())
		x.Drain()
		wantCalls(t, x, "start shop-is-gone")
	})
}

func TestLabFollowsItsViews(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Has("07:12", "✗ shop answers 200")
		x.Pass(5 * time.Second)
		x.Has("07:17")
		v := tuitest.Fixing(time.Now())
		v.Goals[0] = labs.CheckView{Title: "shop answers 200", Outcome: labs.Pass, Changed: time.Now()}
		x.labs.Show(v)
		x.Drain()
		x.Has("✓ shop answers 200 ← now", "broken at hosts")
		x.Pass(4 * time.Second)
		x.HasNot("← now")
		x.labs.Show(tuitest.Solved(time.Now()))
		x.Drain()
		x.Has("Solved in 12 min 31 s", "What happened")
		x.Press("down", "down", "pgdown", "esc")
		x.Has("5 labs")
		if got := x.labs.Calls(); got[len(got)-1] != "leave" {
			t.Errorf("calls %v do not end with leave", got)
		}
	})
}

func TestTheMarkOfNewsCutsNoName(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.Fixing(now)
			v.Goals[0] = labs.CheckView{Title: "the shop answers with https, and browsers trust it", Outcome: labs.Pass, Changed: now}
			v.Guards = nil
			return v
		})(x)
		x.Press("down")
		x.Has("← now")
		x.HasNot("…")
	})
}

func TestTypingEndsWhenTheLabIsSolvedMeanwhile(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("enter")
		x.Type("84")
		x.labs.Show(tuitest.View(time.Now())) // a view that changes nothing
		x.Drain()
		x.Type("43")
		x.Has("› 8443")
		x.labs.Show(tuitest.Solved(time.Now()))
		x.Drain()
		x.Press("q")
		if !x.Quit {
			t.Error("q was taken for text")
		}
	})
}

func TestGoOnWithTheLabInProgress(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, func(x *world, _ *tui.Ports, _ *tui.Options) { x.labs.Listings[1].InProgress = true }, func(x *world) {
		x.Press("down", "enter")
		wantCalls(t, x, "resume")
		x.Press("esc", "l", "enter")
		x.Has("Give up “The shop is gone”?")
		x.Press("n")
		wantCalls(t, x, "resume", "leave")
		x.Press("enter", "y")
		wantCalls(t, x, "resume", "leave", "reset", "start nobody-home")
	})
}

func TestLabThatCannotRunHereIsNotStarted(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("l", "G", "enter")
		x.Has("needs what this cluster lacks: sidecar")
		wantCalls(t, x)
	})
}

func TestCopyTakesTheMarkedCommand(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("tab", "y")
		x.Has("copied: kubectl get gateway,virtualservice -A")
		for _, m := range x.Sent {
			if strings.HasSuffix(fmt.Sprintf("%T", m), "setClipboardMsg") {
				if got := fmt.Sprint(m); got != "kubectl get gateway,virtualservice -A" {
					t.Errorf("copied %q", got)
				}
				return
			}
		}
		t.Error("nothing went to the clipboard")
	})
}

func TestMendedTooEarlyTheFaultIsPutBack(t *testing.T) {
	t.Parallel()
	for _, p := range []labs.Phase{labs.PhaseUnearned, labs.PhaseFailed} {
		play(t, 80, 24, nil, func(x *world) {
			inLab(func(now time.Time) labs.View {
				v := tuitest.View(now)
				v.Phase, v.Trouble = p, "it was mended"
				return v
			})(x)
			x.Press("h", "b") // no verdicts now
			x.Press("R")
			wantCalls(t, x, "start shop-is-gone", "start shop-is-gone")
		})
	}
}

func TestWhatTheCaptureStepAsksIsNotShownBeforeIt(t *testing.T) {
	t.Parallel()
	play(t, 120, 40, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Current = labs.StepCapture
			v.Steps[0].Done, v.Steps[0].FindingRight, v.Steps[0].Answer = false, false, ""
			v.Goals[0].Why = "want 200, got 404"
			return v
		})(x)
		x.Has("404 flag ?")
		x.HasNot("NR", "route_not_found")
		x.Press("i")
		x.HasNot("NR", "route_not_found")
	})
}

func TestLabResetFromElsewhereIsLeft(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.Press("enter")
		x.labs.Show(labs.View{Phase: labs.PhaseIdle})
		x.Drain()
		x.Has("5 labs", "everything was put back")
	})
}

func TestNoLabIsGivenUpWithoutAsking(t *testing.T) {
	t.Parallel()
	setup := func(x *world, _ *tui.Ports, _ *tui.Options) { x.labs.Listings[1].InProgress = true }
	play(t, 80, 24, setup, func(x *world) {
		other := x.labs.Listings[1].Title
		open := screen.Open{Kind: screen.Lab, Lab: x.labs.Listings[0].ID} // as from home or a card
		x.Send(open)
		x.Has("Give up “" + other + "”?")
		x.Press("esc")
		x.HasNot("Give up", "lab ›")
		wantCalls(t, x)
		x.Send(open)
		x.Press("y")
		wantCalls(t, x, "reset", "start "+x.labs.Listings[0].ID)
	})
}

func TestListNoticesALabStartedElsewhere(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		x.Press("l", "down", "down")
		x.HasNot("● open")
		x.labs.Listings[1].InProgress = true
		x.Pass(5 * time.Second)
		x.Has("● open", "▶ Certificates for nobody") // what was marked stays so
	})
}

func TestTurnsFromUnknownAreNoNews(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			for i := range v.Path {
				v.Path[i] = labs.PathMark{Layer: v.Path[i].Layer, Verdict: labs.Broken, Was: labs.Unknown, Changed: now}
			}
			v.Path[0].Was = labs.Healthy
			return v
		})(x)
		x.Has("dns was healthy, broken for")
		x.HasNot("was unknown")
	})
}

func TestOneShellForAKeyPressedTwice(t *testing.T) {
	t.Parallel()
	play(t, 80, 24, nil, func(x *world) {
		inLab(tuitest.View)(x)
		x.labs.ShellErr = errors.New("no shell today")
		x.Burst("t", "t", "t")
		n := 0
		for _, c := range x.labs.Calls() {
			if c == "shell" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d shells were asked for", n)
		}
		x.Press("t") // the first one failed, so again
		x.Has("no shell today")
	})
}

// TestEvidenceTellsNoMoreThanTheScreen: before the capture step is done, no
// page says what that step asks for, even where the view holds it.
func TestEvidenceTellsNoMoreThanTheScreen(t *testing.T) {
	t.Parallel()
	play(t, 120, 60, nil, func(x *world) {
		inLab(uncaptured)(x)
		x.Press("v")
		page := x.Render()
		for _, word := range []string{"NR", "route_not_found", "HTTP/2", "flag  "} {
			if strings.Contains(page, word) {
				t.Errorf("%q is on the page:\n%s", word, page)
			}
		}
		for _, word := range []string{"shop.example.com", "404", "once step 1 is done"} {
			if !strings.Contains(page, word) {
				t.Errorf("%q is not on the page:\n%s", word, page)
			}
		}
		x.Press("v")
		x.labs.Show(tuitest.View(time.Now()))
		x.Drain()
		x.Press("v")
		if page := x.Render(); !strings.Contains(page, "route_not_found") || !strings.Contains(page, "no filter chain") {
			t.Errorf("after the capture step the line is explained:\n%s", page)
		}
	})
}
