package tui_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui"
	"github.com/gatedrill/gatedrill/tui/screen"
	"github.com/gatedrill/gatedrill/tui/tuitest"
)

var (
	_ tui.Study   = (*tuitest.Study)(nil)
	_ tui.Labs    = (*tuitest.Labs)(nil)
	_ tui.Cluster = (*tuitest.Cluster)(nil)
	_ tui.Coach   = coach{}
)

type coach struct{}

func (coach) Advise(context.Context) (tui.Advice, error) { return tuitest.Advice(), nil }

// explained plays the explainer of log lines.
func explained(string) []labs.LogField {
	return []labs.LogField{{Name: "code", Value: "404", Means: "status sent to the client"}, {Name: "flags", Value: "NR", Means: "NR: no route, or no filter chain, matched"}}
}

// world is everything the program talks to in a test.
type world struct {
	*tuitest.Driver
	study   *tuitest.Study
	labs    *tuitest.Labs
	cluster *tuitest.Cluster
	now     time.Time
}

// play runs the program at a size against a world that change may alter
// before it starts.
func play(t *testing.T, w, h int, change func(*world, *tui.Ports, *tui.Options), f func(*world)) {
	t.Helper()
	x := &world{labs: &tuitest.Labs{Listings: tuitest.Listings(), Path: tuitest.Path(), Rows: tuitest.Hosts()}, cluster: &tuitest.Cluster{}}
	setup := func() (tea.Model, func()) {
		x.now = time.Now()
		x.study = &tuitest.Study{Total: tuitest.Summary(), Queue: tuitest.Prompts(3), Rows: tuitest.Rows(), Numbers: tuitest.Stats(x.now)}
		ctx, cancel := context.WithCancel(context.Background())
		ports := tui.Ports{Study: x.study, Labs: x.labs, Cluster: x.cluster, Coach: coach{}, Explain: explained}
		opts := tui.Options{Context: ctx}
		x.cluster.Show(tuitest.Ready())
		if change != nil {
			change(x, &ports, &opts)
		}
		return tui.New(ports, opts), cancel
	}
	tuitest.Run(t, w, h, setup, func(d *tuitest.Driver) {
		x.Driver = d
		d.Drain()
		f(x)
	})
}

// inLab opens the lab and shows a view of it.
func inLab(v func(time.Time) labs.View) func(*world) {
	return func(x *world) {
		x.Press("l", "down", "enter")
		x.labs.Show(v(time.Now()))
		x.Drain()
	}
}

// uncaptured is the lab at its first step, with an answer that tells all.
func uncaptured(now time.Time) labs.View {
	v := tuitest.View(now)
	v.Current = labs.StepCapture
	v.Steps[0].Done, v.Steps[0].FindingRight, v.Steps[0].Answer = false, false, ""
	v.Capture.Details = "route_not_found"
	v.Capture.Logs = []labs.ProxyLog{{Line: v.Capture.LogLine, Flag: "NR", Details: "route_not_found"}}
	return v
}

func firstDay(x *world, p *tui.Ports, _ *tui.Options) {
	x.study.Total = cards.Summary{Counts: cards.Counts{New: 10}, Total: 72, FirstTime: true}
	for i := range x.labs.Listings {
		x.labs.Listings[i].Attempts, x.labs.Listings[i].Solved, x.labs.Listings[i].Best = 0, 0, 0
	}
	p.Coach = nil
	x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterGetting, Waiting: "envoy 1.40.0", Done: 21, Total: 50, Elapsed: 62 * time.Second})
}

func TestScreens(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*world, *tui.Ports, *tui.Options)
		do     func(*world)
	}{
		{"home", nil, func(*world) {}},
		{"home-first-day", firstDay, func(*world) {}},
		{"home-lab-open-sandbox-failed", func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.labs.Listings[1].InProgress = true
			x.labs.Listings[1].StepsDone, x.labs.Listings[1].Worked = 2, 7*time.Minute
			x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterFailed,
				Trouble: "user namespaces are forbidden by kernel.apparmor_restrict_unprivileged_userns; `gatedrill doctor` names the command that allows them"})
		}, func(*world) {}},
		{"home-no-labs-nothing-due", func(x *world, p *tui.Ports, o *tui.Options) {
			x.study.Total = cards.Summary{Total: 72, Reviewed: 31}
			p.Labs, p.Cluster, p.Coach = nil, nil, nil
			o.NoLabs = "Labs need Linux here, or a kind cluster: see gatedrill doctor."
		}, func(*world) {}},
		{"home-unreadable", func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.study.SummaryErr = errors.New(`open "/data/cards.db": the file is newer than this program; update gatedrill`)
		}, func(*world) {}},
		{"labs-elsewhere", func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.labs.Listings[1].From = "/home/jo/labs"
		}, func(x *world) { x.Press("l", "down") }},
		{"review-question", nil, func(x *world) { x.Press("r") }},
		{"review-answer", nil, func(x *world) { x.Press("r", "enter") }},
		{"review-not-stored", nil, func(x *world) {
			x.study.RateErr = errors.New(`write "/data/cards.db": no space left on device`)
			x.Press("r", "enter", "3")
		}},
		{"review-failed", nil, func(x *world) {
			x.study.NextErr = errors.New(`read "/data/cards.db": database is locked by another program`)
			x.Press("r")
		}},
		{"review-summary", nil, func(x *world) {
			x.Press("r", "enter")
			x.Pass(9 * time.Second)
			x.Press("1", "enter", "3", "enter", "2")
		}},
		{"review-nothing-due", nil, func(x *world) {
			x.study.Queue = nil
			x.Press("r")
		}},
		{"labs", nil, func(x *world) { x.Press("l", "down") }},
		{"labs-filter", nil, func(x *world) {
			x.Press("l", "/")
			x.Type("ingress only")
		}},
		{"labs-give-up", func(x *world, _ *tui.Ports, _ *tui.Options) { x.labs.Listings[1].InProgress = true }, func(x *world) { x.Press("l", "enter") }},
		{"cards", nil, func(x *world) { x.Press("c", "down") }},
		{"card", nil, func(x *world) { x.Press("c", "down", "enter") }},
		{"settings", settled(tuitest.NewSettings()), func(x *world) { x.Press(",", "down") }},
		{"tour", nil, func(x *world) { x.Press("i", "enter", "enter") }},
		{"palette", nil, func(x *world) { x.Press(":") }},
		{"stats", nil, func(x *world) { x.Press("s") }},
		{"trace-empty", nil, func(x *world) { x.Press("t") }},
		{"trace", nil, func(x *world) {
			x.Press("t")
			x.Type("shop.example.com/cart")
			x.Press("enter")
		}},
		{"trace-hosts", nil, func(x *world) { x.Press("t", "down", "down", "down") }},
		{"trace-hosts-filter", nil, func(x *world) {
			x.Press("t", "down", "/")
			x.Type("api")
		}},
		{"trace-no-hosts", func(x *world, _ *tui.Ports, _ *tui.Options) { x.labs.Rows = nil }, func(x *world) { x.Press("t") }},
		{"trace-hosts-hidden", func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.labs.HostsErr = errors.New("the list of hosts would give the lab in progress away; it is here once the diagnosis is complete")
		}, func(x *world) { x.Press("t") }},
		{"lab-waiting", func(x *world, _ *tui.Ports, _ *tui.Options) {
			x.cluster.Show(screen.Cluster{Name: "sandbox", State: screen.ClusterStarting, Waiting: "istiod", Elapsed: 4 * time.Second})
		}, func(x *world) {
			x.Press("l", "down", "enter")
			x.Pass(2 * time.Second)
		}},
		{"lab-start-failed", nil, func(x *world) {
			x.labs.StartErr = errors.New("apply VirtualService drill-shop/shop: denied the request: configuration is invalid; reset the lab")
			x.Press("l", "down", "enter")
		}},
		{"lab-preparing", nil, inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Phase, v.Doing, v.Since = labs.PhasePreparing, "Deployment drill-shop/shop", now.Add(-time.Second)
			return v
		})},
		{"lab-diagnosing", nil, inLab(tuitest.View)},
		{"lab-typing", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("enter")
			x.Type("8443 hbnq?")
		}},
		{"lab-wrong-verdict", nil, func(x *world) {
			x.labs.Reply = labs.Reply{Words: "Not so: look again at what the listener says about hosts."}
			inLab(tuitest.View)(x)
			x.Press("b")
		}},
		{"lab-hint-asked", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("H")
		}},
		{"lab-hints-taken", nil, inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Steps[2].Hints, v.Steps[2].HintsLeft = []string{"Envoy matches the authority of the request against the domains of its virtual hosts."}, 1
			return v
		})},
		{"lab-details", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("i")
		}},
		{"lab-evidence", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("v")
		}},
		{"lab-evidence-early", nil, func(x *world) {
			inLab(uncaptured)(x)
			x.Press("v")
		}},
		{"lab-fixing", nil, inLab(tuitest.Fixing)},
		{"lab-long", nil, inLab(tuitest.Long)},
		{"lab-long-answered", nil, inLab(tuitest.LongAnswered)},
		{"lab-long-fixing", nil, inLab(tuitest.LongFixing)},
		{"lab-ahead", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("down")
		}},
		{"lab-turned-red", nil, inLab(func(now time.Time) labs.View {
			v := tuitest.Fixing(now)
			v.Path[3].Was, v.Path[3].Verdict, v.Path[3].Changed = labs.Healthy, labs.Broken, now.Add(-12*time.Second)
			v.Hops[0].Layers[3].Was, v.Hops[0].Layers[3].Verdict, v.Hops[0].Layers[3].Changed = labs.Healthy, labs.Broken, v.Path[3].Changed
			v.Guards[0] = labs.CheckView{Title: "api still answers", Outcome: labs.Fail, Fell: true, Why: "want 200, got connection refused", Changed: now}
			v.Trouble = "the gateway's pod istio-system/istio-ingressgateway-5d4 was killed, exit code 137"
			return v
		})},
		{"lab-two-hops", nil, inLab(tuitest.TwoHops)},
		{"lab-unearned", nil, inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Phase = labs.PhaseUnearned
			v.Goals[0] = labs.CheckView{Title: "shop answers 200", Outcome: labs.Pass}
			v.Capture.Code, v.Capture.Flag = 200, ""
			return v
		})},
		{"lab-failed", nil, inLab(func(now time.Time) labs.View {
			v := tuitest.View(now)
			v.Phase, v.Trouble = labs.PhaseFailed, "Deployment istio-system/istio-ingressgateway is gone: nothing answers on 10.0.0.7:443; reset puts it back"
			return v
		})},
		{"lab-solved", nil, inLab(tuitest.Solved)},
		{"help", nil, func(x *world) {
			inLab(tuitest.View)(x)
			x.Press("?")
		}},
	}
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 12}} {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				t.Parallel()
				play(t, size[0], size[1], c.change, func(x *world) {
					c.do(x)
					golden.RequireEqual(x.T, x.Render())
				})
			})
		}
	}
}
