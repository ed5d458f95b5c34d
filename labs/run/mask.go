package run

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// masked hides what the session has not verified yet, so that a trace, on
// screen or by a command, gives nothing away of a lab in progress: a layer
// shows its mark once the verdict on it is verified, and what the mark rests
// on only when its step is done. The details of a broken layer answer the
// step's question. Which hops the request takes tells where it breaks: there
// are no others than those that the steps ask about.
func (s State) masked(p labs.Path) labs.Path {
	if !s.hides() {
		return p
	}
	out := p
	out.Answer, out.Hops = s.hidden(p.Answer), nil
	all := p.Proxies()
	if len(all) == 0 {
		return out
	}
	for _, name := range labs.Steps() {
		at := cmp.Or(s.Lab.Steps[name].At, all[0].Name)
		for _, l := range name.Layers() {
			i := slices.IndexFunc(out.Hops, func(h labs.Hop) bool { return h.Name == at })
			if i < 0 {
				i = len(out.Hops)
				out.Hops = append(out.Hops, labs.Hop{Name: at, Role: roleOf(at)})
			}
			h := &out.Hops[i]
			r := p.Layer(l)
			if s.Lab.Steps[name].At != "" {
				r = p.LayerAt(at, l)
			}
			h.Layers = append(h.Layers, s.shown(name, at, r))
			if real, there := p.Hop(at); there && s.done(name) {
				h.Proxy = real.Proxy
			}
		}
	}
	return out
}

// roleOf is the role in a hop's name.
func roleOf(hop string) labs.Role {
	role, _, _ := strings.Cut(hop, "-")
	return labs.Role(role)
}

// hides says that a lab is in progress which still asks what is broken.
func (s State) hides() bool {
	return s.Phase == labs.PhaseDiagnosing || s.Phase == labs.PhaseBreaking || s.Phase == labs.PhaseUnearned
}

// shown is what may be told of one layer at the hop that a step asks about.
func (s State) shown(name labs.Step, at string, r labs.LayerReport) labs.LayerReport {
	switch {
	case s.done(name):
		return s.withoutMode(r)
	case s.steps[name].verdictRight:
		return labs.LayerReport{Layer: r.Layer, Hop: at, Verdict: r.Verdict, Summary: "details once the question of step " + string(name) + " is answered"}
	}
	return labs.LayerReport{Layer: r.Layer, Hop: at, Verdict: labs.Unknown, Summary: "not yet verified by you"}
}

// withoutMode leaves the TLS mode out of what the listener tells, until the
// step that asks for it is done.
func (s State) withoutMode(r labs.LayerReport) labs.LayerReport {
	mode, _ := r.Facts["mode"].(string)
	if r.Layer != labs.LayerListener || mode == "" || s.done(labs.StepTLS) {
		return r
	}
	r.Summary = strings.ReplaceAll(r.Summary, "  "+mode, "")
	r.Facts = maps.Clone(r.Facts)
	delete(r.Facts, "mode")
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
