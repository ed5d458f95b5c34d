package run

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/history"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// bench is a cluster in memory whose shop answers 200 while the
// VirtualService names the right host, with a service on top.
type bench struct {
	*testing.T
	api     *clustertest.API
	engine  *fault.Engine
	seen    *clustertest.Observer
	config  Config
	labs    []labs.Lab // those of config
	world   labs.World
	service *Service
	due     []string
	dueErr  error
	flag    func(since time.Duration) string // of a broken answer, by how long it has been broken; nil: NR
	broke   time.Time                        // when the first broken answer was seen
	down    bool                             // the cluster is not running
	lost    error                            // what finding the cluster answers
}

func manifest(kind, version, ns, name string, spec map[string]any) labs.Manifest {
	return labs.Manifest{Object: map[string]any{"apiVersion": version, "kind": kind,
		"metadata": map[string]any{"name": name, "namespace": ns}, "spec": spec}}
}

func hosts(h string) map[string]any { return map[string]any{"hosts": []any{h}} }

func newBench(t *testing.T) *bench {
	t.Helper()
	lab := testLab()
	vs := func(h string) labs.Change {
		return labs.Change{Objects: []labs.Manifest{manifest("VirtualService", "networking.istio.io/v1", "shop", "shop", hosts(h))}}
	}
	lab.Base, lab.Fault, lab.Solutions = vs("shop.example.com"), vs("shop.exmaple.com"), []labs.Change{vs("shop.example.com")}
	other := *lab
	other.ID = "other"
	b := &bench{T: t, api: clustertest.NewAPI()}
	b.engine = fault.New(b.api, b.api.Kinds, time.Now, nil)
	b.seen = clustertest.NewObserver(b.look)
	b.labs = []labs.Lab{*lab, other}
	b.world = labs.World{Change: labs.Change{Objects: []labs.Manifest{
		manifest("Service", "v1", "istio-system", "istio-ingressgateway", nil),
		manifest("Deployment", "apps/v1", "istio-system", "istiod", nil),
		manifest("Deployment", "apps/v1", "istio-system", "istio-ingressgateway", nil)}}}
	b.config = Config{
		Library: func() ([]labs.Lab, labs.World) { return b.labs, b.world },
		Connect: b.connect, Read: func(s snapshot.Snapshot) Mesh { return mesh{s} }, Now: time.Now, PID: 1,
		History: history.Open(filepath.Join(t.TempDir(), "history.jsonl")),
		OnUrge: func(_ string, cards []string) error {
			b.due = append(b.due, cards...)
			return b.dueErr
		},
		Dir: t.TempDir(), HealthyWithin: 5 * time.Second, BrokenWithin: 5 * time.Second,
	}
	b.service = New(b.config)
	return b
}

func (b *bench) connect(context.Context) (*Cluster, error) {
	if b.down {
		return nil, cluster.ErrNotRunning
	}
	if b.lost != nil {
		return nil, b.lost
	}
	return &Cluster{Name: "fake", World: b.engine,
		Observe: func(context.Context, *labs.Lab) (Observer, error) { return b.seen, nil }}, nil
}

// look answers 200 when the route's host is right, and lists Deployments.
func (b *bench) look() snapshot.Snapshot {
	s := snapshot.Snapshot{At: time.Now(), Kinds: []string{"Deployment.apps"}, Answers: map[string]labs.Answer{}}
	a := labs.Answer{Observed: true, At: s.At, Code: 404, Flag: "NR", LogLine: "the line"}
	for _, k := range b.api.Kinds {
		list, err := b.api.Resource(k.GroupVersionResource).List(context.Background(), metav1.ListOptions{})
		if err != nil {
			b.Error(err)
		}
		for _, o := range list.Items {
			if k.Kind == "Deployment" {
				o.Object["status"] = map[string]any{"availableReplicas": int64(1)}
				s.Objects = append(s.Objects, o.Object)
			}
			if h, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts"); slices.Contains(h, "shop.example.com") {
				a.Code, a.Flag = 200, "-"
			}
		}
	}
	if b.flag != nil && a.Code == 404 {
		if b.broke.IsZero() {
			b.broke = s.At
		}
		a.Flag = b.flag(s.At.Sub(b.broke))
	}
	s.Answers["main"] = a
	return s
}

// mesh is one whose route breaks when the answer is 404.
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

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// wait follows the views until one has the phase.
func (b *bench) wait(phase labs.Phase) labs.View {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	number := -1
	for {
		v, n, err := b.service.Watch(ctx, number)
		if err != nil {
			b.Fatalf("phase %s never came: at %s, doing %q, trouble %q", phase, b.service.View().Phase, b.service.View().Doing, b.service.View().Trouble)
		}
		if number = n; v.Phase == phase {
			return v
		}
	}
}

func (b *bench) apply(c labs.Change) {
	b.Helper()
	b.must(b.engine.Apply(b.Context(), &b.labs[0], c))
}

// diagnose gives the right answer to everything.
func (b *bench) diagnose() { b.Helper(); b.reach("") }

// reach gives the right answers to all steps before one.
func (b *bench) reach(step labs.Step) {
	b.Helper()
	for _, s := range labs.Steps() {
		if s == step {
			return
		}
		if len(s.Layers()) > 0 {
			v := map[labs.Step]labs.Verdict{labs.StepHosts: labs.Broken, labs.StepDestination: labs.OffPath}[s]
			if v == "" {
				v = labs.Healthy
			}
			b.reply(labs.Reply{Right: true}, func() (labs.Reply, error) { return b.service.Verdict(b.Context(), s, v) })
		}
		b.reply(labs.Reply{Right: true}, func() (labs.Reply, error) { return b.service.Answer(b.Context(), s, "nr") })
	}
}

func (b *bench) reply(want labs.Reply, f func() (labs.Reply, error)) {
	b.Helper()
	got, err := f()
	b.must(err)
	if got.Right != want.Right || got.Unknown != want.Unknown || want.Words != "" && got.Words != want.Words {
		b.Fatalf("reply %+v, want %+v", got, want)
	}
}

func TestLabFromStartToReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		v := b.wait(labs.PhaseDiagnosing)
		if v.Capture.Code != 404 || v.Current != labs.StepCapture {
			t.Errorf("%+v", v)
		}
		if err := b.service.Start(t.Context(), "other"); err == nil || !strings.Contains(err.Error(), "typo is in progress") {
			t.Errorf("two labs at once: %v", err)
		}
		b.reach(labs.StepEntry)
		b.reply(labs.Reply{Words: "Not so: nothing in entry stops this request. " + verdictWords + " A hint is there if you want one."}, func() (labs.Reply, error) {
			return b.service.Verdict(t.Context(), labs.StepEntry, labs.Broken)
		})
		if b.due != nil {
			t.Errorf("due while the lab is in progress, where they name the cause: %v", b.due)
		}
		b.diagnose()
		b.wait(labs.PhaseFixing)
		b.apply(b.labs[0].Solutions[0])
		b.wait(labs.PhaseSolved)
		synctest.Wait()
		v = b.service.View()
		if !slices.Equal(b.due, []string{"lab-card"}) {
			t.Errorf("due: %v", b.due)
		}
		if v.Debrief != "line: the line" || !slices.Equal(v.Cards, []string{"lab-card"}) || v.Lab.Solved != 1 {
			t.Errorf("debrief %q, cards %v, solved %d", v.Debrief, v.Cards, v.Lab.Solved)
		}
		b.must(b.service.Reset(t.Context()))
		if v := b.service.View(); v.Phase != labs.PhaseIdle || len(b.due) != 1 {
			t.Errorf("after reset: %s, due %v", v.Phase, b.due)
		}
		if _, err := b.engine.Marked(t.Context()); !errors.Is(err, fault.ErrNoLab) {
			t.Errorf("the cluster is still marked: %v", err)
		}
	})
}

// The capture is the answer that the author tells of, not one that passes; one
// that stays is taken as it is.
func TestCaptureIsNoPassingAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		flag func(time.Duration) string
		want string
	}{
		"passes": {func(since time.Duration) string {
			if since < time.Second {
				return "NC"
			}
			return "NR"
		}, "NR"},
		"stays": {func(time.Duration) string { return "NC" }, "NC"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				plan := b.labs[0].Steps[labs.StepCapture]
				stated := *plan.Finding
				stated.Is, plan.Finding = labs.Literals{"NR"}, &stated
				b.labs[0].Steps[labs.StepCapture] = plan
				b.flag = tt.flag
				b.must(b.service.Start(t.Context(), "typo"))
				b.wait(labs.PhaseDiagnosing)
				records, _, err := b.config.History.Read(0)
				b.must(err)
				i := slices.IndexFunc(records, func(r history.Record) bool { return r.Kind == history.Broken })
				if got := records[i].Capture.Flag; got != tt.want {
					t.Errorf("captured %s, want %s", got, tt.want)
				}
				b.must(b.service.Reset(t.Context()))
			})
		})
	}
}

// TestNoCardIsLost: the program of the wrong verdict was killed, and the cards
// could not be made due at the first end of the attempt. They come with the
// next, and only once.
func TestNoCardIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepEntry)
		b.reply(labs.Reply{}, func() (labs.Reply, error) { return b.service.Verdict(t.Context(), labs.StepEntry, labs.Broken) })
		b.service.Close() // as if killed
		b.service, b.dueErr = New(b.config), errors.New("the cards are locked")
		b.must(b.service.Resume(t.Context()))
		b.diagnose()
		b.apply(b.labs[0].Solutions[0])
		b.wait(labs.PhaseSolved)
		synctest.Wait()
		if v := b.service.View(); v.Cards != nil {
			t.Errorf("said to be due: %v", v.Cards)
		}
		b.due, b.dueErr = nil, nil
		b.must(b.service.Start(t.Context(), "other")) // puts the solved one away
		b.wait(labs.PhaseDiagnosing)
		if !slices.Equal(b.due, []string{"lab-card"}) {
			t.Errorf("due: %v", b.due)
		}
		b.must(b.service.Reset(t.Context()))
		if len(b.due) != 1 {
			t.Errorf("the other lab made them due again: %v", b.due)
		}
	})
}

func TestResetMakesCardsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepEntry)
		b.reply(labs.Reply{}, func() (labs.Reply, error) { return b.service.Verdict(t.Context(), labs.StepEntry, labs.Broken) })
		b.service.Close()
		b.down, b.service = true, New(b.config) // given up without a cluster
		b.must(b.service.Reset(t.Context()))
		if !slices.Equal(b.due, []string{"lab-card"}) {
			t.Errorf("due: %v", b.due)
		}
	})
}

// TestOneStepAfterTheOther refuses verdicts, answers and hints for steps that
// were not reached, and lets earlier ones be gone back to.
func TestOneStepAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepListeners)
		refused := func(what string, err error) {
			t.Helper()
			var ahead *labs.AheadError
			if !errors.As(err, &ahead) || ahead.Step != labs.StepHosts || ahead.First != labs.StepListeners {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := b.service.Verdict(t.Context(), labs.StepHosts, labs.Broken)
		refused("verdict", err)
		_, err = b.service.Answer(t.Context(), labs.StepHosts, "NR")
		refused("answer", err)
		_, err = b.service.Hint(t.Context(), labs.StepHosts)
		refused("hint", err)
		if v := b.service.View().Steps[4]; v.Verdict != "" || v.Answer != "" || v.Wrong != 0 {
			t.Errorf("a refused answer was counted: %+v", v)
		}
		if _, err := b.service.Hint(t.Context(), labs.StepEntry); err != nil {
			t.Errorf("a hint for an earlier step: %v", err)
		}
		b.service.Close()
	})
}

// TestVerifiedStays gives a second verdict and a second answer after the right
// ones: only what agrees is right, and nothing is counted.
func TestVerifiedStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		r, err := b.service.Answer(t.Context(), labs.StepCapture, "what?")
		if b.must(err); !r.Slip || !r.Unknown || b.service.View().Steps[0].Wrong != 0 {
			t.Errorf("a slip of the fingers: %+v", r)
		}
		b.diagnose()
		verdict := func(v labs.Verdict) func() (labs.Reply, error) {
			return func() (labs.Reply, error) { return b.service.Verdict(t.Context(), labs.StepDestination, v) }
		}
		answer := func(text string) func() (labs.Reply, error) {
			return func() (labs.Reply, error) { return b.service.Answer(t.Context(), labs.StepCapture, text) }
		}
		kept := "Already verified, and it stays, destination: not on this request's path."
		b.reply(labs.Reply{Right: true, Words: kept}, verdict(labs.OffPath))
		b.reply(labs.Reply{Words: kept}, verdict(labs.Healthy))
		kept = `Already verified, and it stays, capture: answered with "nr".`
		b.reply(labs.Reply{Right: true, Words: kept}, answer("404 NR"))
		b.reply(labs.Reply{Words: kept}, answer("UH"))
		if v := b.service.View(); v.Steps[0].Wrong != 0 || v.Steps[5].Wrong != 0 || !v.Steps[5].Done {
			t.Errorf("%+v", v.Steps)
		}
		b.service.Close()
	})
}

func TestMendedTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepListeners)
		b.apply(b.labs[0].Solutions[0])
		v := b.wait(labs.PhaseUnearned)
		if !strings.Contains(v.Trouble, "Put the fault back") || !strings.Contains(v.Trouble, "still open: listeners, tls, hosts, destination.") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		b.reply(labs.Reply{Unknown: true}, func() (labs.Reply, error) { return b.service.Verdict(t.Context(), labs.StepTLS, labs.Healthy) })
		b.must(b.service.Start(t.Context(), "typo"))
		v = b.wait(labs.PhaseDiagnosing)
		if !v.Steps[1].VerdictRight {
			t.Error("the answers were lost")
		}
		b.must(b.service.Leave(t.Context()))
	})
}

// TestKilled plays a program that dies in mid-lab: another one finds the lab
// again as it was, from the cluster and the history alone.
func TestKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepTLS)
		b.reply(labs.Reply{}, func() (labs.Reply, error) { return b.service.Answer(t.Context(), labs.StepTLS, "UH") })
		if _, err := b.service.Hint(t.Context(), labs.StepTLS); err != nil {
			t.Fatal(err)
		}
		b.service.Close() // as if killed: no pause is written
		time.Sleep(time.Hour)

		b.config.PID = 2
		b.service = New(b.config)
		b.must(b.service.Resume(t.Context()))
		v := b.wait(labs.PhaseDiagnosing)
		tls := v.Steps[3]
		if tls.Wrong != 1 || tls.Answer != "UH" || len(tls.Hints) != 1 {
			t.Errorf("tls: %+v", tls)
		}
		if v.Elapsed > 11*time.Minute {
			t.Errorf("the hour away was counted: %s", v.Elapsed)
		}
		b.diagnose()
		b.wait(labs.PhaseFixing)
		b.must(b.service.Leave(t.Context()))
	})
}

// TestKilledWhileGoingIn dies before the fault was seen: the next program
// puts the lab in anew.
func TestKilledWhileGoingIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.engine.World(t.Context(), b.world, func(string) {}))
		b.must(b.engine.Base(t.Context(), &b.labs[0], "dead", func(string) {}))
		b.must(b.config.History.Append(history.Record{At: time.Now(), Attempt: "dead", Lab: "typo", Kind: history.Started, PID: 77}))
		b.must(b.service.Resume(t.Context()))
		if v := b.wait(labs.PhaseDiagnosing); v.Capture.Code != 404 {
			t.Errorf("%+v", v.Capture)
		}
		b.must(b.service.Leave(t.Context()))
	})
}

func TestRefusedFaultIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.labs[0].Fault.Objects = []labs.Manifest{manifest("VirtualService", "networking.istio.io/v1", "shop", "bad", hosts("x"))}
		b.api.Refuse("bad", errors.New("admission webhook denied the request"))
		b.must(b.service.Start(t.Context(), "typo"))
		v := b.wait(labs.PhaseFailed)
		if !strings.Contains(v.Trouble, "put the fault in: ") || !strings.Contains(v.Trouble, "VirtualService shop/bad: admission webhook denied") || !strings.Contains(v.Trouble, "Reset the lab") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		b.must(b.service.Reset(t.Context()))
		if v := b.service.View(); v.Phase != labs.PhaseIdle {
			t.Errorf("after reset: %s", v.Phase)
		}
	})
}

func TestUnhealthyBaseIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.labs[0].Base = b.labs[0].Fault
		b.must(b.service.Start(t.Context(), "typo"))
		v := b.wait(labs.PhaseFailed)
		if !strings.Contains(v.Trouble, "a healthy base was not seen within 5s: route is broken") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		b.service.Close()
	})
}

func TestTroubleWithTheCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		for _, k := range b.api.Kinds {
			if k.Kind == "Deployment" {
				b.must(b.api.Resource(k.GroupVersionResource).Namespace("istio-system").Delete(t.Context(), "istio-ingressgateway", metav1.DeleteOptions{}))
			}
		}
		time.Sleep(time.Second)
		if v := b.service.View(); !strings.Contains(v.Trouble, "istio-ingressgateway is gone") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		// Now the entry is broken indeed, by the learner: that is no diagnosis.
		b.reply(labs.Reply{Unknown: true}, func() (labs.Reply, error) { return b.service.Answer(t.Context(), labs.StepCapture, "nr") })
		b.seen.Fail(errors.New("connection refused"))
		time.Sleep(time.Second)
		if v := b.service.View(); !strings.Contains(v.Trouble, "connection refused") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		b.service.Close()
	})
}

func TestResetWithoutCluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		if err := b.service.Reset(t.Context()); !errors.Is(err, ErrNoLab) {
			t.Errorf("nothing to reset: %v", err)
		}
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()
		b.down = true
		b.must(b.service.Reset(t.Context()))
		b.down = false
		// The cluster still holds the old lab; starting another clears it.
		b.must(b.service.Start(t.Context(), "other"))
		b.wait(labs.PhaseDiagnosing)
		if m, err := b.engine.Marked(t.Context()); err != nil || m.Lab != "other" {
			t.Errorf("mark: %+v %v", m, err)
		}
		b.service.Close()
	})
}

// TestResetOfAnothersLab resets what the history knows nothing of.
func TestResetOfAnothersLab(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.engine.World(t.Context(), b.world, func(string) {}))
		b.must(b.engine.Base(t.Context(), &b.labs[0], "elsewhere", func(string) {}))
		b.must(b.service.Reset(t.Context()))
		if _, err := b.engine.Marked(t.Context()); !errors.Is(err, fault.ErrNoLab) {
			t.Errorf("the lab is still there: %v", err)
		}
	})
}

// TestTwoPrograms lets a second program answer and reset while the first
// watches.
func TestTwoPrograms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.reach(labs.StepEntry)
		second := b.config
		second.PID = 2
		cli := New(second)
		b.reply(labs.Reply{Right: true}, func() (labs.Reply, error) { return cli.Verdict(t.Context(), labs.StepEntry, labs.Healthy) })
		cli.Close()
		time.Sleep(time.Second)
		if v := b.service.View(); !v.Steps[1].VerdictRight {
			t.Error("the first program does not see the second's answer")
		}
		b.must(cli.Reset(t.Context()))
		b.wait(labs.PhaseIdle)
		b.service.Close()
	})
}

func TestClusterMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()
		if _, err := b.engine.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.service = New(b.config)
		b.must(b.service.Resume(t.Context()))
		if v := b.service.View(); v.Phase != labs.PhaseFailed || !strings.Contains(v.Trouble, "does not hold lab typo any more") {
			t.Errorf("%s %q", v.Phase, v.Trouble)
		}
		b.service.Close()
	})
}
