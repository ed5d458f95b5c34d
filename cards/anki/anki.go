// Package anki reads and writes packages of Anki: .apkg files, which hold a
// choice of decks, and .colpkg files, which hold a whole collection.
//
// A package is a zip file with a database of SQLite in it, of one of three
// forms: collection.anki2 and collection.anki21, as Anki wrote them until
// 2.1.50 and still does when asked to, and collection.anki21b, compressed and
// with its settings in protobuf. What is read comes from strangers: sizes are
// bounded, names are checked, and the database is never written to.
//
// The package knows Anki's terms and none of ours; cards/exchange turns one
// into the other.
package anki

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Collection is what a package holds.
type Collection struct {
	Form     string    // the name of the database in the package
	Created  time.Time // the start of the day from which due days count
	Rollover int       // the hour at which a day begins
	Offset   int       // when writing: seconds east of UTC of the day Created
	Written  time.Time // when writing: now
	OldSteps bool      // of the first scheduler, whose steps had three buttons
	Decks    map[int64]string
	Types    map[int64]NoteType
	Notes    []Note   // by id
	Cards    []Card   // by note, then by template
	Reviews  []Review // by card, then by time
	Media    []Media
	Left     []string // what was left out, a line for people each
}

// NoteType says which fields a note has and which cards are made of it.
type NoteType struct {
	ID        int64
	Name      string
	Cloze     bool
	Fields    []string
	Templates []Template
	CSS       string // when writing
}

// Template makes one card of a note.
type Template struct {
	Name, Question, Answer string
}

// Note is what cards are made of.
type Note struct {
	ID     int64
	GUID   string // names the note in all collections
	Type   int64
	Tags   []string
	Fields []string // HTML
}

// The queues and types of cards that mean something here.
const (
	QueueSuspended = -1

	TypeNew        = 0
	TypeLearning   = 1
	TypeReview     = 2
	TypeRelearning = 3
)

// Flags are the colours of flags, from number 1 on.
func Flags() []string {
	return []string{"red", "orange", "green", "blue", "pink", "turquoise", "purple"}
}

// Card is one card and where it stands.
type Card struct {
	ID, Note, Deck int64
	Ord            int // the template, or the number of the deletion, from 0
	Changed        time.Time
	Type, Queue    int
	Due            int64 // of a card in review: days since Created
	Interval       int   // days
	Factor         int   // ease in thousandths
	Reps, Lapses   int
	Flag           int    // 1 … 7, see Flags; 0 for none
	Data           string // JSON
}

// The kinds of reviews.
const (
	Learn    = 0
	Reviewed = 1
	Relearn  = 2
	Filtered = 3
	Manual   = 4
	Moved    = 5 // by a change of parameters
)

// Review is one line of the history.
type Review struct {
	ID       int64 // milliseconds since 1970
	Card     int64
	Ease     int // 1 … 4; 0 of lines that are no answers
	Interval int // days, or negative seconds
	Last     int // the interval before
	Factor   int // ease in thousandths; with FSRS difficulty
	Took     int // milliseconds
	Kind     int
}

// Media is a file that cards name.
type Media struct {
	Name string
	Size int64 // -1 if it is not known
}

// Progress says how far the reading is.
type Progress func(doing string, done, total int)

// The bounds. They are far beyond what people have: the largest shared
// collections hold 60 000 notes.
const (
	maxCollection = 1 << 30 // bytes, unpacked
	maxMediaList  = 64 << 20
	maxMedia      = 500_000
	maxNotes      = 1_000_000
	maxReviews    = 20_000_000
	maxFields     = 8 << 20 // bytes of all fields of a note
	maxSettings   = 64 << 20
)

// What can be wrong with a package. Nothing of it was taken.
var (
	ErrNoPackage = errors.New("no package of Anki")
	ErrTooLarge  = errors.New("larger than any collection")
	ErrDamaged   = errors.New("the collection is damaged")
	ErrEncrypted = errors.New("the package is encrypted")
)

// Read reads a package. The file is only read; its database is unpacked into
// a temporary folder that is gone afterwards.
func Read(ctx context.Context, file string, progress Progress) (*Collection, error) {
	return read(ctx, file, maxCollection, progress)
}

func read(ctx context.Context, file string, most int64, progress Progress) (c *Collection, err error) {
	defer func() {
		if err != nil {
			c, err = nil, fmt.Errorf("read %s: %w", file, err)
		}
	}()
	dir, err := os.MkdirTemp("", "gatedrill-anki-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the collection: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c = &Collection{}
	path := filepath.Join(dir, "collection.db")
	if err := c.unpack(ctx, file, path, most, progress); err != nil {
		return nil, err
	}
	return c, c.load(ctx, path, progress)
}
