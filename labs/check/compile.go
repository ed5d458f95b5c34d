package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/gatedrill/gatedrill/labs"
)

// Set is a lab's expressions, ready to be evaluated. It is safe for use by
// several goroutines.
type Set struct {
	goals, guards []predicate
	truths        map[labs.Step]question
	traced        map[string]bool
}

// Traced says whether an expression asks for the trace of a request.
func (s *Set) Traced(request string) bool { return s.traced[request] }

// predicate is a goal or guard: parts that must all hold.
type predicate struct {
	title string
	parts []part
}

// part is one conjunct. A comparison of something a client can see with a
// constant is kept in pieces, so that want and got can be said.
type part struct {
	whole cel.Program
	left  cel.Program // nil when there is nothing to say
	name  string      // "code"
	of    string      // the request's name
	op    string      // "==", "contains"
	want  string
}

type question struct {
	truth  cel.Program
	accept labs.Accept
}

// compiler collects problems while it compiles.
type compiler struct {
	env      *cel.Env
	vocab    *vocabulary
	lab      *labs.Lab
	traced   map[string]bool
	problems []labs.Problem
}

// Compile compiles all expressions of a lab. Every problem is reported with
// the place in the lab's file.
func Compile(lab *labs.Lab) (*Set, []labs.Problem) {
	vocab := newVocabulary(slices.Sorted(maps.Keys(lab.Requests)))
	env, err := newEnv(vocab)
	if err != nil {
		return nil, []labs.Problem{{Pos: lab.Pos, Words: err.Error()}}
	}
	c := &compiler{env: env, vocab: vocab, lab: lab, traced: map[string]bool{}}
	s := &Set{truths: map[labs.Step]question{}, traced: c.traced}
	s.goals, s.guards = c.predicates(lab.Goals), c.predicates(lab.Guards)
	for _, step := range labs.Steps() {
		f := lab.Steps[step].Finding
		if f == nil {
			continue
		}
		if a := c.ast(f.Truth, nil); a != nil && c.answerable(f.Truth, a) {
			accept := f.Accept
			if accept == "" {
				accept = labs.AcceptText
			}
			s.truths[step] = question{truth: c.program(f.Truth.Pos, a), accept: accept}
		}
	}
	return s, c.problems
}

func (c *compiler) predicates(list []labs.Check) []predicate {
	var out []predicate
	for _, k := range list {
		p := predicate{title: k.Title}
		if a := c.ast(k.That, cel.BoolType); a != nil {
			for _, e := range conjuncts(a.NativeRep().Expr()) {
				p.parts = append(p.parts, c.part(k.That.Pos, a, e))
			}
		}
		out = append(out, p)
	}
	return out
}

// ast compiles an expression; nil after a problem was recorded.
func (c *compiler) ast(e labs.Expr, want *cel.Type) *cel.Ast {
	a, issues := c.env.Compile(e.Text)
	if issues.Err() != nil {
		for _, i := range issues.Errors() {
			c.complain(placeIn(e.Pos, i.Location.Line(), i.Location.Column()), e, "%s", c.vocab.words(i.Message))
		}
		return nil
	}
	if t := a.OutputType(); want != nil && !t.IsExactType(want) && !t.IsExactType(cel.DynType) {
		c.complain(e.Pos, e, "want a condition that is true or false, got %s", t)
		return nil
	}
	c.names(e, a)
	return a
}

// answerable reports a truth that nobody can type, such as a whole layer.
func (c *compiler) answerable(e labs.Expr, a *cel.Ast) bool {
	t := a.OutputType()
	if t.Kind() == types.StructKind {
		c.complain(e.Pos, e, "the truth is not one fact but many: name one of them (docs/questions.md)")
		return false
	}
	return true
}

// placeIn is a place in a file, from one in an expression, whose lines count
// from 1 and columns from 0. All lines of a block begin in one column.
func placeIn(p labs.Pos, line, column int) labs.Pos {
	p.Line += max(line-1, 0)
	p.Column += max(column, 0)
	return p
}

func (c *compiler) complain(at labs.Pos, e labs.Expr, format string, args ...any) {
	c.problems = append(c.problems, labs.Problem{Pos: at, Text: e.Text, Words: fmt.Sprintf(format, args...)})
}

// place is where a part of an expression stands in the file.
func (c *compiler) place(e labs.Expr, a *cel.Ast, part ast.Expr) labs.Pos {
	l := a.NativeRep().SourceInfo().GetStartLocation(part.ID())
	return placeIn(e.Pos, l.Line(), l.Column())
}

// conjuncts splits a && b && c.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		args := e.AsCall().Args()
		return append(conjuncts(args[0]), conjuncts(args[1])...)
	}
	return []ast.Expr{e}
}

func (c *compiler) program(at labs.Pos, a *cel.Ast) cel.Program {
	p, err := c.env.Program(a, cel.CostLimit(costLimit))
	if err != nil {
		c.problems = append(c.problems, labs.Problem{Pos: at, Words: err.Error()})
	}
	return p
}

// piece compiles a part of a compiled expression by itself.
func (c *compiler) piece(at labs.Pos, a *cel.Ast, e ast.Expr) cel.Program {
	text, err := cel.ExprToString(e, a.NativeRep().SourceInfo())
	if err == nil {
		if sub, issues := c.env.Compile(text); issues.Err() == nil {
			return c.program(at, sub)
		}
	}
	c.problems = append(c.problems, labs.Problem{Pos: at, Words: fmt.Sprintf("cannot take the condition apart: %v", err)})
	return nil
}

func (c *compiler) part(at labs.Pos, a *cel.Ast, e ast.Expr) part {
	p := part{whole: c.piece(at, a, e)}
	if e.Kind() != ast.CallKind {
		return p
	}
	call := e.AsCall()
	var left, right ast.Expr
	switch {
	case call.FunctionName() == operators.Equals && len(call.Args()) == 2:
		left, right, p.op = call.Args()[0], call.Args()[1], "=="
	case call.FunctionName() == "contains" && call.IsMemberFunction() && len(call.Args()) == 1:
		left, right, p.op = call.Target(), call.Args()[0], "contains"
	default:
		return p
	}
	path := selection(left)
	// Only what a client sees may be said: the rest would name the fix.
	if len(path) != 3 || path[0] != "requests" || right.Kind() != ast.LiteralKind {
		return p
	}
	p.of, p.name = path[1], path[2]
	p.want = literal(right)
	p.left = c.piece(at, a, left)
	return p
}

func literal(e ast.Expr) string {
	if s, ok := e.AsLiteral().(types.String); ok {
		return fmt.Sprintf("%q", strings.TrimSpace(string(s)))
	}
	return fmt.Sprint(e.AsLiteral().Value())
}

func joined[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, ", ")
}
