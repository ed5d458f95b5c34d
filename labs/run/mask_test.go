package run

import (
	"maps"
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
	p.Hops[0].Proxy = labs.Object{Kind: "Pod", Name: "ingress"}
	got := s.masked(p)
	marks := map[labs.Layer]labs.Verdict{}
	for _, r := range got.Layers() {
		marks[r.Layer] = r.Verdict
		step := map[labs.Layer]bool{labs.LayerDNS: true, labs.LayerEntry: true} // done
		bare := labs.LayerReport{Layer: r.Layer, Hop: p.Hops[0].Name, Verdict: r.Verdict, Summary: r.Summary}
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
	if got := s.masked(p).Hops; len(got) != 1 || got[0].Proxy.Name == "" {
		t.Errorf("hops %+v, want the one of a step that is done", got)
	}
	if diff := cmp.Diff(p.Layer(labs.LayerRoute), s.masked(p).Layer(labs.LayerRoute)); diff != "" {
		t.Errorf("a step that is done is shown in full: %s", diff)
	}
}

// TestTraceTellsNotWhichHopsAreTaken: that a request does not come to the
// egress gateway, or comes to another proxy, is what a lab asks.
func TestTraceTellsNotWhichHopsAreTaken(t *testing.T) {
	t.Parallel()
	s, _ := play(rec(history.Broken, 1))
	p := telling(labs.LayerRoute)
	p.Hops = append(p.Hops, labs.Hop{Name: "waypoint", Role: labs.RoleWaypoint, Proxy: labs.Object{Kind: "Pod", Name: "secret"}},
		labs.Hop{Name: "server", Role: labs.RoleServer, Proxy: labs.Object{Kind: "Service", Name: "secret"}})
	got := s.masked(p)
	if len(got.Hops) != 1 || got.Hops[0].Name != p.Hops[0].Name || got.Hops[0].Proxy.Name != "" {
		t.Errorf("no step names a hop, and these are told of: %+v", got.Hops)
	}
	lab := *s.Lab
	lab.Steps = maps.Clone(lab.Steps)
	for _, name := range labs.Steps() {
		step := lab.Steps[name]
		step.At = "egress"
		lab.Steps[name] = step
	}
	s.Lab = &lab
	got = s.masked(p)
	if len(got.Hops) != 1 || got.Hops[0].Name != "egress" || got.Hops[0].Role != labs.RoleEgress {
		t.Fatalf("the hop that the steps name is not told of, or others are: %+v", got.Hops)
	}
	for _, r := range got.Hops[0].Layers {
		if r.Verdict != labs.Unknown || r.Summary != "not yet verified by you" {
			t.Errorf("%s: %+v", r.Layer, r)
		}
	}
}

// TestListenerKeepsTheModeToItself: the step after it asks for the TLS mode.
func TestListenerKeepsTheModeToItself(t *testing.T) {
	t.Parallel()
	right := func(step labs.Step) []Event {
		return []Event{rec(history.Finding, 2, finding(step, "x", true)), rec(history.Verdict, 2, verdict(step, labs.Healthy, true))}
	}
	events := []Event{rec(history.Broken, 1)}
	for _, step := range labs.Steps()[:3] {
		events = append(events, right(step)...)
	}
	s, _ := play(events...)
	p := telling(labs.LayerRoute)
	for i, r := range p.Hops[0].Layers {
		if r.Layer == labs.LayerListener {
			p.Hops[0].Layers[i].Summary, p.Hops[0].Layers[i].Facts = "0.0.0.0:8443  MUTUAL", map[string]any{"mode": "MUTUAL", "port": 8443}
		}
	}
	l := s.masked(p).Layer(labs.LayerListener)
	if l.Summary != "0.0.0.0:8443" || l.Facts["mode"] != nil || l.Facts["port"] != 8443 {
		t.Errorf("before the tls step: %+v", l)
	}
	for _, e := range right(labs.StepTLS) {
		s, _ = next(s, e)
	}
	if l := s.masked(p).Layer(labs.LayerListener); l.Facts["mode"] != "MUTUAL" {
		t.Errorf("after it: %+v", l)
	}
}
