package lint

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// solving are words that name a cause, or the place of one.
var solving = []string{"virtualservice", "httproute", "destinationrule", "peerauthentication", "authorizationpolicy", "selector", "endpoint",
	"listener", "credentialname", "private key", "typo", "mtls", "strict"}

// presumes is said in a question that only a broken layer would be asked.
var presumes = regexp.MustCompile(`(?i)\b(does not|cannot|can't|should|wrong|broken|missing|instead|as it does)\b`)

// ticket holds title and ticket to symptoms: no word that solves the lab, no
// field that the fault changes and no value that it brings.
func (n *linter) ticket() {
	for _, part := range [][2]string{{"id", n.lab.ID}, {"title", n.lab.Title}, {"ticket", n.lab.Ticket}} {
		key, text := part[0], part[1]
		told := strings.ToLower(text)
		for _, word := range solving {
			if strings.Contains(told, word) {
				n.complain(n.lab.Place(key), word, "%s says a word that solves it: tell what people notice", key)
			}
		}
		n.spoils(n.lab.Place(key), key, text)
	}
}

// questions looks at what a learner reads before and while a step is asked:
// nothing of the fault, and no verdict.
func (n *linter) questions() {
	for _, step := range labs.Steps() {
		s := n.lab.Steps[step]
		if s.Finding == nil {
			continue
		}
		if s.Finding.Accept == labs.AcceptObject && presumes.MatchString(s.Finding.Ask) {
			n.complain(s.Finding.Pos, s.Finding.Ask, "step %s: the question presumes a verdict", step)
		}
		n.spoils(s.Finding.Pos, "the question of step "+string(step), s.Finding.Ask)
		for _, h := range s.Hints {
			n.spoils(s.Pos, "a hint of step "+string(step), h)
		}
	}
}

// spoils looks for what the fault writes in a text.
func (n *linter) spoils(at labs.Pos, what, text string) {
	fields, values := written(n.lab.Fault)
	healthy := n.healthy()
	for _, f := range fields {
		if strings.ContainsAny(f, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && word(text, f) { // others are words of every day
			n.complain(at, f, "%s names a field that the fault changes", what)
		}
	}
	for _, v := range values {
		if len(v) > 3 && !strings.Contains(healthy, v) && word(text, v) {
			n.complain(at, v, "%s holds a value that the fault brings", what)
		}
	}
}

// healthy is all that is known before anything is broken, as one text.
func (n *linter) healthy() string {
	l := n.lab
	text, err := json.Marshal([]any{l.Homes, l.Internet, l.Base, l.Certificates, l.Tokens, l.Requests, l.DNS})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// written lists the fields and the values that a change writes.
func written(c labs.Change) (fields, values []string) {
	var tree func(x any)
	tree = func(x any) {
		switch x := x.(type) {
		case map[string]any:
			for k, v := range x {
				if tree(v); v == nil || !isTree(v) {
					fields = append(fields, k)
				}
			}
		case []any:
			for _, v := range x {
				tree(v)
			}
		case string:
			values = append(values, x)
		}
	}
	for _, m := range c.Objects {
		tree(m.Object["spec"])
	}
	for _, op := range c.Ops {
		for _, m := range op.Apply {
			tree(m.Object["spec"])
		}
		if op.Patch != nil {
			tree(op.Patch.Merge)
			for _, p := range op.Patch.JSON {
				if step, ok := p.(map[string]any); ok {
					tree(step["value"])
					if at, ok := step["path"].(string); ok {
						fields = append(fields, at[strings.LastIndex(at, "/")+1:])
					}
				}
			}
		}
	}
	slices.Sort(fields)
	slices.Sort(values)
	return slices.Compact(fields), slices.Compact(values)
}

func isTree(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return true
	case []any:
		return slices.ContainsFunc(v, isTree)
	}
	return false
}

// answers looks for the answer of a step in the questions after it. A word of
// every day is none that gives itself away.
func (n *linter) answers() {
	told := n.lab.Title + " " + n.lab.Ticket
	steps := labs.Steps()
	for i, step := range steps {
		f := n.lab.Steps[step].Finding
		if f == nil {
			continue
		}
		for _, is := range f.Is {
			if is == "" {
				n.complain(f.Pos, "", "step %s: is has no answer: write down what you expect the cluster to say", step)
			}
			if f.Accept == labs.AcceptObject {
				_, is, _ = strings.Cut(is, " ")
			}
			if _, err := strconv.ParseFloat(is, 64); err == nil || len(is) < 4 || !strings.ContainsAny(is, "./:|-0123456789") || strings.Contains(told, is) {
				continue
			}
			for _, later := range steps[i+1:] {
				if g := n.lab.Steps[later].Finding; g != nil && word(g.Ask, is) {
					n.complain(g.Pos, g.Ask, "the question of step %s gives the answer of step %s away: %s", later, step, is)
				}
			}
		}
	}
}

// word says whether a text holds another one that is no part of a longer
// word.
func word(text, part string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], part)
		if i < 0 {
			return false
		}
		i += at
		if !letter(text, i-1) && !letter(text, i+len(part)) {
			return true
		}
		at = i + 1
	}
}

func letter(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return false
	}
	c := text[i]
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
