// Package trace walks one request from its client to the server, proxy by
// proxy, and says which layer of which proxy is broken. Trace is pure: request and snapshot in, path out;
// judging twice gives the same answer. It matches as Envoy matches, and never
// calls a layer healthy that could not be looked at.
//
// Labs ask for single observations by name, facts: package labs declares them
// (FactsOf), with their types.
package trace

import (
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Trace walks the request through what was observed.
func Trace(r labs.Request, s snapshot.Snapshot) labs.Path { return Of(s).Trace(r) }

// Trace walks the request.
func (m *Mesh) Trace(r labs.Request) labs.Path { return m.traced(r, nil, false) }

// Brief walks the request and tells the same, but for the fact which objects
// name its host: among thousands, looking at each of them is most of the work.
func (m *Mesh) Brief(r labs.Request) labs.Path { return m.traced(r, nil, true) }

// traced walks a request that redirects led to by way of the visited URLs.
func (m *Mesh) traced(r labs.Request, visited []string, brief bool) labs.Path {
	s := m.snap
	t, err := parse(r)
	if err != nil {
		return labs.Path{Request: r, Answer: s.Answers[r.Name], At: s.At, Hops: []labs.Hop{
			{Name: string(labs.RoleGateway), Role: labs.RoleGateway, Layers: nothing(err.Error())},
		}}
	}
	j := &journey{Mesh: m, request: r, whole: s.Answers[r.Name], brief: brief}
	j.walkAll(t)
	to := j.redirect()
	if to == "" {
		to = j.sentOn(len(visited))
	}
	if to != "" {
		j.followTo(to, visited)
	}
	if to == "" || !j.request.Follow { // else the answer is that of the last URL
		j.reconcile()
	}
	j.misread()
	j.wanted()
	mask(j.all())
	j.refusedAsAsked()
	return j.path()
}

// nothing is a path that could not be walked.
func nothing(why string) []labs.LayerReport {
	var out []labs.LayerReport
	for _, l := range labs.Layers() {
		out = append(out, labs.LayerReport{Layer: l, Verdict: labs.Unknown, Summary: why})
	}
	return out
}

// mask turns every layer behind the first broken one into "not reached",
// unless the request was there; their facts stay. So it is with TLS that waits for a server behind that
// layer.
func mask(reports []*report) {
	broken := false
	somewhere := slices.ContainsFunc(reports, func(r *report) bool { return r.Verdict == labs.Broken })
	for _, r := range reports {
		if somewhere && r.beyond && r.Verdict == labs.Unknown {
			r.Verdict, r.Summary = labs.OffPath, "TLS passes through, and no server took it up"
		}
		if broken {
			r.Verdict, r.Summary = labs.OffPath, "not reached"
			r.Want, r.Got = "", ""
			r.Evidence = nil
			delete(r.Facts, "culprit") // a consequence is nobody's fault
		}
		broken = broken || r.Verdict == labs.Broken && !r.passed
	}
}

// report is a layer's report in the making. The first decision counts.
type report struct {
	labs.LayerReport
	certain bool // broken, whatever the answer: it came from elsewhere
	passed  bool // broken, and the request was sent on all the same
	beyond  bool // unknown, since it speaks of a server further on that did not answer
}

func newReport(l labs.Layer) *report {
	return &report{LayerReport: labs.LayerReport{Layer: l, Facts: map[string]any{}}}
}

func (r *report) decided() bool { return r.Verdict != "" }

func (r *report) fact(name string, value any) { r.Facts[name] = value }

// see adds evidence.
func (r *report) see(format string, a ...any) {
	r.Evidence = append(r.Evidence, fmt.Sprintf(format, a...))
}

// involve names an object that is responsible for the layer.
func (r *report) involve(objects ...labs.Object) {
	for _, o := range objects {
		if o.Name != "" && !contains(r.Objects, o) {
			r.Objects = append(r.Objects, o)
		}
	}
}

func (r *report) healthy(format string, a ...any) { r.decide(labs.Healthy, fmt.Sprintf(format, a...)) }
func (r *report) unknown(format string, a ...any) { r.decide(labs.Unknown, fmt.Sprintf(format, a...)) }
func (r *report) offPath(format string, a ...any) { r.decide(labs.OffPath, fmt.Sprintf(format, a...)) }

func (r *report) decide(v labs.Verdict, summary string) {
	if !r.decided() {
		r.Verdict, r.Summary = v, summary
	}
}

// broken decides the layer and names the culprit, when there is one.
func (r *report) broken(culprit labs.Object, summary, want, got string) {
	if r.decided() {
		return
	}
	r.decide(labs.Broken, summary)
	r.Want, r.Got = want, got
	if culprit.Name != "" {
		r.Objects = append([]labs.Object{culprit}, without(r.Objects, culprit)...)
		r.fact("culprit", culprit.String())
	}
}

func contains(list []labs.Object, o labs.Object) bool {
	for _, x := range list {
		if x == o {
			return true
		}
	}
	return false
}

func without(list []labs.Object, o labs.Object) []labs.Object {
	var out []labs.Object
	for _, x := range list {
		if x != o {
			out = append(out, x)
		}
	}
	return out
}
