package run

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/history"
)

// telling is a path whose every layer says all it can.
func telling(broken labs.Layer) labs.Path {
	p := looked(1, labs.Fail, labs.Pass, broken).Main
	for i := range p.Hops[0].Layers {
		r := &p.Hops[0].Layers[i]
		r.Summary, r.Want, r.Got, r.Evidence = "secret", "secret", "secret", []string{"secret"}
		r.Objects = []labs.Object{{Kind: "Secret", Name: "secret"}}
		r.Facts = map[string]any{"culprit": "secret"}
	}
	return p
}

// TestLogsOfTheWayWaitForTheDiagnosis: the second proxy's line says which hop
// the request came to.
func TestLogsOfTheWayWaitForTheDiagnosis(t *testing.T) {
	t.Parallel()
	a := labs.Answer{Flag: "UF", LogLine: "first", Logs: []labs.ProxyLog{{Line: "first"}, {Line: "second"}}}
	s, _ := play(rec(history.Broken, 1))
	if got := s.hidden(a); len(got.Logs) != 0 || got.LogLine != "" || got.Flag != "" {
		t.Errorf("before the capture: %+v", got)
	}
	s, _ = next(s, rec(history.Finding, 2, finding(labs.StepCapture, "UF", true)))
	if got := s.hidden(a); len(got.Logs) != 1 || got.Logs[0].Line != "first" {
		t.Errorf("after the capture: %+v", got.Logs)
	}
	for _, step := range labs.Steps()[1:] {
		s, _ = next(s, rec(history.Verdict, 3, verdict(step, labs.Healthy, true)))
		s, _ = next(s, rec(history.Finding, 3, finding(step, "x", true)))
	}
	if got := s.hidden(a); len(got.Logs) != 2 {
		t.Errorf("after the diagnosis: %+v", got.Logs)
	}
}

// TestTraceTellsNoMoreThanWasVerified: a right verdict shows the mark; the
// details, which answer the step's question, wait for that answer.
func TestTraceTellsNoMoreThanWasVerified(t *testing.T) {
	t.Parallel()
	right := func(step labs.Step, v labs.Verdict) Event { return rec(history.Verdict, 2, verdict(step, v, true)) }
	answered := func(step labs.Step) Event { return rec(history.Finding, 2, finding(step, "NR", true)) }
	s, _ := play(rec(history.Broken, 1), answered(labs.StepCapture), right(labs.StepEntry, labs.Healthy), answered(labs.StepEntry),
		right(labs.StepListeners, labs.Healthy), answered(labs.StepTLS), right(labs.StepHosts, labs.Broken))
	p := telling(labs.LayerRoute)
	got := s.masked(p)
	marks := map[labs.Layer]labs.Verdict{}
	for _, r := range got.Layers() {
		marks[r.Layer] = r.Verdict
		step := map[labs.Layer]bool{labs.LayerDNS: true, labs.LayerEntry: true} // done
		bare := labs.LayerReport{Layer: r.Layer, Verdict: r.Verdict, Summary: r.Summary}
		if step[r.Layer] {
			bare = p.Layer(r.Layer)
		} else if r.Summary == "secret" {
			t.Errorf("%s gives its summary away", r.Layer)
		}
		if diff := cmp.Diff(bare, r); diff != "" {
			t.Errorf("%s: %s", r.Layer, diff)
		}
	}
	want := map[labs.Layer]labs.Verdict{"dns": "healthy", "entry": "healthy", "listener": "healthy", "tls": "unknown", "route": "broken", "destination": "unknown"}
	if diff := cmp.Diff(want, marks); diff != "" {
		t.Errorf("marks: %s", diff)
	}
	s, _ = next(s, answered(labs.StepHosts))
	if diff := cmp.Diff(p.Layer(labs.LayerRoute), s.masked(p).Layer(labs.LayerRoute)); diff != "" {
		t.Errorf("a step that is done is shown in full: %s", diff)
	}
}
