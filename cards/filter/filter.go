// Package filter reads what people type to find cards, as Anki does:
//
//	deck:tls is:due -is:suspended
//	(tag:sni or lab:gates-stay-shut) prop:lapses>3 "no healthy upstream"
//
// Terms side by side must all hold; or, and, parentheses and a minus before a
// term mean what they say. It knows cards only, no store and no screen; study
// calls it.
package filter

import (
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// Filter says which cards are meant.
type Filter struct{ holds term }

// term is one condition, or several joined.
type term func(cards.Row) bool

// Match reports whether a card is meant. Day and Due of the row must be set.
func (f Filter) Match(r cards.Row) bool { return f.holds == nil || f.holds(r) }

// Error is a text that is no filter.
type Error struct {
	Text    string
	Column  int // where it goes wrong, in letters from 1
	Problem string
}

func (e *Error) Error() string {
	return fmt.Sprintf("filter %q, column %d: %s", e.Text, e.Column, e.Problem)
}

// What is longer or deeper was not typed by anybody.
const (
	maxLength = 2000
	maxDepth  = 50
)

// Parse reads a filter. An empty one means all cards. The error is an *Error.
func Parse(text string) (Filter, error) {
	p := &parser{text: []rune(text)}
	if len(p.text) > maxLength {
		return Filter{}, p.errorf(maxLength, "it is longer than %d letters", maxLength)
	}
	if p.space(); p.end() {
		return Filter{}, nil
	}
	holds, err := p.either(0)
	if err != nil {
		return Filter{}, err
	}
	if !p.end() { // only a parenthesis ends the whole
		return Filter{}, p.errorf(p.at, "no parenthesis is open here")
	}
	return Filter{holds}, nil
}
