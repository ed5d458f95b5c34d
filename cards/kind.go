package cards

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// CardKind is how a card asks.
type CardKind string

// The kinds of cards.
const (
	KindBasic    CardKind = "basic"    // think, look, grade
	KindReversed CardKind = "reversed" // a basic card for either direction
	KindCloze    CardKind = "cloze"    // a text with a gap
	KindChoice   CardKind = "choice"   // one of some options is right
	KindCommand  CardKind = "command"  // a shell command is to be typed
	KindTriage   CardKind = "triage"   // a log line or an output: which layer, and why
)

// CardKinds are all kinds.
func CardKinds() []CardKind {
	return []CardKind{KindBasic, KindReversed, KindCloze, KindChoice, KindCommand, KindTriage}
}

// Key is what an answer is held against, and what is needed to ask for it.
// Stores keep it as one piece. Whatever it says, learners grade themselves.
type Key struct {
	Options []Option `json:"options,omitempty"` // of a choice, and of a triage whose cause is picked; one is right
	Accept  []string `json:"accept,omitempty"`  // of a command: each is right, the first is the one to learn
	Layer   string   `json:"layer,omitempty"`   // of a triage: one of Layers
	Cloze   string   `json:"cloze,omitempty"`   // of a cloze: the whole text with its marks
}

// Option is something to pick.
type Option struct {
	Text  string `json:"text"` // Markdown
	Right bool   `json:"right,omitempty"`
}

// Shuffled are the options in the order in which a card shows them on a day:
// another one each day, so that no place gives the right one away, and the
// same one all day, so that an answer taken back is asked for as it was.
func (k Key) Shuffled(card string, day int) []Option {
	h := fnv.New64a()
	_, _ = h.Write([]byte(card)) // never fails
	out := slices.Clone(k.Options)
	r := rand.New(rand.NewPCG(h.Sum64(), uint64(day)))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// IDs of the cards of a note. The first card has the id of its note, so that
// a note may become of another kind and its history stays with it.

// ReverseID is the card of a reversed note that asks for its question.
func ReverseID(note string) string { return note + "/reverse" }

// ClozeID is the card of a cloze note with the gap of a number.
func ClozeID(note string, number int) string {
	if number == 1 {
		return note
	}
	return note + "/c" + strconv.Itoa(number)
}

// NoteID is the note that a card of this id is made of.
func NoteID(card string) string {
	note, _, _ := strings.Cut(card, "/")
	return note
}

// Question is all that the card asks by, as Markdown: with its options, if it
// has some.
func (c Card) Question() string {
	text := strings.TrimSpace(c.Front)
	if len(c.Key.Options) > 0 {
		text += "\n"
	}
	for _, o := range c.Key.Options {
		text += "\n- " + o.Text
	}
	return text
}

// Answer is all that is right, as Markdown: what is to be picked or named, the
// answer, and the commands that are right besides the one in it.
func (c Card) Answer() string {
	var facts []string
	if c.Key.Layer != "" {
		facts = append(facts, "Layer: **"+c.Key.Layer+"**")
	}
	for _, o := range c.Key.Options {
		if o.Right {
			facts = append(facts, "Right: **"+o.Text+"**")
		}
	}
	parts := append(facts, strings.TrimSpace(c.Back))
	for i, a := range c.Key.Accept {
		if i > 0 {
			parts = append(parts, "Right as well:\n\n```\n"+a+"\n```")
		}
	}
	return strings.Join(parts, "\n\n")
}
