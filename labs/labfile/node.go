package labfile

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/gatedrill/gatedrill/labs"
)

// source is one YAML file being read. It collects problems, so that a file
// with several shows all of them at once.
type source struct {
	file     string
	fsys     fs.FS // of the files that operations apply; nil where none do
	lines    []string
	keys     map[string]labs.Pos // of the top level, and below it: "requests.main"
	values   map[string]string   // of parameters; nil where texts have no places for them
	problems []labs.Problem
}

// parse returns the file's documents; on a syntax error none, with the
// problem recorded.
func (s *source) parse(text []byte) []*ast.DocumentNode {
	text = s.filled(text)
	s.lines = strings.Split(string(text), "\n")
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		p := labs.Problem{Pos: labs.Pos{File: s.file}, Words: err.Error()}
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			p.Pos = s.pos(at.GetToken())
			p.Words, p.Text = at.GetMessage(), s.line(p.Line)
		}
		s.problems = append(s.problems, p)
		return nil
	}
	return f.Docs
}

func (s *source) pos(t *token.Token) labs.Pos {
	if t == nil || t.Position == nil {
		return labs.Pos{File: s.file}
	}
	return labs.Pos{File: s.file, Line: t.Position.Line, Column: t.Position.Column}
}

// at is the place of a node's first character. goccy gives a mapping the
// position of its first colon; the key is what a reader looks for.
func (s *source) at(n ast.Node) labs.Pos {
	if pairs := pairsOf(n); len(pairs) > 0 {
		return s.pos(pairs[0].Key.GetToken())
	}
	return s.pos(n.GetToken())
}

// textPos is where the content of a scalar begins: after the quote, or on the
// line after a block's mark.
func (s *source) textPos(n ast.Node) labs.Pos {
	p := s.at(n)
	switch n := n.(type) {
	case *ast.LiteralNode:
		p.Line, p.Column = p.Line+1, 1
		if l := s.line0(p.Line); l != "" {
			p.Column = len(l) - len(strings.TrimLeft(l, " ")) + 1
		}
	case *ast.StringNode:
		if t := n.GetToken().Type; t == token.SingleQuoteType || t == token.DoubleQuoteType {
			p.Column++
		}
	}
	return p
}

func (s *source) line0(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

func (s *source) line(n int) string { return strings.TrimSpace(s.line0(n)) }

// complain records a problem with the line it stands on.
func (s *source) complain(p labs.Pos, format string, a ...any) {
	text := ""
	if p.File == s.file { // else the place is in another file of the lab
		text = s.line(p.Line)
	}
	s.problems = append(s.problems, labs.Problem{Pos: p, Text: text, Words: fmt.Sprintf(format, a...)})
}

// complainKey records a problem with a key, or with the file when the key is
// absent.
func (s *source) complainKey(key, format string, a ...any) {
	if p, ok := s.keys[key]; ok {
		s.complain(p, format, a...)
		return
	}
	s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: s.file}, Words: fmt.Sprintf(format, a...)})
}

// pairsOf returns a mapping's entries; goccy has two kinds of nodes for them.
func pairsOf(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func isMapping(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

func keyOf(p *ast.MappingValueNode) string {
	if k, ok := p.Key.(*ast.StringNode); ok {
		return k.Value
	}
	return p.Key.GetToken().Value
}

// tree converts a node to the types that JSON has in Kubernetes: maps,
// slices, string, int64, float64, bool, nil.
func (s *source) tree(n ast.Node) any {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		m := map[string]any{}
		for _, p := range pairsOf(n) {
			m[keyOf(p)] = s.tree(p.Value)
		}
		return m
	case *ast.SequenceNode:
		l := make([]any, 0, len(n.Values))
		for _, v := range n.Values {
			l = append(l, s.tree(v))
		}
		return l
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.IntegerNode:
		return s.integer(n)
	case *ast.FloatNode:
		return n.Value
	case *ast.BoolNode:
		return n.Value
	case *ast.NullNode:
		return nil
	}
	s.complain(s.at(n), "%s is not supported here: write the value out", strings.ToLower(n.Type().String()))
	return nil
}

func (s *source) integer(n *ast.IntegerNode) any {
	switch v := n.Value.(type) {
	case int64:
		return v
	case uint64:
		if v <= 1<<63-1 {
			return int64(v)
		}
	}
	s.complain(s.at(n), "number out of range")
	return nil
}

// kindOf names a node's kind in words.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "nothing"
	}
	return strings.ToLower(n.Type().String())
}
