package deck

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/cloze"
	"github.com/gatedrill/gatedrill/cards/command"
)

// build makes the cards of a note, none of one that cannot be used.
func (p *reader) build(n *note, split int) {
	p.checkFacts(n)
	switch n.Kind {
	case cards.KindCloze:
		p.cloze(n, split)
		return
	case cards.KindChoice, cards.KindTriage:
		p.options(n, split)
	case cards.KindBasic, cards.KindReversed, cards.KindCommand:
		n.Front = p.body(n.question, split, "question")
	}
	n.Back = p.body(n.answer, n.end, "answer")
	if n.Front == "" || n.Back == "" {
		return
	}
	c := n.Card
	switch n.Kind {
	case cards.KindReversed:
		r := c
		r.ID, r.Front, r.Back = cards.ReverseID(n.ID), c.Back, c.Front
		n.cards = []cards.Card{c, r}
		return
	case cards.KindCommand:
		if !p.command(n, &c) {
			return
		}
	case cards.KindTriage:
		if !slices.Contains(cards.Layers(), c.Key.Layer) {
			line := n.head
			if at, ok := n.facts["layer"]; ok {
				line = at
			}
			p.problem(line, c.Key.Layer, "is no layer of a triage: layer: one of "+names(cards.Layers()), true)
			return
		}
	}
	n.cards = []cards.Card{c}
}

// checkFacts tells of facts that only another kind has.
func (p *reader) checkFacts(n *note) {
	for _, of := range []struct {
		fact string
		kind cards.CardKind
	}{{"accept", cards.KindCommand}, {"layer", cards.KindTriage}} {
		if line, ok := n.facts[of.fact]; ok && n.Kind != of.kind {
			p.problem(line, of.fact, fmt.Sprintf("is a fact of kind %s, and this card is %s", of.kind, n.Kind), false)
			n.Key.Layer = ""
		}
	}
}

// cloze makes a card of each number in the text. What follows the line ---
// is shown with every answer.
func (p *reader) cloze(n *note, split int) {
	text := p.body(n.question, split, "text")
	if text == "" {
		return
	}
	extra := ""
	if n.answer < n.end {
		extra = p.body(n.answer, n.end, "answer")
	}
	t, err := cloze.Parse(text)
	if err != nil {
		var at *cloze.Error
		line := n.question
		if errors.As(err, &at) {
			line += p.blank(n.question) + strings.Count(text[:at.Offset], "\n")
		}
		p.problem(min(line, n.end-1), at.Mark, "cloze "+at.What, true)
		return
	}
	for _, number := range t.Numbers() {
		c := n.Card
		c.ID, c.Key.Cloze = cards.ClozeID(n.ID, number), text
		c.Front, c.Back = t.Gap(number), filled(t.Hidden(number))
		if extra != "" {
			c.Back += "\n\n" + extra
		}
		n.cards = append(n.cards, c)
	}
}

// blank counts the blank lines from a line on: they are not in the text.
func (p *reader) blank(from int) int {
	n := 0
	for from+n < len(p.lines)-1 && strings.TrimSpace(p.lines[from+n]) == "" {
		n++
	}
	return n
}

// filled is the answer to a gap: what was hidden, as code if it has lines.
func filled(hidden []string) string {
	out := make([]string, len(hidden))
	for i, h := range hidden {
		switch {
		case strings.Contains(h, "\n"):
			mark := "```"
			for strings.Contains(h, mark) {
				mark += "`"
			}
			out[i] = mark + "\n" + h + "\n" + mark
		default:
			out[i] = "**" + h + "**"
		}
	}
	return strings.Join(slices.Compact(out), "\n\n")
}

// maxOptions is how many options have a key.
const maxOptions = 6

var option = regexp.MustCompile(`^ {0,3}[-*+] \[([ xX])\](?: +(.*))?$`)

// options takes the list at the end of a question off it. A triage need not
// have one: then the cause is named in words.
func (p *reader) options(n *note, split int) {
	first := split
	for i, f := n.question, (fenced{}); i < split; i++ {
		if !f.inside(i, p.lines[i]) && option.MatchString(p.lines[i]) {
			first = i
			break
		}
	}
	n.Front = p.body(n.question, first, "question")
	for i := first; i < split; i++ {
		line := cards.Clean(p.lines[i])
		m := option.FindStringSubmatch(line)
		switch {
		case m != nil:
			n.Key.Options = append(n.Key.Options, cards.Option{Text: strings.TrimSpace(m[2]), Right: m[1] != " "})
		case strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "  "): // an option goes on
			o := &n.Key.Options[len(n.Key.Options)-1]
			o.Text = strings.TrimSpace(o.Text + " " + strings.TrimSpace(line))
		default:
			p.problem(i, line, "stands after the options: they end the question", false)
		}
	}
	p.checkOptions(n, first, split)
}

func (p *reader) checkOptions(n *note, first, split int) {
	o := n.Key.Options
	if len(o) == 0 && n.Kind == cards.KindTriage {
		return
	}
	line, what := min(first, split-1, len(p.lines)-1), ""
	right := 0
	for i := range o {
		if o[i].Right {
			right++
		}
		if o[i].Text == "" {
			what = "has an empty option"
		}
		if slices.ContainsFunc(o[:i], func(b cards.Option) bool { return b.Text == o[i].Text }) {
			what = "has an option twice"
		}
	}
	switch {
	case len(o) < 2 || len(o) > maxOptions:
		what = fmt.Sprintf("has %d options, want 2 to %d: a line \"- [ ] text\" is one", len(o), maxOptions)
	case right != 1:
		what = fmt.Sprintf("has %d options that are right, want one: \"- [x] text\"", right)
	}
	if what != "" {
		p.problem(cmp.Or(line, n.head), n.ID, "card "+what, true)
		n.Front = ""
	}
}

// command takes the first fenced code of the answer as the command to learn.
func (p *reader) command(n *note, c *cards.Card) bool {
	var lines []string
	f, found := fenced{}, false
	for i := n.answer; i < n.end && !found; i++ {
		was := f.mark
		switch inside := f.inside(i, p.lines[i]); {
		case was != "" && f.mark == "":
			found = true
		case was != "" && inside:
			lines = append(lines, cards.Clean(p.lines[i]))
		}
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		p.problem(min(n.answer, n.end-1), n.ID, "answer of a command has no fenced code: the first one is the command to learn", true)
		return false
	}
	c.Key.Accept = append([]string{text}, n.accept...)
	for i, accepted := range c.Key.Accept {
		err := command.Check(accepted)
		if err == nil {
			continue
		}
		line := n.answer
		if i > 0 {
			line = n.lineOf("accept")
		}
		p.problem(min(line, n.end-1), accepted, "command: "+visible(err.Error()), true)
		return false
	}
	return true
}
