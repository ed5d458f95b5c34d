package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// solving names a cause, or the place of one.
var solving = regexp.MustCompile(`(?i)virtual[ -]?service|http[ -]?route|destination[ -]?rule|service[ -]?entr|envoy[ -]?filter|peer[ -]?authentication|` +
	`request[ -]?authentication|authorization[ -]?polic|reference[ -]?grant|selector|endpoint|listener|credential[ -]?name|subset|private key|typo|` +
	`mtls|mutual tls|strict`)

// presumes is said in a question that only a broken layer would be asked.
var presumes = regexp.MustCompile(`(?i)\b(does not|cannot|can't|should|wrong|broken|missing|instead|as it does)\b`)

// ticket holds title and ticket to symptoms: no word that solves the lab, no
// field that the fault changes and no value that it brings.
func (n *linter) ticket() {
	f := n.broken()
	for _, part := range [][2]string{{"id", n.lab.ID}, {"title", n.lab.Title}, {"ticket", n.lab.Ticket}} {
		key, text := part[0], part[1]
		if word := solving.FindString(text); word != "" {
			n.complain(n.lab.Place(key), word, "%s says a word that solves it: tell what people notice", key)
		}
		n.spoils(f, n.lab.Place(key), key, text)
	}
	for _, g := range n.lab.Goals {
		n.spoils(f, g.Pos, "the title of a goal", g.Title)
	}
	for _, g := range n.lab.Guards {
		n.spoils(f, g.Pos, "the title of a guard", g.Title)
	}
}

// questions looks at what a learner reads before and while a step is asked:
// nothing of the fault, and no verdict.
func (n *linter) questions() {
	f := n.broken()
	for _, step := range labs.Steps() {
		s := n.lab.Steps[step]
		if s.Finding == nil {
			continue
		}
		if s.Finding.Accept == labs.AcceptObject && presumes.MatchString(s.Finding.Ask) {
			n.complain(s.Finding.Pos, s.Finding.Ask, "step %s: the question presumes a verdict", step)
		}
		n.spoils(f, s.Finding.Pos, "the question of step "+string(step), s.Finding.Ask)
		for i, h := range s.Hints {
			n.spoils(f.closely(), s.Place("hints", i), "a hint of step "+string(step), h)
		}
		n.spoils(f.closely(), s.Pos, "what step "+string(step)+" says to a wrong answer", s.Wrong)
	}
}

// spoils looks for what the fault writes in a text.
func (n *linter) spoils(b broken, at labs.Pos, what, text string) {
	for _, f := range b.fields {
		if spelled(text, f) {
			n.complain(at, f, "%s names a field that the fault changes", what)
		}
	}
	for _, v := range b.values {
		if len(v) > 3 && !strings.Contains(b.healthy, v) && word(strings.ToLower(text), strings.ToLower(v)) {
			n.complain(at, v, "%s holds a value that the fault brings", what)
		}
	}
}

// hump is where a field's next word begins.
var hump = regexp.MustCompile(`[A-Z]+`)

// spelled says whether a text names a field, or says it in words: targetPort,
// target port. A field of one word is a word of every day.
func spelled(text, field string) bool {
	words := hump.ReplaceAllString(field, "[ -]?$0")
	if words == field || strings.HasPrefix(words, "[") {
		return false
	}
	return regexp.MustCompile(`(?i)\b` + words + `s?\b`).MatchString(text)
}

// answers looks for the answer of a step in its own words and in the questions
// after it.
func (n *linter) answers() {
	steps := labs.Steps()
	for i, step := range steps {
		s := n.lab.Steps[step]
		f := s.Finding
		if f == nil {
			continue
		}
		for _, is := range f.Is {
			if is == "" {
				n.complain(f.Pos, "", "step %s: is has no answer: write down what you expect the cluster to say", step)
			}
			for _, is := range n.forms(f.Accept, is) {
				if word(f.Ask, is) {
					n.complain(f.Pos, f.Ask, "the question of step %s gives its own answer away: %s", step, is)
				}
				for j, h := range s.Hints {
					if word(h, is) {
						n.complain(s.Place("hints", j), h, "a hint of step %s gives its answer away: %s", step, is)
					}
				}
				if word(s.Wrong, is) {
					n.complain(s.Pos, s.Wrong, "what step %s says to a wrong answer gives its answer away: %s", step, is)
				}
				for _, later := range steps[i+1:] {
					if g := n.lab.Steps[later].Finding; g != nil && word(strings.ToLower(g.Ask), strings.ToLower(is)) {
						n.complain(g.Pos, g.Ask, "the question of step %s gives the answer of step %s away: %s", later, step, is)
					}
				}
			}
		}
	}
}

// forms are the ways to write an answer that give it away. A word of every
// day, a small number and what the ticket tells do not.
func (n *linter) forms(accept labs.Accept, is string) []string {
	out := []string{is}
	if accept == labs.AcceptObject {
		_, is, _ = strings.Cut(is, " ")
		out = []string{is}
		if namespace, name, ok := strings.Cut(is, "/"); ok {
			out = append(out, name+"."+namespace)
		}
	}
	told := n.lab.Title + " " + n.lab.Ticket
	return slices.DeleteFunc(out, func(is string) bool {
		return len(is) < 4 || !strings.ContainsAny(is, "./:|-0123456789") || strings.Contains(told, is)
	})
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
