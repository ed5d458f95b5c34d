package lint

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// unknown stands in a word for what is known only when the command runs.
const unknown = "$"

// commandsOf lists the commands of a line as words without quotes: those of a
// pipe, of a loop, and those whose output becomes a part of another one too.
func commandsOf(line string) ([][]string, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(line), "")
	if err != nil {
		return nil, fmt.Errorf("bash does not read it: %w", err)
	}
	var calls []*syntax.CallExpr
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			calls = append(calls, call)
		}
		return true
	})
	var out [][]string
	for _, call := range calls {
		var words []string
		for _, arg := range call.Args {
			veil(arg.Parts)
			word, err := expand.Literal(nil, arg)
			if err != nil {
				return nil, fmt.Errorf("bash does not read it at column %d: %w", arg.Pos().Col(), err)
			}
			words = append(words, word)
		}
		inner, err := handed(words)
		if err != nil {
			return nil, err
		}
		out = append(append(out, words), inner...)
	}
	return out, nil
}

// handed lists the commands that a command hands to a shell of its own. Behind
// "--" stands what runs in a workload.
func handed(words []string) ([][]string, error) {
	for i, w := range words[:len(words)-1] {
		if w == "-c" && i > 0 && slices.Contains([]string{"sh", "bash"}, words[i-1]) && !slices.Contains(words[:i], "--") {
			return commandsOf(words[i+1])
		}
	}
	return nil, nil
}

// veil puts what is unknown in the place of all that is no plain text. The
// commands in there are words no more, so they are to be found before.
func veil(parts []syntax.WordPart) {
	for i, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
		case *syntax.DblQuoted:
			veil(p.Parts)
		default:
			parts[i] = &syntax.Lit{Value: `\` + unknown}
		}
	}
}
