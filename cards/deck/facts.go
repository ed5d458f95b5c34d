package deck

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/gatedrill/gatedrill/cards"
)

// fact is one entry of a YAML mapping of a deck file: of its front matter, or
// of the facts of a note.
type fact struct {
	key   string
	line  int // of the key, counted from 0
	from  int // where the mapping begins
	value ast.Node
}

const (
	maxFacts = 4 << 10 // bytes of one mapping
	maxNests = 256     // brackets in it: the YAML parser is slow where many are open
)

// mapping reads some lines as a YAML mapping. What is wrong with them is a
// problem; without ok nothing of them is known.
func (p *reader) mapping(from, to int, hint string, lost bool) (facts []fact, ok bool) {
	for i := from; i < to; i++ {
		if cards.Unsafe(p.lines[i]) {
			p.problem(i, p.lines[i], "holds control characters or invalid UTF-8", false)
		}
	}
	text := cards.Clean(strings.Join(p.lines[from:to], "\n"))
	if len(text) > maxFacts || strings.Count(text, "[")+strings.Count(text, "{") > maxNests {
		p.problem(from, p.lines[from], "is more than facts need: at most 4 KiB and 256 brackets", lost)
		return nil, false
	}
	f, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		var at yaml.Error
		line, what := from, visible(err.Error())
		if errors.As(err, &at) {
			what = visible(at.GetMessage())
			line = min(p.lineOf(from, at.GetToken()), to-1)
		}
		p.problem(line, p.lines[line], "is no YAML ("+what+")"+hint, lost)
		return nil, false
	}
	for _, d := range f.Docs {
		pairs, isMapping := pairsOf(d.Body)
		if !isMapping {
			if d.Body != nil {
				line := p.lineOf(from, d.Body.GetToken())
				p.problem(line, p.lines[line], `is no "key: value"`+hint, lost)
			}
			continue
		}
		for _, pair := range pairs {
			facts = append(facts, fact{pair.Key.GetToken().Value, p.lineOf(from, pair.Key.GetToken()), from, pair.Value})
		}
	}
	return facts, true
}

// lineOf is the line of a token of a mapping that begins at a line of the file.
func (p *reader) lineOf(from int, t *token.Token) int {
	if t == nil || t.Position == nil {
		return from
	}
	return min(from+max(t.Position.Line, 1)-1, len(p.lines)-1)
}

// pairsOf returns a mapping's entries; goccy has two kinds of nodes for them.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// line reads a fact that is one line of text, as it is written.
func (p *reader) line(f fact) string {
	s, ok := scalar(f.value)
	if !ok || strings.Contains(s, "\n") {
		p.problem(f.line, f.key, "wants a line of text", false)
		return ""
	}
	return cards.Clean(s)
}

// list reads a fact that is a list of texts: "[a, b]", or one a line. Names
// may be given as "a, b" too; whole texts, such as commands, may not.
func (p *reader) list(f fact, names bool) []string {
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(cards.Clean(s)); s != "" {
			out = append(out, s)
		}
	}
	if s, ok := scalar(f.value); ok {
		if !names {
			add(s)
			return out
		}
		for s := range strings.SplitSeq(s, ",") {
			add(s)
		}
		return out
	}
	seq, ok := f.value.(*ast.SequenceNode)
	if !ok {
		p.problem(f.line, f.key, "wants a list: [one, two]", false)
		return nil
	}
	for _, v := range seq.Values {
		s, ok := scalar(v)
		if !ok || strings.Contains(strings.TrimSpace(s), "\n") {
			p.problem(p.lineOf(f.from, v.GetToken()), f.key, "wants texts in its list", false)
			continue
		}
		add(s)
	}
	return out
}

// scalar is the text of a plain value; what YAML takes for a number, a date
// or a truth is still the text that was written.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// visible is a message that may name a control character.
func visible(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
