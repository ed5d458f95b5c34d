package main

import (
	"errors"
	"io"
	"strings"

	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
)

// failure is an error in the three parts that people need, as commands print
// it for --json. A part that an error does not have is "".
type failure struct {
	What  string `json:"what"`  // what happened
	Where string `json:"where"` // at which work, or with which argument
	Next  string `json:"next"`  // what to do about it
}

// failureOf takes an error apart. All of ours are written alike: what was
// attempted, a colon, what happened, and what to do next in parentheses at the
// end or on lines of its own.
func failureOf(err error, msg string) failure {
	first, rest, _ := strings.Cut(strings.TrimSpace(msg), "\n")
	var next []string
	var said *kubecontext.Trouble
	if errors.As(err, &said) && strings.HasSuffix(first, " ("+said.Next+")") {
		next, first = append(next, said.Next), strings.TrimSuffix(first, " ("+said.Next+")")
	} else if i := lastParenthesis(first); i > 0 {
		next, first = append(next, first[i+2:len(first)-1]), first[:i]
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		next = append(next, rest)
	}
	f := failure{What: first, Next: strings.Join(next, "\n")}
	if i := colon(first); i > 0 {
		f.Where, f.What = first[:i], first[i+2:]
	}
	return f
}

// lastParenthesis is where " (" of a parenthesis begins that ends the text, -1
// for none.
func lastParenthesis(s string) int {
	if !strings.HasSuffix(s, ")") {
		return -1
	}
	depth := 0
	for i := len(s) - 1; i > 0; i-- {
		switch s[i] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 && s[i-1] == ' ' {
				return i - 1
			}
		}
	}
	return -1
}

// colon is where the first ": " is that no quotes surround, -1 for none.
func colon(s string) int {
	quoted := false
	for i := 0; i+1 < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ':' && s[i+1] == ' ' && !quoted:
			return i
		}
	}
	return -1
}

// asksJSON says whether a command line asks for a document.
func asksJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--json", "--json=true":
			return true
		case "--":
			return false
		}
	}
	return false
}

// tally tells whether anything was printed: an error is a document of its
// own only where no other was.
type tally struct {
	io.Writer
	bytes int
}

func (c *tally) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return c.Writer.Write(p)
}
