package labfile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// validate checks what decoding cannot: that the lab is whole and its parts
// name each other rightly. Expressions are compiled by package check.
func (s *source) validate(l *labs.Lab, dir string) {
	idForm := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	need := func(key string, ok bool, format string, a ...any) {
		if !ok {
			s.complainKey(key, format, a...)
		}
	}
	need("apiVersion", l.APIVersion == labs.FormatVersion, "apiVersion must be %s", labs.FormatVersion)
	need("id", l.ID == dir, "id must be the folder's name: %s", dir)
	need("id", idForm.MatchString(l.ID), "id must be lower-case words joined by dashes")
	need("title", l.Title != "", "title is missing")
	need("ticket", strings.TrimSpace(l.Ticket) != "", "ticket is missing")
	need("shapes", len(l.Shapes) > 0, "shapes is missing")
	need("minutes", l.Minutes > 0, "minutes is missing")
	need("difficulty", l.Difficulty >= 1 && l.Difficulty <= 5, "difficulty must be 1 to 5")
	need("breaks", len(l.Breaks) > 0 || l.Healthy != "", "breaks must name the step that is broken")
	for _, b := range l.Breaks {
		need("breaks", len(b.Layers()) > 0, "breaks: %q is no step that has a verdict (%s)", b, joined(labs.Steps()[1:]))
	}
	for _, u := range l.UnseenBy {
		need("unseen_by", u == "analyze", "unseen_by: %q cannot be proved; only analyze can", u)
	}
	for _, c := range l.Requires {
		need("requires", slices.Contains(labs.Capabilities(), labs.Capability(c)), "requires: no cluster has %q (%s)", c, joined(labs.Capabilities()))
	}
	need("goals", len(l.Goals) > 0, "goals is empty: say what a client must see")
	need("guards", len(l.Guards) > 0, "guards is empty: say what must still hold")
	_, hasMain := l.Requests[labs.MainRequest]
	need("requests", hasMain, "requests has no %q", labs.MainRequest)
	s.requests(l)
	s.steps(l)
	s.checks(l)
	for _, c := range l.Certificates {
		s.certificate(c)
	}
	for _, t := range l.Tokens {
		if t.Name == "" || t.Issuer == "" {
			s.complain(t.Pos, "a token has a name and an issuer")
		}
	}
	s.changes(l)
	if l.Healthy != "" {
		s.unbroken(l)
	}
	need("behind", l.Behind.Name == "" || l.FaultOf.Name != "", "behind is a second fault of the library, behind the one that fault names")
}

// unbroken checks a lab in which nothing is broken: whatever else says how it
// breaks or heals contradicts it.
func (s *source) unbroken(l *labs.Lab) {
	for _, part := range []struct {
		key string
		has bool
	}{{"fault", !l.Fault.Empty()}, {"breaks", len(l.Breaks) > 0}, {"unseen_by", len(l.UnseenBy) > 0}, {"solution", len(l.Solutions) > 0}} {
		if part.has {
			s.complainKey("healthy", "healthy says that nothing is broken: such a lab has no %s", part.key)
		}
	}
	for _, g := range slices.Concat(l.Goals, l.Guards) {
		if g.Title == l.Healthy {
			s.complain(g.Pos, "two goals or guards have this title: healthy is the title of a goal")
		}
	}
}

func (s *source) steps(l *labs.Lab) {
	for _, name := range sortedKeys(l.Steps) {
		if !slices.Contains(labs.Steps(), labs.Step(name)) {
			s.complain(l.Steps[labs.Step(name)].Pos, "%q is no step (%s)", name, joined(labs.Steps()))
		}
	}
	for _, step := range labs.Steps() {
		p, ok := l.Steps[step]
		if !ok {
			s.complainKey("steps", "steps has no %s", step)
			continue
		}
		if p.At != "" && (!labs.IsHopName(p.At) || len(step.Layers()) == 0) {
			s.complain(p.Pos, "step %s: at names the hop that a verdict is about (%s, or gateway-2 for a second one), got %q", step, joined(labs.Roles()), p.At)
		}
		if len(p.Look) == 0 {
			s.complain(p.Pos, "step %s: look has no command", step)
		}
		if p.Finding == nil || p.Finding.Ask == "" || p.Finding.Truth.Text == "" {
			s.complain(p.Pos, "step %s: finding needs ask and truth", step)
		} else if a := p.Finding.Accept; a != "" && !slices.Contains(labs.Accepts(), a) {
			s.complain(p.Finding.Pos, "accept: no way of comparing is called %q (%s)", a, joined(labs.Accepts()))
		}
		if slices.Contains(l.Breaks, step) && len(p.Hints) == 0 {
			s.complain(p.Pos, "step %s is broken and has no hints", step)
		}
		if slices.ContainsFunc(p.Hints, func(h string) bool { return strings.TrimSpace(h) == "" }) {
			s.complain(p.Pos, "step %s: a hint is empty", step)
		}
	}
}

func (s *source) checks(l *labs.Lab) {
	titles := map[string]bool{}
	for _, c := range slices.Concat(l.Goals, l.Guards) {
		if c.Title == "" || c.That.Text == "" {
			s.complain(c.Pos, "a goal or guard needs title and that")
		} else if titles[c.Title] {
			s.complain(c.Pos, "two goals or guards have this title")
		}
		titles[c.Title] = true
	}
	for _, sc := range l.Shortcuts {
		if sc.Title == "" {
			s.complain(sc.Pos, "a shortcut needs a title")
		}
		if !slices.ContainsFunc(l.Guards, func(g labs.Check) bool { return g.Title == sc.StoppedBy }) {
			s.complain(sc.Pos, "stopped_by names no guard: %q", sc.StoppedBy)
		}
	}
}

// certificate checks one declaration.
func (s *source) certificate(c labs.Certificate) {
	need := func(ok bool, format string, a ...any) {
		if !ok {
			s.complain(c.Pos, format, a...)
		}
	}
	need((c.Secret == "") != (c.Client == ""), "a certificate has either secret or client")
	need(c.Secret == "" || labs.IsPair(c.Secret), "secret must be namespace/name")
	onlyCA := len(c.Holds) == 1 && c.Holds[0] == "ca.crt"
	need(len(c.Names) > 0 || onlyCA, "a certificate needs names")
	need(slices.Contains([]string{"", "full", "leaf", "root", "reversed"}, c.Chain), "chain must be full, leaf, root or reversed")
	need(slices.Contains([]string{"", "server", "client"}, c.Usage), "usage must be server or client")
	need(c.Key == "" || c.Key == "other", "key must be left out, or be: other")
	need(c.Days >= 0, "days must be positive")
	for _, h := range c.Holds {
		need(slices.Contains([]string{"tls.crt", "tls.key", "ca.crt"}, h), "holds: %q is not one of tls.crt, tls.key, ca.crt", h)
	}
}

// changes checks the rules that keep labs fast and the world whole.
func (s *source) changes(l *labs.Lab) {
	own := append([]labs.Change{l.Fault}, l.Solutions...)
	for _, sc := range l.Shortcuts {
		own = append(own, sc.Change)
	}
	for _, c := range own {
		for _, m := range c.Objects {
			if m.Object["kind"] == "Namespace" {
				s.problems = append(s.problems, labs.Problem{Pos: m.Pos, Words: "namespaces belong to the scene or the base: they stay when the lab ends, because removing one takes seconds"})
			}
		}
		for _, op := range c.Ops {
			if op.Certificate != nil {
				s.certificate(*op.Certificate)
			}
		}
	}
}

func joined[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}
