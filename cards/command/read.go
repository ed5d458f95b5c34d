package command

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// maxLength is that of the longest text that is taken for a command.
const maxLength = 4096

// call is one command of a line.
type call struct {
	op    string   // what joins it to the one before: "|", "&&", ";"
	words []string // without quotes; the first is the program
	extra []string // assignments and redirections
	text  string   // as it is shown
}

func (c call) shown() string { return c.text }

// program is the name of the program, without the folder it lies in.
func (c call) program() string {
	if len(c.words) == 0 {
		return c.text
	}
	name := path.Base(c.words[0])
	if name == "k" { // as half of the world calls it
		return "kubectl"
	}
	return name
}

// read takes a line apart. A prompt before it, as decks show one, is no part
// of it.
func read(text string) ([]call, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "$ ")
	if len(text) > maxLength {
		return nil, fmt.Errorf("it is longer than %d bytes", maxLength)
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	var at syntax.ParseError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("a shell does not read it: %s, at character %d", at.Text, at.Pos.Col())
	}
	if err != nil {
		return nil, fmt.Errorf("a shell does not read it: %w", err)
	}
	var calls []call
	for _, s := range file.Stmts {
		calls = append(calls, statement(s, ";")...)
	}
	if len(calls) == 0 {
		return nil, errors.New("there is no command in it")
	}
	calls[0].op = ""
	return calls, nil
}

// statement lists the calls of a pipe or a list. What is more than a call,
// such as a loop, is one with its text for a name.
func statement(s *syntax.Stmt, op string) []call {
	if b, ok := s.Cmd.(*syntax.BinaryCmd); ok && len(s.Redirs) == 0 && !s.Negated {
		return append(statement(b.X, op), statement(b.Y, b.Op.String())...)
	}
	c := call{op: op, text: printed(s)}
	if s.Negated {
		c.extra = append(c.extra, "!")
	}
	if s.Background {
		c.extra = append(c.extra, "&")
	}
	for _, r := range s.Redirs {
		c.extra = append(c.extra, redirect(r))
	}
	e, ok := s.Cmd.(*syntax.CallExpr)
	if !ok {
		return []call{c}
	}
	for _, a := range e.Assigns {
		c.extra = append(c.extra, printed(a))
	}
	for _, w := range e.Args {
		c.words = append(c.words, word(w))
	}
	return []call{c}
}

func redirect(r *syntax.Redirect) string {
	n := ""
	if r.N != nil {
		n = r.N.Value
	}
	if r.Hdoc != nil {
		return n + r.Op.String() + printed(r.Hdoc)
	}
	return n + r.Op.String() + word(r.Word)
}

// word is a word without its quotes, or as it is written if only a shell knows
// what it comes to.
func word(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	plain := true
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil, *syntax.Word, *syntax.SglQuoted, *syntax.DblQuoted:
		case *syntax.Lit:
			plain = plain && !strings.HasPrefix(n.Value, "~")
		default:
			plain = false
		}
		return plain
	})
	if plain {
		if s, err := expand.Literal(nil, w); err == nil {
			return s
		}
	}
	return printed(w)
}

func printed(n syntax.Node) string {
	var b bytes.Buffer
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n); err != nil {
		return fmt.Sprintf("(%v)", err) // a node that the printer does not know
	}
	return strings.TrimSpace(b.String())
}
