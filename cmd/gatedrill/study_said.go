package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/command"
)

// said is what a learner says to a card line by line, before its answer is
// shown: an option, a layer and a cause, a command.
type said struct {
	card    cards.Card
	options []cards.Option
	layer   string
	picked  int // from 1, 0 before
	typed   string
}

func newSaid(p *cards.Prompt) *said {
	return &said{card: p.Card, options: p.Card.Key.Shuffled(p.Card.ID, p.Day)}
}

// asks is what to do next, in words.
func (s *said) asks(md *plainMarkdown) string {
	const look = "Enter shows the answer."
	switch {
	case s.card.Kind == cards.KindCommand:
		return "Type the command. " + look
	case s.card.Kind == cards.KindTriage && s.layer == "":
		var names []string
		for i, l := range cards.Layers() {
			names = append(names, fmt.Sprintf("%d %s", i+1, l))
		}
		return "Which layer is it? " + strings.Join(names, ", ") + ". " + look
	case len(s.options) > 0:
		var b strings.Builder
		for i, o := range s.options {
			fmt.Fprintf(&b, "%d. %s\n", i+1, strings.TrimSpace(md.render(o.Text)))
		}
		return b.String() + fmt.Sprintf("\nPick one: 1 to %d. %s", len(s.options), look)
	case s.card.Kind == cards.KindTriage:
		return "Type the cause. " + look
	}
	return look
}

// take takes a line as what is asked for, and reports whether it is that. A
// single letter never is: those are commands.
func (s *said) take(line string) bool {
	n, err := strconv.Atoi(line)
	number := err == nil && n > 0
	switch {
	case len(line) < 2 && !number:
	case s.card.Kind == cards.KindTriage && s.layer == "":
		if number && n <= len(cards.Layers()) {
			s.layer = cards.Layers()[n-1]
		} else if slices.Contains(cards.Layers(), strings.ToLower(line)) {
			s.layer = strings.ToLower(line)
		}
		return s.layer != ""
	case len(s.options) > 0:
		if number && n <= len(s.options) {
			s.picked = n
		}
		return s.picked > 0
	case s.card.Kind == cards.KindCommand, s.card.Kind == cards.KindTriage:
		s.typed = line
		return true
	}
	return false
}

// done reports that all was said that the card asks for.
func (s *said) done() bool { return s.picked > 0 || s.typed != "" }

// held is what was said, held against the answer, in lines; "" of a card that
// asks for nothing.
func (s *said) held() string {
	var out []string
	say := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	if s.card.Kind == cards.KindTriage {
		switch s.layer {
		case s.card.Key.Layer:
			say("Right: the layer is %s.", s.layer)
		case "":
			say("The layer is %s.", s.card.Key.Layer)
		default:
			say("Not so: you said %s, and the layer is %s.", s.layer, s.card.Key.Layer)
		}
	}
	if len(s.options) > 0 {
		right := slices.IndexFunc(s.options, func(o cards.Option) bool { return o.Right })
		switch s.picked {
		case right + 1:
			say("Right: %d.", s.picked)
		case 0:
			say("Right is %d: %s", right+1, s.options[right].Text)
		default:
			say("Not so: you picked %d, right is %d: %s", s.picked, right+1, s.options[right].Text)
		}
	}
	if s.typed == "" {
		return strings.Join(out, "\n")
	}
	if s.card.Kind == cards.KindTriage {
		say("You said: %s", s.typed)
		return strings.Join(out, "\n")
	}
	return strings.Join(append(out, differs(command.Compare(s.card.Key.Accept, s.typed))...), "\n")
}

// differs says in lines how a command differs from the right one.
func differs(d cards.Difference) []string {
	if d.Same() {
		return []string{"Right: that is the command."}
	}
	out := []string{"It differs:"}
	if d.Trouble != "" {
		out = append(out, "  "+d.Trouble)
	}
	for _, c := range d.Changed {
		out = append(out, fmt.Sprintf("  instead of %s, wanted is %s", c.Got, c.Want))
	}
	for _, m := range d.Missing {
		out = append(out, "  missing: "+m)
	}
	for _, e := range d.Extra {
		out = append(out, "  too much: "+e)
	}
	return out
}
