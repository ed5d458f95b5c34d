package verify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/run"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/verify"
)

func route(hosts ...any) labs.Change {
	return labs.Change{Objects: []labs.Manifest{{Object: map[string]any{
		"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
		"metadata": map[string]any{"name": "shop", "namespace": "shop"}, "spec": map[string]any{"hosts": hosts}}}}}
}

// honest is a lab whose every claim holds in the fake cluster below.
func honest() labs.Lab {
	expr := func(t string) labs.Expr { return labs.Expr{Text: t} }
	l := labs.Lab{
		ID: "typo", Breaks: []labs.Step{labs.StepHosts},
		Requests: map[string]labs.Request{"main": {Name: "main"}, "stranger": {Name: "stranger"}},
		Base:     route("shop"), Fault: route("shpo"), Solutions: []labs.Change{route("shop"), route("shop")},
		Goals:     []labs.Check{{Title: "answers", That: expr("requests.main.code == 200")}},
		Guards:    []labs.Check{{Title: "strangers refused", That: expr("requests.stranger.code == 404")}},
		Shortcuts: []labs.Shortcut{{Title: "all", StoppedBy: "strangers refused", Change: route("shop", "stranger")}},
		Steps:     map[labs.Step]labs.StepPlan{},
	}
	for _, s := range labs.Steps() {
		l.Steps[s] = labs.StepPlan{Look: []string{"true"}, Finding: &labs.Finding{Truth: expr("requests.main.flag")}}
	}
	return l
}

// look makes a command the only one of a step.
func look(l *labs.Lab, command string) {
	p := l.Steps[labs.StepTLS]
	p.Look = []string{command}
	l.Steps[labs.StepTLS] = p
}

// prove verifies a lab on a fake cluster that answers 200 for each host that
// a VirtualService names, and returns the checks that did not hold.
func prove(t *testing.T, lab labs.Lab) []verify.Line {
	t.Helper()
	v := verifier(t, clustertest.NewAPI())
	var failed []verify.Line
	v.Report = func(l verify.Line) {
		if !l.OK {
			failed = append(failed, l)
		}
	}
	ok, err := v.Lab(t.Context(), &lab)
	if err != nil {
		t.Fatal(err)
	}
	if ok != (len(failed) == 0) {
		t.Errorf("ok %v with %d failures", ok, len(failed))
	}
	return failed
}

// verifier works on the fake cluster.
func verifier(t *testing.T, api *clustertest.API) *verify.Verifier {
	t.Helper()
	look := func() snapshot.Snapshot {
		now := time.Now()
		s := snapshot.Snapshot{At: now, Answers: map[string]labs.Answer{}}
		for _, host := range []string{"shop", "stranger"} {
			a := labs.Answer{At: now, Observed: true, Code: 404, Flag: "NR", LogLine: "x"}
			for _, k := range api.Kinds {
				list, err := api.Resource(k.GroupVersionResource).List(context.Background(), metav1.ListOptions{})
				if err != nil {
					t.Error(err)
				}
				for _, o := range list.Items {
					if h, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts"); slices.Contains(h, host) {
						a.Code, a.Flag = 200, "-"
					}
				}
			}
			s.Answers[map[string]string{"shop": "main", "stranger": "stranger"}[host]] = a
		}
		return s
	}
	service := labs.Manifest{Object: map[string]any{"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": "istio-ingressgateway", "namespace": "istio-system"}}}
	return &verify.Verifier{
		World: labs.World{Change: labs.Change{Objects: []labs.Manifest{service}}},
		Read:  func(s snapshot.Snapshot) run.Mesh { return mesh{s} }, Now: time.Now, Dir: t.TempDir(), Report: func(verify.Line) {},
		Cluster: &run.Cluster{Name: "fake", World: fault.New(api, api.Kinds, time.Now, nil),
			Observe: func(context.Context, *labs.Lab) (run.Observer, error) { return clustertest.NewObserver(look), nil },
			Shell:   clustertest.Shell},
	}
}

type mesh struct{ snapshot.Snapshot }

func (m mesh) Index() snapshot.Index { return snapshot.IndexOf(m.Objects) }

func (m mesh) Trace(r labs.Request) labs.Path {
	s := m.Snapshot
	p := labs.Path{Request: r, Answer: s.Answers[r.Name], At: s.At, Hops: []labs.Hop{{Name: "gateway", Role: labs.RoleGateway}}}
	v := labs.Healthy
	for _, l := range labs.Layers() {
		report := labs.LayerReport{Layer: l, Verdict: v}
		if l == labs.LayerRoute && p.Answer.Code == 404 {
			report.Verdict, v = labs.Broken, labs.OffPath
		}
		p.Hops[0].Layers = append(p.Hops[0].Layers, report)
	}
	return p
}

func TestLies(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*labs.Lab)
		check  string // the first that does not hold; "" for none
		why    string
	}{
		{"honest", func(*labs.Lab) {}, "", ""},
		{"base not healthy", func(l *labs.Lab) { l.Base = route("shpo") }, "base healthy", "route is broken"},
		{"breaks elsewhere", func(l *labs.Lab) { l.Breaks = []labs.Step{labs.StepTLS} }, "fault seen at tls", "step tls is healthy"},
		{"breaks more", func(l *labs.Lab) { l.Breaks = append(l.Breaks, labs.StepTLS) }, "fault seen at hosts, tls", "step tls is healthy"},
		{"breaks nothing", func(l *labs.Lab) { l.Fault = route("shop") }, "fault seen", "step hosts is healthy"},
		{"shortcut works", func(l *labs.Lab) { l.Shortcuts[0].Change = route("shop") }, `shortcut "all"`, "its outcome is pass"},
		{"shortcut mends nothing", func(l *labs.Lab) { l.Shortcuts[0].Change = route("stranger") }, `shortcut "all"`, `goal "answers": fail`},
		{"the author is mistaken", func(l *labs.Lab) {
			p := l.Steps[labs.StepTLS]
			p.Finding = &labs.Finding{Truth: p.Finding.Truth, Is: labs.Literals{"UH"}}
			l.Steps[labs.StepTLS] = p
		}, "each question has its answer", `step tls: the cluster says "NR", the author (is) "UH"`},
		{"the author is right", func(l *labs.Lab) {
			p := l.Steps[labs.StepTLS]
			p.Finding = &labs.Finding{Truth: p.Finding.Truth, Is: labs.Literals{"NR"}}
			l.Steps[labs.StepTLS] = p
		}, "", ""},
		{"solution heals nothing", func(l *labs.Lab) { l.Solutions = []labs.Change{route("nobody")} }, "solution heals", "route is broken"},
		{"nothing is broken", func(l *labs.Lab) {
			l.Breaks, l.Fault, l.Solutions, l.Healthy = nil, labs.Change{}, nil, "they know why"
			l.Shortcuts[0].Change = route("shop", "stranger")
		}, "", ""},
		{"nothing is broken, it is said", func(l *labs.Lab) { l.Breaks, l.Healthy = nil, "they know why" }, "nothing is broken", "route is broken"},
		{"two faults", func(l *labs.Lab) {
			l.Halves = []labs.Half{{Mended: "typo", Change: route("nobody"), Breaks: []labs.Step{labs.StepHosts}}}
		}, "", ""},
		{"one fault that is said to be two", func(l *labs.Lab) {
			l.Halves = []labs.Half{{Mended: "typo", Change: route("shop"), Breaks: []labs.Step{labs.StepHosts}}}
		}, "typo alone mended: broken at hosts", "step hosts is healthy"},
		{"question without answer", func(l *labs.Lab) {
			l.Steps[labs.StepTLS] = labs.StepPlan{Look: []string{"true"}, Finding: &labs.Finding{Truth: labs.Expr{Text: "trace.main.tls.serial"}}}
		}, "each question has its answer", "step tls: not observed"},
		{"command does not run", func(l *labs.Lab) {
			p := l.Steps[labs.StepTLS]
			p.Look = []string{"false"}
			l.Steps[labs.StepTLS] = p
		}, "the commands to look with run", "step tls: false: exit status 1"},
		{"a client in a workload gets no answer", func(l *labs.Lab) { look(l, "exit 35 # kubectl exec deploy/app -- curl https://shop/") }, "", ""},
		{"there is no such client", func(l *labs.Lab) { look(l, "exit 127 # kubectl exec deploy/app -- curl https://shop/") },
			"the commands to look with run", "exit status 127"},
	} {
		synctest.Test(t, func(t *testing.T) {
			lab := honest()
			c.change(&lab)
			failed := prove(t, lab)
			if c.check == "" {
				if len(failed) > 0 {
					t.Errorf("%s: %+v", c.name, failed)
				}
				return
			}
			if len(failed) == 0 || !strings.HasPrefix(failed[0].Check, c.check) || !strings.Contains(failed[0].Why, c.why) {
				t.Errorf("%s: want %q because %q, got %+v", c.name, c.check, c.why, failed)
			}
		})
	}
}

// What an attempt left that was given up is taken out; a lab in progress is
// left alone.
func TestClusterThatHoldsALab(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := honest()
		v := verifier(t, clustertest.NewAPI())
		if err := v.Cluster.World.World(t.Context(), v.World, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if err := v.Cluster.World.Base(t.Context(), &lab, "old", func(string) {}); err != nil {
			t.Fatal(err)
		}
		v.GivenUp = func(attempt string) bool { return attempt != "old" }
		if _, err := v.Lab(t.Context(), &lab); err == nil || !strings.Contains(err.Error(), "reset it first") {
			t.Errorf("in progress: %v", err)
		}
		v.GivenUp = func(attempt string) bool { return attempt == "old" }
		if ok, err := v.Lab(t.Context(), &lab); err != nil || !ok {
			t.Errorf("given up: %v %v", ok, err)
		}
	})
}
