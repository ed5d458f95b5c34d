package run

import (
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// place is what a view says of where the lab runs.
type place struct{ name, ready string }

// View is what a screen shows of the session.
func (s State) view(now time.Time, at place) labs.View {
	v := labs.View{Phase: s.Phase, Doing: s.Doing, Trouble: s.Trouble, Cluster: at.name, Ready: at.ready}
	if s.Lab == nil {
		v.Phase = labs.PhaseIdle
		return v
	}
	v.Lab, v.Ticket, v.Request = listing(s.Lab), s.Lab.Ticket, s.Lab.Main()
	v.Since, v.Elapsed = s.Since, s.Worked(now)
	v.Capture = s.hidden(s.capture)
	v.Goals, v.Guards = slices.Clone(s.goals), slices.Clone(s.guards)
	if len(v.Goals) == 0 {
		v.Goals, v.Guards = unjudged(s.Lab.Goals), unjudged(s.Lab.Guards)
	}
	if s.Lab.Healthy != "" {
		v.Goals = slices.Insert(v.Goals, 0, s.understood())
	}
	for _, name := range labs.Steps() {
		v.Steps = append(v.Steps, s.stepView(name))
	}
	v.Current = s.current()
	v.Path, v.Hops = s.pathView(), s.hopsView()
	if s.Phase == labs.PhaseSolved {
		v.Debrief, v.Cards = s.debrief(), slices.Clone(s.due)
	}
	return v
}

func listing(l *labs.Lab) labs.Listing {
	var layers []labs.Layer
	steps := slices.Clone(l.Breaks)
	for _, h := range l.Halves {
		steps = append(steps, h.Breaks...)
	}
	slices.Sort(steps)
	for _, step := range slices.Compact(steps) {
		layers = append(layers, step.Layers()...)
	}
	return labs.Listing{ID: l.ID, Title: l.Title, Catalogue: l.Catalogue, Shapes: l.Shapes,
		From: l.From, Minutes: l.Minutes, Difficulty: l.Difficulty, Requires: l.Requires, Layers: layers}
}

// understood is the goal of a lab in which nothing is broken: that the learner
// can say so. It shows that no more than the goals of other labs do.
func (s State) understood() labs.CheckView {
	c := labs.CheckView{Title: s.Lab.Healthy, Outcome: labs.Pass}
	switch {
	case !s.diagnosed():
		c.Outcome, c.Why = labs.Fail, "not until every step has its verdict and its answer"
	case s.Trouble != "":
		c.Outcome, c.Why = labs.Pending, inTroubleWords
	}
	return c
}

func unjudged(list []labs.Check) []labs.CheckView {
	var out []labs.CheckView
	for _, c := range list {
		out = append(out, labs.CheckView{Title: c.Title, Outcome: labs.Pending})
	}
	return out
}

func (s State) stepView(name labs.Step) labs.StepView {
	plan, st := s.Lab.Steps[name], s.steps[name]
	title, question := words(name, plan.At)
	v := labs.StepView{Step: name, Title: title, Question: question,
		Answer: st.answer, Verdict: st.verdict, VerdictRight: st.verdictRight, FindingRight: st.findingRight,
		Done: s.done(name), Wrong: st.wrong, Reply: st.reply}
	if s.reached(name) != nil {
		return v
	}
	v.Look = plan.Look
	if plan.Finding != nil {
		v.Ask = plan.Finding.Ask
	}
	taken := min(st.hints, len(plan.Hints))
	v.Hints, v.HintsLeft = slices.Clone(plan.Hints[:taken]), len(plan.Hints)-taken
	return v
}

// words are a step's title and question; what is asked of a proxy names the
// hop that the step is about.
func words(name labs.Step, at string) (title, question string) {
	proxy := map[string]string{"sidecar": "workload's sidecar", "egress": "egress gateway", "waypoint": "waypoint"}[at]
	switch name {
	case labs.StepCapture:
		return "capture", "What exactly was asked, and what exactly came back?"
	case labs.StepEntry:
		question = "Does the request reach a gateway pod: DNS, load balancer, Service, endpoints?"
		if proxy != "" {
			question = "Does the request reach the " + proxy + ": name, address, and who takes it?"
		}
		return "entry", question
	case labs.StepListeners:
		question = "Does the gateway listen for this request, on its port and for its host?"
		if proxy != "" {
			question = "Does the " + proxy + " listen for this request, on its port and for its host?"
		}
		return "listeners and attachment", question
	case labs.StepTLS:
		return "tls", "Is the right certificate served, whole and valid, for this name?"
	case labs.StepHosts:
		return "hosts and paths", "Does a route match this host, path and method?"
	case labs.StepDestination:
		return "destination", "Is the destination there, healthy, and does it let the request in?"
	}
	return string(name), ""
}

// pathView shows a layer only when the learner's verdict on it was verified;
// from then on it is live.
func (s State) pathView() []labs.PathMark {
	verified := map[labs.Layer]bool{}
	for _, name := range labs.Steps() {
		for _, l := range name.Layers() {
			verified[l] = s.steps[name].verdictRight
		}
	}
	var out []labs.PathMark
	for _, l := range labs.Layers() {
		m := labs.PathMark{Layer: l}
		if verified[l] {
			m = s.path[l].shown(l)
		}
		out = append(out, m)
	}
	return out
}

// debrief is the lab's, with the log line of this very run: where the text
// has ${LOG_LINE}, else at its end.
func (s State) debrief() string {
	line, text := s.broken.LogLine, s.Lab.Debrief
	switch {
	case line == "":
		line = "(no line: the gateway logged nothing for this request)"
	case !strings.Contains(text, "${LOG_LINE}"):
		text = strings.TrimRight(text, "\n") + "\n\n**The line of this run**\n\n    ${LOG_LINE}\n"
	}
	return strings.ReplaceAll(text, "${LOG_LINE}", line)
}
