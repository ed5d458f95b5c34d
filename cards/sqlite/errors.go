package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	lib "modernc.org/sqlite"

	"github.com/gatedrill/gatedrill/cards"
)

// What can be wrong with a database. The file is as it was.
var (
	ErrDamaged = errors.New("the card database is damaged")
	ErrForeign = errors.New("the file is a database of another program")
	ErrNewer   = errors.New("the card database was made by a newer gatedrill")
	// ErrNoRoom is a write that the disk refused. Nothing of it is stored.
	ErrNoRoom = errors.New("the disk did not take it (is it full?)")
	// ErrDenied is a file that may not be written.
	ErrDenied = errors.New("the card database cannot be opened for writing")
	// ErrBusy is a database that another program did not let go of.
	ErrBusy = errors.New("another program is writing to the card database")
)

// errBadConn makes database/sql throw a connection away.
var errBadConn = driver.ErrBadConn

// SQLite's result codes that people can do something about.
const (
	codeBusy    = 5
	codeRead    = 8
	codeIO      = 10
	codeCorrupt = 11
	codeFull    = 13
	codeOpen    = 14
	codeNotADB  = 26
)

// plain are errors that are not about the file: they name no path.
var plain = []error{cards.ErrNoCard, cards.ErrNoAnswer, cards.ErrUndone, cards.ErrOutdated, ErrConflict, ErrForeign, context.Canceled}

// explain says what was being done, where, and what to do next.
func (db *DB) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	if slices.ContainsFunc(plain, func(target error) bool { return errors.Is(err, target) }) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var e *lib.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case codeCorrupt, codeNotADB:
			return fmt.Errorf("%s: %w", doing, damaged(db.path, err))
		case codeFull, codeIO:
			return fmt.Errorf("%s: %w: write to %s: %w; nothing was stored, make room and try again", doing, ErrNoRoom, db.path, err)
		case codeRead, codeOpen:
			return fmt.Errorf("%s: %w: %s: %w; check the permissions of the file and its folder, and the room on the disk", doing, ErrDenied, db.path, err)
		case codeBusy:
			return fmt.Errorf("%s: %w: %s: %w; nothing was stored, try again", doing, ErrBusy, db.path, err)
		}
	}
	return fmt.Errorf("%s in %s: %w", doing, db.path, err)
}

// damaged says what can be done.
func damaged(path string, cause error) error {
	return fmt.Errorf("%w: %s: %w; the file was left as it is: bring back what was kept of it (gatedrill restore), or move it away to begin anew", ErrDamaged, path, cause)
}
