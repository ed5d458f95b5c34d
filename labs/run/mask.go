package run

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
)

// masked hides what the session has not verified yet, so that a trace, on
// screen or by a command, gives nothing away of a lab in progress: a layer
// shows its mark once the verdict on it is verified, and what the mark rests
// on only when its step is done. The details of a broken layer answer the
// step's question.
func (s State) masked(p labs.Path) labs.Path {
	if !s.hides() {
		return p
	}
	out := p
	out.Answer = s.hidden(p.Answer)
	out.Hops = slices.Clone(p.Hops)
	for i, h := range out.Hops {
		out.Hops[i].Layers = slices.Clone(h.Layers)
		for j, r := range h.Layers {
			out.Hops[i].Layers[j] = s.shown(r)
		}
	}
	return out
}

// hides says that a lab is in progress which still asks what is broken.
func (s State) hides() bool {
	return s.Phase == labs.PhaseDiagnosing || s.Phase == labs.PhaseBreaking || s.Phase == labs.PhaseUnearned
}

// shown is what may be told of one layer.
func (s State) shown(r labs.LayerReport) labs.LayerReport {
	for _, name := range labs.Steps() {
		if s.done(name) || !slices.Contains(name.Layers(), r.Layer) {
			continue
		}
		out := labs.LayerReport{Layer: r.Layer, Hop: r.Hop, Verdict: labs.Unknown, Summary: "not yet verified by you"}
		if s.steps[name].verdictRight {
			out.Verdict, out.Summary = r.Verdict, "details once the question of step "+string(name)+" is answered"
		}
		return out
	}
	return r
}

// hidden is an answer without what the steps still ask for: the gateway's
// words until the capture step's finding, what the proxies behind the first
// logged until the diagnosis is complete, the certificate's serial until the
// tls step's finding.
func (s State) hidden(a labs.Answer) labs.Answer {
	if !s.steps[labs.StepCapture].findingRight {
		a.Flag, a.Details, a.LogLine, a.Logs = "", "", "", nil
	}
	if len(a.Logs) > 1 && !s.diagnosed() {
		a.Logs = a.Logs[:1]
	}
	if !s.steps[labs.StepTLS].findingRight {
		a.Serial = ""
	}
	return a
}
