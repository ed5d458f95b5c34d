package run

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/history"
)

// next is the whole set of rules of a session.
func next(s State, e Event) (State, []Effect) {
	s.steps, s.path = maps.Clone(s.steps), maps.Clone(s.path)
	s.hops = maps.Clone(s.hops)
	switch e := e.(type) {
	case Recorded:
		return recorded(s, e)
	case Observed:
		return observed(s, e)
	case Working:
		s.Phase, s.Doing = e.Phase, e.Doing
	case Ending:
		return s, s.owed()
	}
	return s, nil
}

// recorded applies one line of the history.
func recorded(s State, e Recorded) (State, []Effect) {
	s.worked += history.Work(s.last, e.At)
	s.last = e.Record
	if e.PID != 0 {
		s.pid = e.PID
	}
	if s.Phase == labs.PhaseResetting && (e.Kind == history.Unearned || e.Kind == history.Solved) {
		return s, nil // it was the reset that mended it
	}
	var effects []Effect
	switch e.Kind {
	case history.Broken:
		s.Phase, s.Doing, s.Trouble, s.wasBroken, s.seen = labs.PhaseDiagnosing, "", "", true, e.At
		s.goals, s.guards, s.held = nil, nil, time.Time{}
		if e.Capture != nil {
			s.broken, s.capture = *e.Capture, *e.Capture
		}
	case history.Verdict:
		s.lateLine(e.Capture)
		s.verdictGiven(e)
	case history.Finding:
		s.lateLine(e.Capture)
		s.findingGiven(e)
	case history.Hint:
		st := s.steps[e.Step]
		st.hints++
		s.steps[e.Step] = st
	case history.Unearned:
		s.Phase = labs.PhaseUnearned
		s.Trouble = fmt.Sprintf(unearnedWords, s.view(e.At, place{}).StillOpen())
	case history.Again:
		s.Phase, s.Trouble = labs.PhaseBreaking, ""
	case history.Solved:
		s.Phase, s.Doing = labs.PhaseSolved, ""
		if e.Capture != nil {
			s.broken = *e.Capture
		}
		if e.Own {
			effects = s.owed()
		}
	case history.Due:
		s.due = append(slices.Clip(s.due), e.Cards...)
	case history.Reset:
		s = State{Phase: labs.PhaseIdle}
	case history.Leaving:
		s.Phase, s.Doing, s.Trouble = labs.PhaseResetting, "the objects to be as before", ""
	case history.Failed:
		s.Phase, s.Doing, s.Trouble = labs.PhaseFailed, "", e.Text
	}
	if s.Phase == labs.PhaseDiagnosing && s.diagnosed() {
		s.Phase = labs.PhaseFixing
	}
	return s, effects
}

const unearnedWords = "The goals hold, but the diagnosis is not complete; still open: %s. Put the fault back (start the lab again) to go on; your answers are kept."

// lateLine keeps the first answer that has its log line: Envoy's log may come
// a second after the fault was seen.
func (s *State) lateLine(a *labs.Answer) {
	if a != nil && s.broken.LogLine == "" && a.LogLine != "" {
		s.broken = *a
	}
}

// findingGiven notes an answer. What was verified stays, whatever another
// program wrote down at the same moment.
func (s *State) findingGiven(e Recorded) {
	st := s.steps[e.Step]
	if st.findingRight {
		return
	}
	st.answer, st.findingRight, st.reply = e.Text, e.Right, ""
	if !e.Right {
		st.wrong++
		st.reply = "Not so." + spaced(s.Lab.Steps[e.Step].Wrong) + hinted(s.Lab.Steps[e.Step], st)
	}
	s.steps[e.Step] = st
}

// verdictGiven notes a verdict. A wrong one calls for the step's cards, which
// come when the attempt ends: before, they would name the cause.
func (s *State) verdictGiven(e Recorded) {
	st := s.steps[e.Step]
	if st.verdictRight {
		return
	}
	st.verdict, st.verdictRight, st.reply = e.Verdict, e.Right, ""
	if !e.Right {
		st.wrong++
		st.reply = notSo(e.Step, e.Verdict) + spaced(verdictWords) + hinted(s.Lab.Steps[e.Step], st)
	}
	s.steps[e.Step] = st
	if e.Right {
		return
	}
	cards := s.Lab.Steps[e.Step].Cards
	if len(cards) == 0 {
		cards = s.Lab.Cards
	}
	for _, c := range cards {
		if !slices.Contains(s.wrong, c) {
			s.wrong = append(slices.Clip(s.wrong), c)
		}
	}
}

// owed makes due what wrong verdicts call for and was not made due before. It
// comes with the end of an attempt, and again when that attempt is put away:
// a program that died in between loses no card.
func (s State) owed() []Effect {
	var left []string
	for _, c := range s.wrong {
		if !slices.Contains(s.due, c) {
			left = append(left, c)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return []Effect{Urge{Cards: left}}
}

// verdictWords says what the three verdicts mean: a wrong verdict is as often
// a wrong idea of them as of the cluster.
const verdictWords = "A healthy layer does its work for this request, a broken one stops it; one not on the path is never reached, or not needed."

// notSo begins the reply to a wrong verdict. It speaks of the request alone: a
// layer that is not reached may have a fault all the same.
func notSo(name labs.Step, v labs.Verdict) string {
	switch v {
	case labs.OffPath:
		return fmt.Sprintf("Not so: this request's path leads through %s.", name)
	case labs.Broken:
		return fmt.Sprintf("Not so: nothing in %s stops this request.", name)
	}
	return fmt.Sprintf("Not so: the work of %s is not done for this request.", name)
}

// hinted ends the answer to something wrong: with the hint that was taken
// last, or with the offer of one. Never with the fix.
func hinted(plan labs.StepPlan, st step) string {
	switch {
	case st.hints > 0 && st.hints <= len(plan.Hints):
		return " Hint: " + plan.Hints[st.hints-1]
	case len(plan.Hints) > 0:
		return " A hint is there if you want one."
	}
	return ""
}

func spaced(words string) string {
	if words == "" {
		return ""
	}
	return " " + words
}

// observed applies a look at the cluster.
func observed(s State, e Observed) (State, []Effect) {
	switch s.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing, labs.PhaseUnearned, labs.PhaseSolved:
	default:
		return s, nil
	}
	if e.At.Before(s.seen) {
		return s, nil // judged beside the look that saw the fault, and later told
	}
	if over := s.Phase == labs.PhaseUnearned || s.Phase == labs.PhaseSolved; over && e.Replaced {
		e.Trouble = ""
	}
	if s.Phase != labs.PhaseUnearned {
		s.Trouble = e.Trouble
	}
	if e.Main.Answer.Observed {
		s.capture = e.Main.Answer
		if s.Phase == labs.PhaseDiagnosing {
			s.lateLine(&s.capture)
		}
	}
	s.goals = judged(s.goals, withheld(e.Goals, e.Trouble), e.At)
	s.guards = judged(s.guards, withheld(e.Guards, e.Trouble), e.At)
	for _, step := range labs.Steps() {
		for _, r := range s.Lab.Reports(step, e.Main) {
			s.path[r.Layer] = s.path[r.Layer].next(r.Verdict, e.At)
		}
	}
	s.walked(e)
	if words := s.astray(e); words != "" {
		s.Trouble, s.held = words, time.Time{}
		return s, nil
	}
	return s.settled(e)
}

// astray says in what way the request goes wrong although goals and guards
// hold, "" when it does not: somebody else may give the answer that they ask
// for. What is merely not known of the path says nothing against a fix.
func (s State) astray(e Observed) string {
	r, broken := e.Main.Broken()
	mended := check.Healthy(e.Goals) && check.Healthy(e.Guards)
	if !broken || !mended || s.Phase != labs.PhaseFixing || e.Trouble != "" {
		return ""
	}
	words := fmt.Sprintf("Goals and guards hold, and the request is still not served as it should be: %s: %s", r.Layer, r.Summary)
	if r.Want != "" && r.Got != "" {
		words += fmt.Sprintf(" (want %s, got %s)", r.Want, r.Got)
	}
	return words + ". Mend that, or reset the lab: gatedrill lab reset."
}

// settled decides whether the lab is solved, or was mended too early: either
// must hold for a while, as one look may be older than what it is taken for.
// Neither is said of a lab in trouble.
func (s State) settled(e Observed) (State, []Effect) {
	goals := check.Healthy(e.Goals)
	early := s.Phase == labs.PhaseDiagnosing && s.Lab.Healthy == "" && goals && !e.Unready
	mended := s.Phase == labs.PhaseFixing && goals && check.Healthy(e.Guards)
	switch {
	case !early && !mended, e.Trouble != "" && !e.Replaced:
		s.held = time.Time{}
		return s, nil
	case s.held.IsZero():
		s.held = e.At
	case e.At.Sub(s.held) < holdFor:
	case early:
		return s, []Effect{s.write(history.Unearned, e.At)}
	default:
		solved := s.write(history.Solved, e.At)
		solved.Capture = &s.broken
		return s, []Effect{solved}
	}
	return s, nil
}

func (s State) write(k history.Kind, at time.Time) Write {
	return Write{history.Record{At: at, Attempt: s.Attempt, Lab: s.Lab.ID, Kind: k}}
}
