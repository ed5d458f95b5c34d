package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/history"
)

// Verdict commits the learner's verdict on a step. It is judged against the
// cluster as it is now.
func (s *Service) Verdict(ctx context.Context, name labs.Step, v labs.Verdict) (labs.Reply, error) {
	if !slices.Contains([]labs.Verdict{labs.Healthy, labs.Broken, labs.OffPath}, v) {
		return labs.Reply{}, fmt.Errorf("%q is no verdict (healthy, broken, off-path)", v)
	}
	if len(name.Layers()) == 0 {
		return labs.Reply{}, fmt.Errorf("step %s has no verdict, only a finding (steps with one: entry, listeners, tls, hosts, destination)", name)
	}
	n, reply, err := s.judging(ctx, name)
	if n == nil {
		return reply, err
	}
	if st := s.now().steps[name]; st.verdictRight {
		return already(name, said(st.verdict), v == st.verdict), nil
	}
	o, _, err := n.fresh(ctx)
	if err != nil {
		return labs.Reply{Unknown: true, Words: err.Error()}, nil
	}
	if o.Trouble != "" {
		return inTrouble(o), nil
	}
	truth := Verdict(n.lab, o.Main, name)
	if truth == labs.Unknown {
		return labs.Reply{Unknown: true, Words: "The cluster cannot say now: " + unknownWords(n.lab, o, name)}, nil
	}
	err = s.record(history.Verdict, func(r *history.Record) {
		r.Step, r.Verdict, r.Right, r.Capture = name, v, v == truth, s.lateCapture(o)
	})
	if err != nil {
		return labs.Reply{}, err
	}
	return s.replied(name, v == truth, fmt.Sprintf("Right, %s: %s.", name, said(v))), nil
}

// inTrouble is the reply while something is missing: what the cluster would
// say now is about that, and not about the lab.
func inTrouble(o Observed) labs.Reply {
	return labs.Reply{Unknown: true, Words: "Nothing is judged, and nothing was counted. " + o.Trouble}
}

// already is the reply where something was verified before: it stays, and
// only what agrees with it is right.
func already(name labs.Step, verified string, agrees bool) labs.Reply {
	return labs.Reply{Right: agrees, Words: fmt.Sprintf("Already verified, and it stays, %s: %s.", name, verified)}
}

// lateCapture is the answer to keep with a record, when it is the first one
// whose log line was seen.
func (s *Service) lateCapture(o Observed) *labs.Answer {
	st := s.now()
	if st.Phase != labs.PhaseDiagnosing || st.broken.LogLine != "" || o.Main.Answer.LogLine == "" {
		return nil
	}
	return &o.Main.Answer
}

func said(v labs.Verdict) string {
	if v == labs.OffPath {
		return "not on this request's path"
	}
	return string(v)
}

// unknownWords says why a step cannot be judged.
func unknownWords(lab *labs.Lab, o Observed, name labs.Step) string {
	var out []string
	for _, r := range lab.Reports(name, o.Main) {
		if r.Verdict != labs.Healthy && r.Verdict != labs.OffPath {
			out = append(out, fmt.Sprintf("%s: %s", r.Layer, r.Summary))
		}
	}
	return strings.Join(out, "; ") + ". Nothing was counted; try again."
}

// Answer commits the learner's answer to a step's question. The true answer
// is asked of the cluster as it is now.
func (s *Service) Answer(ctx context.Context, name labs.Step, text string) (labs.Reply, error) {
	if strings.TrimSpace(text) == "" {
		return labs.Reply{}, errors.New("an empty answer is no answer")
	}
	n, reply, err := s.judging(ctx, name)
	if n == nil {
		return reply, err
	}
	if st := s.now().steps[name]; st.findingRight {
		return already(name, fmt.Sprintf("answered with %q", st.answer), n.set.Same(name, st.answer, text)), nil
	}
	o, facts, err := n.fresh(ctx)
	if err != nil {
		return labs.Reply{Unknown: true, Words: err.Error()}, nil
	}
	if o.Trouble != "" {
		return inTrouble(o), nil
	}
	truth, err := n.set.Truth(name, facts)
	if errors.Is(err, check.ErrUnknown) {
		return labs.Reply{Unknown: true, Words: "The cluster cannot say now: " + err.Error() + ". Nothing was counted; try again."}, nil
	}
	if err != nil {
		return labs.Reply{}, err
	}
	if slip := truth.Misread(text); slip != "" {
		return labs.Reply{Unknown: true, Slip: true, Words: slip}, nil
	}
	right := truth.Accepts(text)
	err = s.record(history.Finding, func(r *history.Record) {
		r.Step, r.Text, r.Right, r.Capture = name, strings.TrimSpace(text), right, s.lateCapture(o)
	})
	if err != nil {
		return labs.Reply{}, err
	}
	return s.replied(name, right, "Right."), nil
}

// judging returns the session when answers can be judged now; otherwise the
// reply that says why not.
func (s *Service) judging(ctx context.Context, name labs.Step) (*session, labs.Reply, error) {
	if !slices.Contains(labs.Steps(), name) {
		return nil, labs.Reply{}, fmt.Errorf("%q is no step (capture, entry, listeners, tls, hosts, destination)", name)
	}
	if err := s.sync(); err != nil {
		return nil, labs.Reply{}, err
	}
	st := s.now()
	if st.Lab == nil {
		return nil, labs.Reply{}, s.noLab()
	}
	switch st.Phase {
	case labs.PhaseDiagnosing, labs.PhaseFixing:
	case labs.PhaseUnearned, labs.PhaseFailed:
		return nil, labs.Reply{Unknown: true, Words: st.Trouble}, nil
	default:
		return nil, labs.Reply{Unknown: true, Words: fmt.Sprintf("The lab is %s; there is nothing to judge now.", st.Phase)}, nil
	}
	if err := st.reached(name); err != nil {
		return nil, labs.Reply{}, err
	}
	n, err := s.connect(ctx, st.Lab)
	return n, labs.Reply{}, err
}

// replied is the reply to what was just recorded.
func (s *Service) replied(name labs.Step, right bool, words string) labs.Reply {
	if right {
		return labs.Reply{Right: true, Words: words}
	}
	return labs.Reply{Words: s.now().steps[name].reply}
}
