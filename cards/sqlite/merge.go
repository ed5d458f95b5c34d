package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// ErrConflict is another log that tells another thing of a line that both
// have. One of the files was changed by hand, or is damaged.
var ErrConflict = errors.New("the logs contradict each other")

// Merge adds the lines of another database's log that this one has not, and
// makes all derived state anew from both. The other file is read only, by way
// of a copy that is brought to this schema; before anything is added this one
// is backed up, since a log cannot be cut again. Whichever of two files is
// merged into the other, the outcome is the same.
func (db *DB) Merge(ctx context.Context, file string, replay cards.Replayer) (cards.Merged, error) {
	other, remove, err := db.copyOf(ctx, file)
	if err != nil {
		return cards.Merged{}, fmt.Errorf("merge %s: %w", file, err)
	}
	done, err := db.merge(ctx, other, replay)
	if err != nil {
		err = fmt.Errorf("merge %s: %w", file, err)
	}
	return done, errors.Join(err, remove())
}

// copyOf copies another database, whole and of this schema, to a temporary
// file.
func (db *DB) copyOf(ctx context.Context, file string) (path string, remove func() error, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", nil, err
	}
	if info.IsDir() {
		return "", nil, errors.New("it is a folder: name the cards.db in it")
	}
	if own, err := os.Stat(db.path); err == nil && os.SameFile(info, own) {
		return "", nil, errors.New("it is this very database")
	}
	if err := checkHeader(file); err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "gatedrill-merge-")
	if err != nil {
		return "", nil, fmt.Errorf("make a folder for a copy: %w", err)
	}
	remove = func() error { return os.RemoveAll(dir) }
	path = filepath.Join(dir, "cards.db")
	if err := snapshot(ctx, file, path); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	quiet := db.config
	quiet.Progress = nil // it is a copy that goes again
	copied, err := Open(ctx, path, quiet)
	if err == nil {
		err = errors.Join(copied.Verify(ctx), copied.Close())
	}
	if err != nil {
		return "", nil, errors.Join(err, remove())
	}
	return path, remove, nil
}

// snapshot copies a database that another program may be using, without
// writing to it. While none is, there is no write-ahead log, and SQLite is
// told that it need not make files of its own beside it.
func snapshot(ctx context.Context, from, to string) (err error) {
	how := "&mode=ro"
	if _, err := os.Lstat(from + "-wal"); errors.Is(err, os.ErrNotExist) {
		how += "&immutable=1"
	}
	pool, err := sql.Open("sqlite", dsn(from)+how)
	if err != nil {
		return fmt.Errorf("open %s: %w", from, err)
	}
	source := &DB{sql: pool, path: from}
	defer func() { err = errors.Join(err, pool.Close()) }()
	steps, err := released()
	if err != nil {
		return err
	}
	version, err := source.check(ctx, pool, len(steps))
	if err != nil {
		return err
	}
	if version == 0 {
		return errors.New("it is empty")
	}
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", to)
	return source.explain("copy the other card database", err)
}

// foreign are the lines that no gatedrill wrote.
func foreign() string {
	var kinds []string
	for _, k := range cards.Kinds() {
		kinds = append(kinds, "'"+string(k)+"'")
	}
	return `length(id) <> 16 OR substr(hex(id), 13, 1) <> '7' OR hex(id) >= 'F'
		OR kind NOT IN (` + strings.Join(kinds, ", ") + `) OR (kind = 'answer' AND rating NOT BETWEEN 1 AND 4)
		OR (kind = 'undo') <> (undoes IS NOT NULL)`
}

func (db *DB) merge(ctx context.Context, other string, replay cards.Replayer) (cards.Merged, error) {
	var done cards.Merged
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return done, db.explain("join the logs", err)
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	if _, err := conn.ExecContext(ctx, "ATTACH ? AS other", other); err != nil {
		return done, db.explain("join the logs", err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "DETACH other") }() // the copy goes in any case
	if err := compare(ctx, conn, &done); err != nil || done.Added == 0 {
		return done, db.explain("join the logs", err)
	}
	if done.Backup, err = db.backup(ctx, "merge"); err != nil {
		return done, err
	}
	err = db.writeOn(ctx, conn, "join the logs", func(conn *sql.Conn) error {
		if err := compare(ctx, conn, &done); err != nil { // another program may have written meanwhile
			return err
		}
		if _, err := conn.ExecContext(ctx, "INSERT INTO log ("+eventColumns+") SELECT "+eventColumns+
			" FROM other.log o WHERE NOT EXISTS (SELECT 1 FROM main.log l WHERE l.id = o.id)"); err != nil {
			return err
		}
		done.Rebuilt, err = rebuild(ctx, conn, replay)
		return err
	})
	return done, err
}

// compare counts what is new in the other log, and refuses one that cannot be
// joined.
func compare(ctx context.Context, conn *sql.Conn, done *cards.Merged) error {
	var strange int
	err := conn.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE "+foreign()+") FROM other.log").Scan(&done.Events, &strange)
	if err != nil {
		return err
	}
	if strange > 0 {
		return fmt.Errorf("%w: %d of its lines were not written by gatedrill; nothing was merged", ErrForeign, strange)
	}
	var same []string
	for _, c := range strings.Split(eventColumns, ", ") {
		same = append(same, "l."+c+" IS o."+c)
	}
	var id []byte
	err = conn.QueryRowContext(ctx, "SELECT o.id FROM other.log o JOIN main.log l ON l.id = o.id WHERE NOT ("+strings.Join(same, " AND ")+") LIMIT 1").Scan(&id)
	if err == nil {
		return fmt.Errorf("%w: line %s is another one there; nothing was merged", ErrConflict, cards.ID(id))
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return conn.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE kind = 'answer')
		FROM other.log o WHERE NOT EXISTS (SELECT 1 FROM main.log l WHERE l.id = o.id)`).Scan(&done.Added, &done.Answers)
}
