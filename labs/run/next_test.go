package run

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/history"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

func testLab() *labs.Lab {
	l := &labs.Lab{ID: "typo", Title: "Gone", Cards: []string{"lab-card"}, Debrief: "line: ${LOG_LINE}",
		Breaks:   []labs.Step{labs.StepHosts},
		Requests: map[string]labs.Request{"main": {Name: "main", URL: "https://shop.example.com/"}},
		Goals:    []labs.Check{{Title: "shop answers", That: labs.Expr{Text: "requests.main.code == 200"}}},
		Guards:   []labs.Check{{Title: "still shut", That: labs.Expr{Text: "trace.main.entry.healthy"}}},
		Steps:    map[labs.Step]labs.StepPlan{},
	}
	for _, s := range labs.Steps() {
		l.Steps[s] = labs.StepPlan{Look: []string{"kubectl get " + string(s)}, Hints: []string{"one", "two"},
			Finding: &labs.Finding{Ask: "which?", Truth: labs.Expr{Text: "requests.main.flag"}, Accept: labs.AcceptFlag}}
	}
	plan := l.Steps[labs.StepTLS]
	plan.Cards, plan.Wrong = []string{"tls-card"}, "Look at the dates."
	l.Steps[labs.StepTLS] = plan
	return l
}

func rec(k history.Kind, s float64, change ...func(*history.Record)) Recorded {
	r := history.Record{At: at(s), Attempt: "1", Lab: "typo", Kind: k}
	for _, f := range change {
		f(&r)
	}
	return Recorded{Record: r, Own: true}
}

func verdict(step labs.Step, v labs.Verdict, right bool) func(*history.Record) {
	return func(r *history.Record) { r.Step, r.Verdict, r.Right = step, v, right }
}

func finding(step labs.Step, text string, right bool) func(*history.Record) {
	return func(r *history.Record) { r.Step, r.Text, r.Right = step, text, right }
}

// looked is a look at the cluster with one goal and one guard.
func looked(s float64, goal, guard labs.Outcome, broken labs.Layer) Observed {
	o := Observed{At: at(s), Goals: []check.Result{{Title: "g", Outcome: goal}}, Guards: []check.Result{{Title: "w", Outcome: guard}}}
	o.Main.Hops = []labs.Hop{{Name: "gateway", Role: labs.RoleGateway}}
	v := labs.Healthy
	for _, l := range labs.Layers() {
		if l == broken {
			v = labs.Broken
		} else if v == labs.Broken {
			v = labs.OffPath
		}
		o.Main.Hops[0].Layers = append(o.Main.Hops[0].Layers, labs.LayerReport{Layer: l, Verdict: v})
	}
	o.Main.Answer = labs.Answer{Observed: true, Code: 404}
	return o
}

// play applies events and returns the last state with all effects.
func play(events ...Event) (State, []Effect) { return playLab(testLab(), events...) }

func playLab(lab *labs.Lab, events ...Event) (State, []Effect) {
	s := begin(lab, history.Record{At: start, Attempt: "1", Lab: "typo", Kind: history.Started})
	var all []Effect
	for _, e := range events {
		var eff []Effect
		s, eff = next(s, e)
		all = append(all, eff...)
	}
	return s, all
}

// unbroken is the state of a lab in which nothing is broken.
func unbroken(events ...Event) (State, []Effect) {
	lab := testLab()
	lab.Breaks, lab.Healthy = nil, "they know why"
	return playLab(lab, events...)
}

// Where nothing is broken the goals hold all the time: the diagnosis is what
// is wanted, and shown as the goal that is not met yet. Whoever changes
// something all the same has to take care of the guards.
func TestNothingIsBroken(t *testing.T) {
	t.Parallel()
	fine := func(s float64) Event { return looked(s, labs.Pass, labs.Pass, "") }
	for _, c := range []struct {
		name    string
		events  []Event
		phase   labs.Phase
		goal    labs.Outcome
		effects []string
	}{
		{"not looked at", []Event{rec(history.Broken, 1)}, labs.PhaseDiagnosing, labs.Fail, nil},
		{"goals hold, and that is no solution", []Event{rec(history.Broken, 1), fine(2), fine(9)}, labs.PhaseDiagnosing, labs.Fail, nil},
		{"diagnosed", append(diagnosis(), fine(3)), labs.PhaseFixing, labs.Pass, nil},
		{"diagnosed, and as it was", append(diagnosis(), fine(3), fine(6)), labs.PhaseFixing, labs.Pass, []string{"solved"}},
		{"diagnosed, and changed", append(diagnosis(), fine(3), looked(5, labs.Pass, labs.Fail, ""), fine(6)), labs.PhaseFixing, labs.Pass, nil},
	} {
		s, effects := unbroken(c.events...)
		if goals := s.view(at(9), place{}).Goals; s.Phase != c.phase || len(goals) != 2 || goals[0].Title != "they know why" || goals[0].Outcome != c.goal {
			t.Errorf("%s: phase %s, goals %v", c.name, s.Phase, goals)
		}
		if diff := cmp.Diff(c.effects, kinds(effects)); diff != "" {
			t.Errorf("%s: effects %s", c.name, diff)
		}
	}
}

// diagnosis is every record of a complete and right diagnosis.
func diagnosis() []Event {
	out := []Event{rec(history.Broken, 1)}
	for _, s := range labs.Steps() {
		out = append(out, rec(history.Finding, 2, finding(s, "NR", true)))
		if len(s.Layers()) > 0 {
			out = append(out, rec(history.Verdict, 2, verdict(s, labs.Healthy, true)))
		}
	}
	return out
}

func kinds(effects []Effect) []string {
	var out []string
	for _, e := range effects {
		switch e := e.(type) {
		case Write:
			out = append(out, string(e.Kind))
		case Urge:
			out = append(out, "due:"+strings.Join(e.Cards, ","))
		}
	}
	return out
}

func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		events  []Event
		phase   labs.Phase
		effects []string
	}{
		{"going in", nil, labs.PhasePreparing, nil},
		{"looks while going in judge nothing", []Event{looked(1, labs.Pass, labs.Pass, "")}, labs.PhasePreparing, nil},
		{"broken", []Event{rec(history.Broken, 1)}, labs.PhaseDiagnosing, nil},
		{"diagnosed", diagnosis(), labs.PhaseFixing, nil},
		{"mended too early", []Event{rec(history.Broken, 1), looked(2, labs.Pass, labs.Pass, ""), looked(5, labs.Pass, labs.Pass, "")}, labs.PhaseDiagnosing, []string{"unearned"}},
		{"one look is not mended", []Event{rec(history.Broken, 1), looked(2, labs.Pass, labs.Pass, ""), looked(4.9, labs.Pass, labs.Pass, "")}, labs.PhaseDiagnosing, nil},
		{"healthy before the fault was seen", []Event{rec(history.Broken, 2), looked(1, labs.Pass, labs.Pass, "")}, labs.PhaseDiagnosing, nil},
		{"unearned", []Event{rec(history.Broken, 1), rec(history.Unearned, 2)}, labs.PhaseUnearned, nil},
		{"put back", []Event{rec(history.Broken, 1), rec(history.Unearned, 2), rec(history.Again, 3)}, labs.PhaseBreaking, nil},
		{"put back and seen", []Event{rec(history.Broken, 1), rec(history.Unearned, 2), rec(history.Again, 3), rec(history.Broken, 4)}, labs.PhaseDiagnosing, nil},
		{"unknown is no pass", append(diagnosis(), looked(3, labs.Pending, labs.Pass, ""), looked(9, labs.Pending, labs.Pass, "")), labs.PhaseFixing, nil},
		{"held not long enough", append(diagnosis(), looked(3, labs.Pass, labs.Pass, ""), looked(5.9, labs.Pass, labs.Pass, "")), labs.PhaseFixing, nil},
		{"held", append(diagnosis(), looked(3, labs.Pass, labs.Pass, ""), looked(6, labs.Pass, labs.Pass, "")), labs.PhaseFixing, []string{"solved"}},
		{"fell in between", append(diagnosis(), looked(3, labs.Pass, labs.Pass, ""), looked(5, labs.Fail, labs.Pass, ""), looked(6, labs.Pass, labs.Pass, ""), looked(8, labs.Pass, labs.Pass, "")), labs.PhaseFixing, nil},
		{"a guard is red", append(diagnosis(), looked(3, labs.Pass, labs.Fail, ""), looked(9, labs.Pass, labs.Fail, "")), labs.PhaseFixing, nil},
		{"solved", append(diagnosis(), rec(history.Solved, 9)), labs.PhaseSolved, nil},
		{"solved stays solved", append(diagnosis(), rec(history.Solved, 9), looked(10, labs.Fail, labs.Fail, labs.LayerTLS)), labs.PhaseSolved, nil},
		{"reset", append(diagnosis(), rec(history.Reset, 9)), labs.PhaseIdle, nil},
		{"failed", []Event{rec(history.Failed, 1, func(r *history.Record) { r.Text = "no" })}, labs.PhaseFailed, nil},
		{"wrong verdict", []Event{rec(history.Broken, 1), rec(history.Verdict, 2, verdict(labs.StepEntry, labs.Broken, false))}, labs.PhaseDiagnosing, nil},
		{"wrong verdict, then put away", []Event{rec(history.Broken, 1), wrong(labs.StepEntry), Ending{}}, labs.PhaseDiagnosing, []string{"due:lab-card"}},
		{"wrong verdict, cards of the step", []Event{rec(history.Broken, 1), wrong(labs.StepTLS), Ending{}}, labs.PhaseDiagnosing, []string{"due:tls-card"}},
		{"nothing wrong, then put away", []Event{rec(history.Broken, 1), Ending{}}, labs.PhaseDiagnosing, nil},
		{"solved after wrong verdicts", append([]Event{wrong(labs.StepTLS), wrong(labs.StepTLS), wrong(labs.StepEntry)}, append(diagnosis(), rec(history.Solved, 9))...), labs.PhaseSolved, []string{"due:tls-card,lab-card"}},
		{"solved, and its cards made due", append(append([]Event{wrong(labs.StepTLS)}, diagnosis()...), rec(history.Solved, 9), madeDue("tls-card"), Ending{}), labs.PhaseSolved, []string{"due:tls-card"}},
		{"solved, but dead before its cards were due", append(append([]Event{wrong(labs.StepTLS)}, diagnosis()...), notOwn(rec(history.Solved, 9)), Ending{}), labs.PhaseSolved, []string{"due:tls-card"}},
		{"wrong finding", []Event{rec(history.Broken, 1), rec(history.Finding, 2, finding(labs.StepTLS, "x", false))}, labs.PhaseDiagnosing, nil},
	} {
		s, effects := play(c.events...)
		if s.Phase != c.phase {
			t.Errorf("%s: phase %s, want %s", c.name, s.Phase, c.phase)
		}
		if diff := cmp.Diff(c.effects, kinds(effects)); diff != "" {
			t.Errorf("%s: effects %s", c.name, diff)
		}
	}
}

// TestViewKeepsLaterStepsToItself: what a later step asks tells of the
// earlier ones.
func TestViewKeepsLaterStepsToItself(t *testing.T) {
	t.Parallel()
	s, _ := play(append(diagnosis()[:2], rec(history.Finding, 3, finding(labs.StepEntry, "x", false)))...)
	v := s.view(at(4), place{})
	if v.Current != labs.StepEntry || !v.Ahead(labs.StepListeners) || v.Ahead(labs.StepEntry) || v.Ahead(labs.StepCapture) {
		t.Fatalf("at %s", v.Current)
	}
	for i, st := range v.Steps {
		shown := st.Ask != "" && len(st.Look) > 0 && st.HintsLeft > 0
		hidden := st.Ask == "" && len(st.Look) == 0 && st.HintsLeft == 0
		if i <= 1 && !shown || i > 1 && !hidden {
			t.Errorf("%+v", st)
		}
	}
}

// TestVerifiedIsNotUndone plays records of two programs that crossed.
func TestVerifiedIsNotUndone(t *testing.T) {
	t.Parallel()
	s, _ := play(append(diagnosis(), rec(history.Verdict, 3, verdict(labs.StepTLS, labs.Broken, false)),
		rec(history.Finding, 3, finding(labs.StepTLS, "UH", false)))...)
	if v := s.view(at(4), place{}).Steps[3]; !v.Done || v.Verdict != labs.Healthy || v.Answer != "NR" {
		t.Errorf("%+v", v)
	}
}

func wrong(step labs.Step) Event { return rec(history.Verdict, 2, verdict(step, labs.Broken, false)) }

func madeDue(cards ...string) Event {
	return rec(history.Due, 9, func(r *history.Record) { r.Cards = cards })
}

func notOwn(r Recorded) Event {
	r.Own = false
	return r
}

func TestReplayMakesNothingDue(t *testing.T) {
	t.Parallel()
	if _, effects := play(append(diagnosis(), wrong(labs.StepEntry), notOwn(rec(history.Solved, 9)))...); effects != nil {
		t.Errorf("%v", kinds(effects))
	}
}

func TestView(t *testing.T) {
	t.Parallel()
	until := append(diagnosis()[:6], looked(2.5, labs.Fail, labs.Pass, labs.LayerRoute)) // all before tls
	s, _ := play(append(until,
		rec(history.Hint, 3, func(r *history.Record) { r.Step = labs.StepTLS }),
		rec(history.Verdict, 4, verdict(labs.StepTLS, labs.Broken, false)))...)
	v := s.view(at(10), place{})
	marks := map[labs.Layer]labs.Verdict{}
	for _, m := range v.Path {
		marks[m.Layer] = m.Verdict
	}
	want := map[labs.Layer]labs.Verdict{"dns": "healthy", "entry": "healthy", "listener": "healthy", "tls": "", "route": "", "destination": ""}
	if diff := cmp.Diff(want, marks); diff != "" {
		t.Errorf("only verified layers show: %s", diff)
	}
	tls := v.Steps[3]
	if tls.Reply != "Not so: nothing in tls stops this request. "+verdictWords+" Hint: one" || tls.Wrong != 1 || tls.Done || tls.HintsLeft != 1 || len(tls.Hints) != 1 {
		t.Errorf("tls: %+v", tls)
	}
	if v.Current != labs.StepTLS || v.Elapsed != 10*time.Second || v.Debrief != "" {
		t.Errorf("current %q, elapsed %s, debrief %q", v.Current, v.Elapsed, v.Debrief)
	}
	p := s.masked(looked(5, labs.Fail, labs.Pass, labs.LayerRoute).Main)
	if p.Layer(labs.LayerRoute).Verdict != labs.Unknown || p.Layer(labs.LayerEntry).Verdict != labs.Healthy {
		t.Errorf("a trace gives away what is not verified: %+v", p.Layers())
	}
}

func TestGreenNowRed(t *testing.T) {
	t.Parallel()
	events := append(diagnosis(), looked(3, labs.Fail, labs.Pass, labs.LayerRoute), looked(4, labs.Pass, labs.Pass, ""), looked(5, labs.Pending, labs.Pass, ""), looked(6, labs.Fail, labs.Pass, labs.LayerTLS))
	s, _ := play(events...)
	v := s.view(at(7), place{})
	if !v.Goals[0].Fell || !v.Goals[0].Changed.Equal(at(6)) || v.Guards[0].Fell {
		t.Errorf("%+v %+v", v.Goals, v.Guards)
	}
	if m := v.Path[3]; m.Verdict != labs.Broken || m.Was != labs.Healthy || !m.Changed.Equal(at(6)) {
		t.Errorf("path: %+v", m)
	}
	s, _ = next(s, looked(8, labs.Pass, labs.Pass, ""))
	if v := s.view(at(9), place{}); v.Goals[0].Fell {
		t.Error("green again, and still said to have fallen")
	}
}

func TestPausesDoNotCount(t *testing.T) {
	t.Parallel()
	s, _ := play(rec(history.Broken, 10), rec(history.Paused, 20), rec(history.Resumed, 5000), rec(history.Hint, 5005, func(r *history.Record) { r.Step = labs.StepTLS }))
	if got := s.Worked(at(5010)); got != 30*time.Second {
		t.Errorf("worked %s", got)
	}
}

func TestTheClockStandsOnceSolved(t *testing.T) {
	t.Parallel()
	s, _ := play(append(diagnosis(), rec(history.Solved, 9), madeDue("tls-card"))...)
	if got := s.Worked(at(300)); got != 9*time.Second {
		t.Errorf("worked %s", got)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	path := func(dns, entry labs.Verdict) labs.Path {
		return labs.Path{Hops: []labs.Hop{{Layers: []labs.LayerReport{{Layer: labs.LayerDNS, Verdict: dns}, {Layer: labs.LayerEntry, Verdict: entry}}}}}
	}
	for _, c := range []struct{ dns, entry, want labs.Verdict }{
		{labs.Healthy, labs.Healthy, labs.Healthy}, {labs.Healthy, labs.Broken, labs.Broken}, {labs.Broken, labs.OffPath, labs.Broken},
		{labs.OffPath, labs.OffPath, labs.OffPath}, {labs.OffPath, labs.Healthy, labs.Healthy},
		{labs.Unknown, labs.Healthy, labs.Unknown}, {labs.Unknown, labs.Broken, labs.Broken},
	} {
		if got := Verdict(&labs.Lab{}, path(c.dns, c.entry), labs.StepEntry); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.dns, c.entry, got, c.want)
		}
	}
	if got := Verdict(&labs.Lab{}, path(labs.Healthy, labs.Healthy), labs.StepTLS); got != labs.Unknown {
		t.Errorf("a layer nobody looked at: %s", got)
	}
}

// A step that is about one hop is judged by that hop alone.
func TestVerdictAtAHop(t *testing.T) {
	t.Parallel()
	hop := func(name string, v labs.Verdict) labs.Hop {
		return labs.Hop{Name: name, Layers: []labs.LayerReport{{Layer: labs.LayerTLS, Hop: name, Verdict: v}}}
	}
	lab := &labs.Lab{Steps: map[labs.Step]labs.StepPlan{labs.StepTLS: {At: "egress"}}}
	whole := func(l labs.Hop) labs.Hop { // every layer looked at
		for _, layer := range labs.Layers() {
			if layer != labs.LayerTLS {
				l.Layers = append(l.Layers, labs.LayerReport{Layer: layer, Verdict: labs.Healthy})
			}
		}
		return l
	}
	for _, c := range []struct {
		name string
		hops []labs.Hop
		want labs.Verdict
	}{
		{"its own verdict", []labs.Hop{hop("sidecar", labs.Healthy), hop("egress", labs.Broken)}, labs.Broken},
		{"not another's", []labs.Hop{hop("sidecar", labs.Broken), hop("egress", labs.OffPath)}, labs.OffPath},
		{"broken before it", []labs.Hop{hop("sidecar", labs.Broken)}, labs.OffPath},
		{"not on the way", []labs.Hop{whole(hop("sidecar", labs.Healthy))}, labs.OffPath},
		{"not known how far", []labs.Hop{hop("sidecar", labs.Healthy)}, labs.Unknown},
		{"nothing known", nil, labs.Unknown},
	} {
		if got := Verdict(lab, labs.Path{Hops: c.hops}, labs.StepTLS); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
