package filter

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/gatedrill/gatedrill/cards"
)

// parser walks over the text.
type parser struct {
	text []rune
	at   int
}

func (p *parser) errorf(at int, format string, args ...any) *Error {
	return &Error{string(p.text), at + 1, fmt.Sprintf(format, args...)}
}

func (p *parser) end() bool { return p.at >= len(p.text) }

func (p *parser) space() {
	for !p.end() && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// either reads terms joined by or, up to the end or a closing parenthesis.
func (p *parser) either(depth int) (term, error) {
	left, err := p.all(depth)
	for err == nil && p.word("or") {
		var right term
		if right, err = p.all(depth); err == nil {
			l := left
			left = func(r cards.Row) bool { return l(r) || right(r) }
		}
	}
	return left, err
}

// all reads terms that stand side by side, or are joined by and.
func (p *parser) all(depth int) (term, error) {
	left, err := p.not(depth)
	for err == nil {
		and := p.word("and")
		if p.space(); !and && (p.end() || p.text[p.at] == ')' || p.ahead("or")) {
			break
		}
		var right term
		if right, err = p.not(depth); err == nil {
			l := left
			left = func(r cards.Row) bool { return l(r) && right(r) }
		}
	}
	return left, err
}

func (p *parser) not(depth int) (term, error) {
	p.space()
	switch {
	case p.end():
		return nil, p.errorf(p.at, "something to look for is missing")
	case depth > maxDepth:
		return nil, p.errorf(p.at, "more than %d levels of parentheses and minuses", maxDepth)
	case p.text[p.at] == '-':
		p.at++
		if p.end() || unicode.IsSpace(p.text[p.at]) {
			return nil, p.errorf(p.at-1, "a minus stands before what is not wanted, without a space")
		}
		inner, err := p.not(depth + 1)
		if err != nil {
			return nil, err
		}
		return func(r cards.Row) bool { return !inner(r) }, nil
	case p.text[p.at] == '(':
		open := p.at
		p.at++
		inner, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.space(); p.end() {
			return nil, p.errorf(open, "this parenthesis is not closed")
		}
		p.at++
		return inner, nil
	case p.text[p.at] == ')':
		return nil, p.errorf(p.at, "something to look for is missing before the parenthesis")
	case p.ahead("or"), p.ahead("and"):
		return nil, p.errorf(p.at, "something to look for is missing beside it; to look for the word, put it in quotes")
	}
	return p.condition()
}

// ahead reports whether a joining word comes next.
func (p *parser) ahead(word string) bool {
	n := len(word)
	if p.at+n > len(p.text) || !strings.EqualFold(string(p.text[p.at:p.at+n]), word) {
		return false
	}
	return p.at+n == len(p.text) || unicode.IsSpace(p.text[p.at+n]) || strings.ContainsRune("()", p.text[p.at+n])
}

// word takes a joining word, if it comes next.
func (p *parser) word(word string) bool {
	p.space()
	if !p.ahead(word) {
		return false
	}
	p.at += len(word)
	return true
}

// condition reads a word, or a field with its value. Either may be quoted in
// whole or in part: "two words", tag:"two words", "tag:two words".
func (p *parser) condition() (term, error) {
	begin, colon := p.at, -1
	var b strings.Builder
	plain := true // no quotes so far
	for !p.end() && !unicode.IsSpace(p.text[p.at]) && !strings.ContainsRune("()", p.text[p.at]) {
		if p.text[p.at] == '"' {
			plain = false
			if err := p.quoted(&b); err != nil {
				return nil, err
			}
			continue
		}
		if p.text[p.at] == ':' && colon < 0 && plain {
			colon = b.Len()
		}
		b.WriteRune(p.text[p.at])
		p.at++
	}
	text := b.String()
	if colon < 0 {
		if strings.Trim(text, "* ") == "" {
			return nil, p.errorf(begin, "there is nothing to look for in it")
		}
		return words(text), nil
	}
	name := strings.ToLower(text[:colon])
	holds, problem := field(name, text[colon+1:])
	if problem == "" {
		return holds, nil
	}
	if _, known := fields()[name]; known {
		begin += len([]rune(name)) + 1
	}
	return nil, p.errorf(begin, "%s", problem)
}

// quoted reads up to the closing quote. A backslash takes the meaning of a
// quote or of a backslash.
func (p *parser) quoted(b *strings.Builder) error {
	open := p.at
	for p.at++; !p.end(); p.at++ {
		switch r := p.text[p.at]; {
		case r == '"':
			p.at++
			return nil
		case r == '\\' && p.at+1 < len(p.text) && strings.ContainsRune(`"\`, p.text[p.at+1]):
			p.at++
			b.WriteRune(p.text[p.at])
		default:
			b.WriteRune(r)
		}
	}
	return p.errorf(open, "this quote is not closed")
}
