// Package sqlite keeps the review log, the memory derived from it and a copy
// of what the decks say, in one SQLite file.
//
// The log is the truth and is only ever appended to; everything else can be
// made again from it (Rebuild) and from the deck files (Fill). Lines of the
// log have names that no other log gives, so that two logs can be one (Merge).
// Moments are stored as milliseconds UTC. It knows no scheduler and no deck
// files; the study service calls it, and several programs may have the file
// open.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/cards"

	_ "modernc.org/sqlite" // registers the driver
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	sql    *sql.DB
	path   string
	config Config

	turning sync.Mutex
	turn    turn

	watching sync.Mutex
	watch    *sql.Conn // held by Version
	watches  int64
}

// Config is what a database needs of the world.
type Config struct {
	Random   io.Reader      // for the names of log lines
	Calendar cards.Calendar // of the learner, by which moments of old logs are read as days
	// Progress is told how a migration goes, which takes long on a large log;
	// nil if nobody wants to know.
	Progress func(Progress)
}

// Progress is where a migration is.
type Progress struct {
	To     int    // version of the schema that is being made
	Backup string // the database as it was before
	Done   int    // lines of the log
	Total  int    // 0 where the work is not one of lines
}

// Open opens the file, and makes it and its folder when they are not there.
// An older schema is migrated after a backup copy was made beside the file.
// The errors are ErrDamaged, ErrForeign and ErrNewer, with the file
// untouched, or those of the system.
func Open(ctx context.Context, path string, c Config) (*DB, error) {
	steps, err := released()
	if err != nil {
		return nil, err
	}
	return open(ctx, path, c, steps)
}

func open(ctx context.Context, path string, c Config, steps []step) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the card database: %w", err)
	}
	if err := checkHeader(path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("open card database %s: %w", path, err)
	}
	pool.SetMaxOpenConns(3) // a long read does not hold up an answer; one watches
	pool.SetMaxIdleConns(3)
	db := &DB{sql: pool, path: path, config: c}
	if err := db.migrate(ctx, steps); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// dsn builds the address of a file. FULL has every answer on disk before it
// counts as saved; a review is far slower than the write.
func dsn(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") && filepath.IsAbs(path) {
		p = "/" + p // a Windows drive
	}
	p = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(p)
	return "file:" + p + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)"
}

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// checkHeader refuses a file that is no SQLite database before SQLite may
// touch it. No file and an empty file are a database to be made.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open card database: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if n == 0 && errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read card database %s: %w", path, err)
	}
	if string(head) != magic {
		return damaged(path, errors.New("it does not begin as an SQLite file"))
	}
	return nil
}

// Verify reads the whole file and returns ErrDamaged when it does not hold
// together: opening alone looks at its beginning only.
func (db *DB) Verify(ctx context.Context) error {
	var said string
	if err := db.sql.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return db.explain("verify the card database", err)
	}
	if said != "ok" {
		line, _, _ := strings.Cut(strings.TrimPrefix(said, "*** in database main ***\n"), "\n")
		return fmt.Errorf("verify the card database: %w", damaged(db.path, errors.New(line)))
	}
	return nil
}

// Close closes the file. Other programs that have it open go on.
func (db *DB) Close() error {
	db.watching.Lock()
	defer db.watching.Unlock()
	return errors.Join(db.unwatch(), db.sql.Close())
}

// write runs f in a transaction that no other writer shares. Either all of
// it is on disk when it returns, or nothing is.
func (db *DB) write(ctx context.Context, doing string, f func(*sql.Conn) error) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return db.explain(doing, err)
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	return db.writeOn(ctx, conn, doing, f)
}

func (db *DB) writeOn(ctx context.Context, conn *sql.Conn, doing string, f func(*sql.Conn) error) error {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return db.explain(doing, err)
	}
	err := f(conn)
	if err == nil {
		// A cancelled commit may or may not have happened: it is not cancelled.
		_, err = conn.ExecContext(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		db.rollback(ctx, conn)
		return db.explain(doing, err)
	}
	return nil
}

// rollback ends a failed transaction. SQLite may have done so by itself; a
// connection that is in doubt is not used again.
func (db *DB) rollback(ctx context.Context, conn *sql.Conn) {
	_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		_ = conn.Raw(func(any) error { return errBadConn }) // always that error
	}
}

// millis turns a moment into what is stored; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// list turns names into one column. Decks split names at commas and lines,
// so that no name holds a line end.
func list(names []string) string { return strings.Join(names, "\n") }

func names(column string) []string {
	if column == "" {
		return nil
	}
	return strings.Split(column, "\n")
}
