// Package cards holds the domain of the study half: cards, decks, ratings,
// the memory state behind each card, reviews and the queue made from them.
//
// It knows no storage, no terminal and no cluster. Time is always a
// parameter. Adapters live below: deck reads Markdown, fsrs schedules, sqlite
// stores, stats sums up.
package cards

import "time"

// Card is one question with its answer, as its deck file states it.
type Card struct {
	ID     string   // stable for ever, unique over all decks: "passthrough-sni"
	Deck   string   // the deck's name: "tls"
	Front  string   // question, Markdown
	Back   string   // answer, Markdown
	Source string   // URL of the primary source the answer was checked against
	Tags   []string // "tls", "layer:listener", "step:tls"
	Labs   []string // ids of labs that exercise the same fact
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

// Memory is what the scheduler knows of one card. It is derived from the
// review log and can be rebuilt from it.
type Memory struct {
	State      State
	Stability  float64 // days until recall falls to 90 %
	Difficulty float64 // 1 … 10
	Due        time.Time
	LastReview time.Time
	Reps       int
	Lapses     int
	Step       int    // position in the (re)learning steps
	Suspended  bool   // never served while set
	Reason     string // why it was made due out of turn, "" if it was not
}

// Answer is one line of the append-only review log.
type Answer struct {
	ID        int64 // position in the log; 0 before it is stored
	Card      string
	At        time.Time
	Day       int // the learner's day, see Calendar
	Rating    Rating
	Took      time.Duration
	Before    Memory
	After     Memory
	Algorithm string // which scheduler and weights, "fsrs-6/default"
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
	Reason  string    // why now: "due", "new", "learning", "wrong in lab H1"
	Left    Counts    // what is left today, this card included
	Lab     string    // lab that would help with a card that keeps failing, else ""
}

// Counts of a day's queue.
type Counts struct {
	Due      int // reviews whose time has come, and what was made due out of turn
	New      int // new cards still allowed today, beside those made due
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
}

// Stats is what the statistics screen shows. Days are the learner's own,
// which begin at the rollover hour.
type Stats struct {
	Cards     int
	Mature    int // stability of 21 days and more
	Reviews   int
	Recall30  float64 // of reviews that were not of new cards, last 30 days
	Days      []Day   // last 30, oldest first
	Forecast  []int   // cards that become due, per day from today, 14 days
	Tags      []TagRecall
	Leeches   []Row // cards that keep failing, worst first
	Streak    int
	TimeToday time.Duration
}

// Day is one day of reviews.
type Day struct {
	Date    time.Time
	Reviews int
	Again   int
}
