// Package cards holds the domain of the study half: cards, decks, ratings,
// the memory state behind each card, reviews and the queue made from them.
//
// It knows no storage, no terminal and no cluster. Time is always a
// parameter. Adapters live below: deck reads Markdown, fsrs schedules, sqlite
// stores, stats sums up.
package cards

import (
	"slices"
	"time"
)

// Card is one question with its answer, made of a note of a deck file. Most
// notes make one card; a reversed one makes two, a cloze one a card for each
// number in its text.
type Card struct {
	ID     string   // stable for ever, unique over all decks: "passthrough-sni", "passthrough-sni/c2"
	Note   string   // id of a note that its siblings share: the one it is made of, or one that this names
	Kind   CardKind // how it asks
	Deck   string   // the deck's name: "tls"
	Front  string   // question, Markdown
	Back   string   // answer, Markdown
	Key    Key      // what its kind asks for beyond question and answer
	After  []string // ids of cards that this one presumes: no cycles, none that no deck has
	Source string   // URL of the primary source the answer was checked against
	Tags   []string // "tls", "layer:listener", "step:tls"
	Labs   []string // ids of labs that exercise the same fact
	Shown  string   // id of the world in which the fact is shown live; "" for none
	File   string   // where it stands, for errors and for editing
	Line   int
}

// Deck is one Markdown file of cards.
type Deck struct {
	Name    string
	Title   string
	Checked string // versions the answers were checked against
	Order   int    // its turn when new cards are introduced; of equal ones, by file name
	Cards   []Card
	File    string
}

// Rating is the learner's judgement of an answer, on FSRS's scale.
type Rating int

// The four ratings.
const (
	Again Rating = iota + 1
	Hard
	Good
	Easy
)

// State is the learning state of a card.
type State int

// The four states, numbered as FSRS numbers them.
const (
	New State = iota
	Learning
	Review
	Relearning
)

// Answer is what the learner answered to a card, with all that was known then.
type Answer struct {
	Card string
	Moment
	Rating    Rating
	Took      time.Duration
	Shown     [4]time.Duration // the interval that each rating was shown with; zeros if that was not written down
	Before    Memory           // what the learner saw
	After     Memory
	Algorithm string // which scheduler and parameters, see Scheduler
}

// Given is an answer of the log, as lists show it.
type Given struct {
	ID ID
	Answer
	Undone bool
}

// Choice is what one rating would do to a card: shown under the answer.
type Choice struct {
	Rating   Rating
	After    Memory
	Interval time.Duration
}

// Prompt is a card on the learner's screen.
type Prompt struct {
	Card    Card
	Memory  Memory
	Choices [4]Choice // Again, Hard, Good, Easy
	Day     int       // the learner's day for which the choices hold
	Reason  string    // why now: "due", "new", "learning", "wrong in lab H1"
	Left    Counts    // what is left today, this card included
	Lab     string    // lab that would help with a card that keeps failing, else ""
}

// Counts of a day's queue.
type Counts struct {
	Due      int // reviews whose time has come, and what is urged
	New      int // new cards still allowed today, beside those urged
	Learning int // cards inside their learning steps
}

// Summary is what the home screen says of the cards.
type Summary struct {
	Counts
	Total     int
	Reviewed  int           // answers given today
	Estimate  time.Duration // for what is left today
	Weakest   string        // tag with the lowest retention, "" if unknown
	Layers    []TagRecall   // retention by "layer:…" tag, in runbook order
	Streak    int           // days in a row with a review, today included
	FirstTime bool          // no review was ever stored
	FirstDay  bool          // none was stored before today
	Problems  int           // cards and decks that could not be loaded
	Lab       string        // lab that the card failing most often proposes, else ""
	LabCard   string        // id of that card
}

// TagRecall is the recall rate of one tag's reviews over the last 30 days.
type TagRecall struct {
	Tag     string
	Reviews int
	Recall  float64 // 0 … 1; meaningless while Reviews is 0
}

// Row is a card in a list, with where it stands.
type Row struct {
	Card   Card
	Memory Memory
	Rests  int  // the learner's day on which a sibling was answered last
	Day    int  // the learner's today, for which the rest holds
	In     int  // days from then until it comes, if it was answered before
	Due    bool // it was answered before, or urged, and is to be answered now
}

// Tags are those of the card, with LeechTag while it keeps failing and
// MarkedTag while it is marked.
func (r Row) Tags() []string {
	out := r.Card.Tags
	for _, of := range []struct {
		tag string
		is  bool
	}{{LeechTag, r.Memory.Leech()}, {MarkedTag, r.Memory.Marked}} {
		if of.is && !slices.Contains(out, of.tag) {
			out = append(slices.Clone(out), of.tag)
		}
	}
	return out
}

// Buried reports whether the card is put off until tomorrow: by the learner,
// or because a sibling was answered today.
func (r Row) Buried() bool { return r.Memory.Buried > r.Day || r.rests(r.Day) }

// rests reports whether a card waits for tomorrow since a sibling was answered
// today. Steps cannot wait, and what is urged is not to.
func (r Row) rests(today int) bool {
	steps := r.Memory.State == Learning || r.Memory.State == Relearning
	return r.Rests > 0 && r.Rests >= today && !steps && r.Memory.UrgedBy == ""
}

// Waits reports whether the card is to be answered now: as Memory.Waits, and no
// sibling was answered today.
func (r Row) Waits(ahead time.Time, today int) bool {
	return r.Memory.Waits(ahead, today) && !r.rests(today)
}

// Pulse changes whenever a screen may have to be read again: with each thing
// that any program stored, and with the learner's day.
type Pulse struct {
	Day     int
	Version int64
}
