package check

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/cel-go/common/types"

	"github.com/gatedrill/gatedrill/labs"
)

// Result is one goal or guard as judged.
type Result struct {
	Title   string       `json:"title"`
	Outcome labs.Outcome `json:"outcome"`
	Why     string       `json:"why,omitempty"` // when it does not pass
}

// ErrUnknown is wrapped by Truth when something needed was not observed.
var ErrUnknown = errors.New("not observed")

// Judge evaluates the goals and guards.
func (s *Set) Judge(f Facts) (goals, guards []Result) {
	vars := f.activation()
	for _, p := range s.goals {
		goals = append(goals, p.judge(vars, f))
	}
	for _, p := range s.guards {
		guards = append(guards, p.judge(vars, f))
	}
	return goals, guards
}

// judge passes when every part holds, fails when one does not, and is unknown
// otherwise.
func (p predicate) judge(vars map[string]any, f Facts) Result {
	r := Result{Title: p.title, Outcome: labs.Pass}
	for _, part := range p.parts {
		v, _, err := part.whole.Eval(vars)
		if err != nil {
			r.Outcome, r.Why = labs.Pending, missingWords(err)
			continue
		}
		if v != types.True {
			return Result{Title: p.title, Outcome: labs.Fail, Why: part.words(vars, f)}
		}
	}
	if len(p.parts) == 0 { // it did not compile
		r.Outcome, r.Why = labs.Pending, "cannot be judged"
	}
	return r
}

// words says want and got in terms of what the client sees.
func (p part) words(vars map[string]any, f Facts) string {
	if p.left == nil {
		return "does not hold yet"
	}
	answer := f.Answers[p.of]
	if answer.Error != "" {
		return fmt.Sprintf("want %s, got no answer: %s", p.wanted(), answer.Error)
	}
	v, _, err := p.left.Eval(vars)
	if err != nil {
		return missingWords(err)
	}
	got := fmt.Sprint(v.Value())
	if p.op == "contains" {
		got = fmt.Sprintf("%q", shorten(got))
	}
	return fmt.Sprintf("want %s, got %s", p.wanted(), got)
}

func (p part) wanted() string {
	switch {
	case p.op == "contains":
		return p.name + " with " + p.want
	case p.name == "code":
		return p.want
	}
	return p.name + " " + p.want
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// missingWords turns an evaluation error into words.
func missingWords(err error) string {
	text := err.Error()
	if key, ok := strings.CutPrefix(text, "no such key: "); ok {
		return "not observed yet: " + spaced(key)
	}
	return "not observed yet (" + text + ")"
}

// spaced makes words of a fact's name: "servedDays" is "served days".
func spaced(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Truth evaluates the truth of a step's finding. It wraps ErrUnknown when
// something needed was not observed.
func (s *Set) Truth(step labs.Step, f Facts) (Truth, error) {
	q, ok := s.truths[step]
	if !ok {
		return Truth{}, fmt.Errorf("step %s asks nothing", step)
	}
	v, _, err := q.truth.Eval(f.activation())
	if err != nil {
		return Truth{}, fmt.Errorf("%w: %s", ErrUnknown, missingWords(err))
	}
	list, err := answers(v)
	if err != nil {
		return Truth{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return Truth{accept: q.accept, values: list}, nil
}

// Same says whether two answers to a step's question are one, however each is
// written.
func (s *Set) Same(step labs.Step, a, b string) bool {
	q := s.truths[step]
	values := []string{a}
	if q.accept == labs.AcceptSet {
		values = strings.FieldsFunc(a, separates)
	}
	return Truth{accept: q.accept, values: values}.Accepts(b)
}

// Healthy says that every result passes.
func Healthy(results ...[]Result) bool {
	for _, list := range results {
		for _, r := range list {
			if r.Outcome != labs.Pass {
				return false
			}
		}
	}
	return true
}
