package check

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/gatedrill/gatedrill/labs"
)

// names reports names that are given as text: hops and kinds. It notes which
// requests are traced.
func (c *compiler) names(e labs.Expr, a *cel.Ast) {
	for _, n := range ast.MatchDescendants(ast.NavigateAST(a.NativeRep()), ast.AllMatcher()) {
		if path := selection(n); len(path) == 2 && path[0] == "trace" {
			c.traced[path[1]] = true
		}
		if n.Kind() != ast.CallKind {
			continue
		}
		switch call := n.AsCall(); call.FunctionName() {
		case "hop":
			c.hopName(e, a, call.Args()[0])
		case "objectIn", "objectsIn":
			c.kindName(e, a, call.Args()[1])
		}
	}
}

// hopName reports a hop that no path can have.
func (c *compiler) hopName(e labs.Expr, a *cel.Ast, arg ast.Expr) {
	if name, ok := literalText(arg); !ok || !labs.IsHopName(name) {
		c.complain(c.place(e, a, arg), e, "hop wants the name of one: %s, or gateway-2 for a second one of that role", joined(labs.Roles()))
	}
}

// kindName reports a kind that is two.
func (c *compiler) kindName(e labs.Expr, a *cel.Ast, arg ast.Expr) {
	name, ok := literalText(arg)
	if instead, two := ambiguous(name); ok && two {
		c.complain(c.place(e, a, arg), e, "two kinds are called %s: write %s", name, instead)
	}
}

func literalText(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// selection returns a.b.c as its names; nil for anything else.
func selection(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		if base := selection(e.AsSelect().Operand()); base != nil {
			return append(base, e.AsSelect().FieldName())
		}
	}
	return nil
}
