package cards

import "slices"

// Cram is a session over chosen cards that schedules nothing: before an
// interview, or to see what a deck holds. What was not known comes again
// before it ends.
type Cram struct {
	left []string
	past [][]string // what was left before each of them, oldest first
}

// soon is after how many others a card comes again that was not known.
const soon = 4

// NewCram begins with cards in the order in which they are asked.
func NewCram(cards []string) *Cram { return &Cram{left: cards} }

// Next is the card to ask now, "" at the end.
func (c *Cram) Next() string {
	if len(c.left) == 0 {
		return ""
	}
	return c.left[0]
}

// Left is how many cards are still to be asked.
func (c *Cram) Left() int { return len(c.left) }

// Rate says how well the card was known. Not at all, and it comes again soon;
// with effort, and it comes once more at the end.
func (c *Cram) Rate(r Rating) {
	if len(c.left) == 0 {
		return
	}
	c.past = append(c.past, c.left)
	card, rest := c.left[0], slices.Clone(c.left[1:])
	switch r {
	case Again:
		rest = slices.Insert(rest, min(soon, len(rest)), card)
	case Hard:
		rest = append(rest, card)
	case Good, Easy:
	}
	c.left = rest
}

// Drop leaves out a card that was set aside. Undo brings it back.
func (c *Cram) Drop(card string) {
	c.past = append(c.past, c.left)
	c.left = slices.DeleteFunc(slices.Clone(c.left), func(id string) bool { return id == card })
}

// Undo takes the last rating or dropping back, and reports whether there was one.
func (c *Cram) Undo() bool {
	n := len(c.past)
	if n == 0 {
		return false
	}
	c.left, c.past = c.past[n-1], c.past[:n-1]
	return true
}
