package cards

import (
	"errors"
	"iter"
	"time"
)

// Errors of a store that its callers tell apart.
var (
	ErrNoCard   = errors.New("no such card")
	ErrNoAnswer = errors.New("no such answer")
	// ErrUndone is an answer or an action that was taken back before.
	ErrUndone = errors.New("it was taken back already")
	// ErrOutdated is a rating for a card as it is no more: it was answered
	// meanwhile, or a new day began and with it other intervals.
	ErrOutdated = errors.New("the card is not what it was when it was shown")
)

// Catalogue is what a store knows of the decks it was filled from.
type Catalogue struct {
	Fingerprint string // of the deck files, "" before the first filling
	Total       int    // cards
	Problems    int    // cards and decks that could not be loaded
}

// Ask says which part of the queue is wanted.
type Ask struct {
	Now   Moment
	Ahead time.Time       // learning cards due until then are served when nothing else is left
	Deck  string          // "" is every deck
	Room                  // of all decks together
	Decks map[string]Room // of decks with limits of their own
	Order ReviewOrder
}

// Room is how many cards a limit of the day still lets through.
type Room struct {
	New     int // cards never seen before
	Reviews int
}

// Within is the room within another one; what is below 0 has no limit of its
// own.
func (r Room) Within(all Room) Room {
	if r.New < 0 {
		r.New = all.New
	}
	if r.Reviews < 0 {
		r.Reviews = all.Reviews
	}
	return r
}

// Slot is a card in the queue, without its text.
type Slot struct {
	Card  string
	Note  string
	Deck  string
	Tags  []string
	Labs  []string
	After []string // cards that it presumes
}

// Queue is what a learner may be shown now, each list in order.
type Queue struct {
	Urged    []Slot // urged by a lab; no limit holds them back
	Learning []Slot // steps whose time has come
	Due      []Slot // reviews, in the order asked for
	New      []Slot // in their order, each after what it presumes
	Ahead    []Slot // steps whose time will come soon
	Counts   Counts
}

// Empty reports whether nothing may be shown.
func (q Queue) Empty() bool {
	return len(q.Urged)+len(q.Learning)+len(q.Due)+len(q.New)+len(q.Ahead) == 0
}

// Tally sums up the answers of one day to the cards of one tag; the tag ""
// is all cards. Answers that were taken back are not in it.
type Tally struct {
	Day     int
	Tag     string
	Answers int
	New     int // first answers to new cards
	Reviews int // answers to cards that had left their learning steps
	Again   int // answers rated again
	Forgot  int // reviews rated again
	Took    time.Duration
}

// Holdings are counts over all cards of the decks.
type Holdings struct {
	Cards      int
	Mature     int         // stability of MatureDays and more
	Stability  map[int]int // of cards that were answered, by whole days
	Difficulty map[int]int // and by whole steps of their difficulty, 1 to 10
}

// Dues is when cards come that were answered before or urged. Suspended cards
// are left out.
type Dues struct {
	Days  map[int]int // reviews, by the learner's day
	Steps []time.Time // cards inside their steps
	Urged int         // now
}

// Replayer rebuilds a card's memory from its events, oldest first.
type Replayer func([]Event) (Memory, error)

// LogLines are lines of a log, some at a time, which may be asked for again. What
// is known of a line that takes another one back comes with that one; those of a
// card had better come together. There may be millions of them.
type LogLines = iter.Seq2[[]Event, error]

// LinesOf are lines that are at hand, all at once.
func LinesOf(lines []Event) LogLines {
	return func(yield func([]Event, error) bool) { yield(lines, nil) }
}

// Studied is a card with where it stands and what happened to it.
type Studied struct {
	Row
	Lines []Event // of the log, in order
}

// Merged says what a merge of another log did.
type Merged struct {
	Events  int // lines of the other log
	Added   int // of them new here
	Answers int // of those answers
	Rebuilt Rebuilt
	Backup  string // the database as it was before, "" if nothing was added
}

// Rebuilt says what a rebuilding from the log did.
type Rebuilt struct {
	Events  int // lines of the log
	Cards   int // cards with a history
	Changed int // cards whose memory was another one before
}

// Foreseen says what scheduling all cards anew would change.
type Foreseen struct {
	Cards   int // with a history, in some deck
	Changed int // whose memory would be another one
	Earlier int // of them due on an earlier day
	Later   int // of them due on a later day
	DueNow  int // reviews due by today as they are
	DueThen int // and as they would be
}

// MatureDays is the stability from which on a card counts as mature.
const MatureDays = 21

// Rated is an answer as far as it tells of memory.
type Rated struct {
	At     time.Time
	Day    int // the learner's
	Rating Rating
	First  bool // the card was new
}
