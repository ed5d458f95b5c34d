package accuracy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// What the trace promises, in percent.
const (
	promisedLayer   = 98
	promisedObject  = 95
	promisedUnknown = 3
)

// Count sums up the marks of many cases.
type Count struct {
	Cases        int `json:"cases"`
	Layer        int `json:"rightLayer"`
	Object       int `json:"rightObject"`
	Unknown      int `json:"unknown"`
	FalseHealthy int `json:"falseHealthy"`
	FalseBroken  int `json:"falseBroken"`
}

func (n *Count) add(m Mark) {
	n.Cases++
	for _, x := range []struct {
		is   bool
		into *int
	}{{m.Layer, &n.Layer}, {m.Object, &n.Object}, {m.Unknown, &n.Unknown}, {m.FalseHealthy, &n.FalseHealthy}, {m.FalseBroken, &n.FalseBroken}} {
		if x.is {
			*x.into++
		}
	}
}

// Report is the accuracy over many cases.
type Report struct {
	Trace   Count  `json:"trace"`
	Analyze Count  `json:"analyze"`
	Wrong   []Line `json:"wrong"`
	NotRun  []Line `json:"notRun"`
	Broken  []Line `json:"notAsClaimed"` // cases that are not what they claim
}

// Line is one case of a list.
type Line struct {
	Case  string `json:"case"`
	Words string `json:"words"`
}

// Sum judges results.
func Sum(results []Result) Report {
	results = slices.Clone(results)
	slices.SortFunc(results, func(a, b Result) int { return cmp.Compare(a.Case.ID, b.Case.ID) })
	var r Report
	for _, x := range results {
		switch {
		case x.NotRun != "":
			r.NotRun = append(r.NotRun, Line{x.Case.ID, x.NotRun})
			continue
		case x.Problem != "":
			r.Broken = append(r.Broken, Line{x.Case.ID, x.Problem})
			continue
		}
		m := x.Case.Judge(x.Told)
		r.Trace.add(m)
		r.Analyze.add(x.Case.JudgeAnalyze(x.Analyze))
		if !m.Layer || !m.Object {
			r.Wrong = append(r.Wrong, Line{x.Case.ID, strings.TrimPrefix(x.Words(), "wrong: ")})
		}
	}
	return r
}

// MarshalJSON leaves out what was looked at: a recording holds it.
func (r Result) MarshalJSON() ([]byte, error) {
	out := map[string]any{"case": r.Case.ID, "title": r.Case.Title, "want": r.Case.Expect.String(), "tookSeconds": r.Took.Seconds()}
	switch {
	case r.NotRun != "":
		out["notRun"] = r.NotRun
	case r.Problem != "":
		out["notAsClaimed"] = r.Problem
	default:
		out["told"], out["mark"], out["analyze"] = r.Told, r.Case.Judge(r.Told), append([]Message{}, r.Analyze...)
	}
	return json.Marshal(out)
}

// Words say what became of a case.
func (r Result) Words() string {
	switch {
	case r.NotRun != "":
		return "not run: " + r.NotRun
	case r.Problem != "":
		return "not what it claims: " + r.Problem
	}
	if m := r.Case.Judge(r.Told); !m.Layer || !m.Object {
		return fmt.Sprintf("wrong: want %s, told %s", r.Case.Expect, r.Told)
	}
	return "right: " + r.Told.String()
}

// String is the right answer in one line.
func (e Expect) String() string {
	out := e.Layer
	if e.Hop != "" {
		out += " at " + e.Hop
	}
	if e.Object != "" {
		out += ", " + e.Object
	}
	return out
}

// Missed says which promises are not kept, "" when all are.
func (r Report) Missed() string {
	n := r.Trace
	var out []string
	need := func(ok bool, format string, a ...any) {
		if !ok {
			out = append(out, fmt.Sprintf(format, a...))
		}
	}
	need(n.Cases > 0, "no case was judged")
	// Of a handful of cases one may be wrong: it is more than any percentage.
	few := func(wrong, percent int) bool { return wrong <= max(1, percent*n.Cases/100) }
	need(few(n.Cases-n.Layer, 100-promisedLayer), "right layer in %d of %d, promised %d %%", n.Layer, n.Cases, promisedLayer)
	need(few(n.Cases-n.Object, 100-promisedObject), "right object in %d of %d, promised %d %%", n.Object, n.Cases, promisedObject)
	need(n.FalseHealthy == 0, "%d told healthy that are broken, promised none", n.FalseHealthy)
	need(few(n.Unknown, promisedUnknown), "unknown in %d of %d, promised at most %d %%", n.Unknown, n.Cases, promisedUnknown)
	need(len(r.Broken) == 0, "%d cases are not what they claim", len(r.Broken))
	return strings.Join(out, "; ")
}

// Print writes the table, then every case that is not right.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %15s %15s\n", fmt.Sprintf("%d cases", r.Trace.Cases), "trace", "analyze -A")
	row := func(name string, trace, analyze string) { fmt.Fprintf(&b, "%-22s %15s %15s\n", name, trace, analyze) }
	row("right layer", share(r.Trace.Layer, r.Trace.Cases), "–")
	row("right object", share(r.Trace.Object, r.Trace.Cases), share(r.Analyze.Object, r.Analyze.Cases))
	row("unknown", share(r.Trace.Unknown, r.Trace.Cases), "–")
	row("false healthy", share(r.Trace.FalseHealthy, r.Trace.Cases), share(r.Analyze.FalseHealthy, r.Analyze.Cases))
	row("false broken", share(r.Trace.FalseBroken, r.Trace.Cases), share(r.Analyze.FalseBroken, r.Analyze.Cases))
	for _, part := range []struct {
		title string
		lines []Line
	}{{"wrong", r.Wrong}, {"not what they claim", r.Broken}, {"not run", r.NotRun}} {
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s:\n", part.title)
		for _, l := range part.lines {
			fmt.Fprintf(&b, "  %s: %s\n", l.Case, l.Words)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func share(n, of int) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d  %5.1f %%", n, 100*float64(n)/float64(of))
}
