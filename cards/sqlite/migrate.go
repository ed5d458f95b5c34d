package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	lib "modernc.org/sqlite"
)

// The schema, one file a version: 1.sql makes version 1 of nothing, 2.sql
// makes version 2 of version 1. A file that was released is never changed.
//
//go:embed migration/*.sql
var migrations embed.FS

// application marks our files in SQLite's header: "gdrl".
const application = 0x6764726c

// step makes one version of the schema of the one before.
type step struct {
	sql  string
	then func(context.Context, *sql.Conn, Config) error // what SQL cannot say, nil if nothing
}

// released reads the embedded schema.
func released() ([]step, error) {
	entries, err := migrations.ReadDir("migration")
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	steps := make([]step, len(entries))
	for i := range entries {
		text, err := migrations.ReadFile(fmt.Sprintf("migration/%d.sql", i+1))
		if err != nil {
			return nil, fmt.Errorf("read the schema: %w", err)
		}
		steps[i].sql = string(text)
	}
	steps[1].then = toSchema2
	return steps, nil
}

// migrate brings the file to the newest schema, or says why it must not.
func (db *DB) migrate(ctx context.Context, steps []step) error {
	version, err := db.check(ctx, db.sql, len(steps))
	if err != nil || version == len(steps) {
		return err
	}
	if version > 0 {
		kept, err := db.backup(ctx, fmt.Sprintf("v%d", version))
		if err != nil {
			return err
		}
		db.config.tell(Progress{To: len(steps), Backup: kept})
	}
	if err := db.useWAL(ctx); err != nil {
		return err
	}
	return db.write(ctx, "migrate the card database", func(conn *sql.Conn) error {
		// Another program may have been first.
		version, err := db.check(ctx, conn, len(steps))
		if err != nil {
			return err
		}
		for i := version; i < len(steps); i++ {
			if err := steps[i].run(ctx, conn, db.config); err != nil {
				return fmt.Errorf("to version %d: %w", i+1, err)
			}
		}
		_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(steps)))
		return err
	})
}

func (c Config) tell(p Progress) {
	if c.Progress != nil {
		c.Progress(p)
	}
}

func (s step) run(ctx context.Context, conn *sql.Conn, c Config) error {
	if _, err := conn.ExecContext(ctx, s.sql); err != nil || s.then == nil {
		return err
	}
	return s.then(ctx, conn, c)
}

// querier is what a pool and a connection have in common.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// check reads the version, 0 of an empty file, and refuses what is not ours.
func (db *DB) check(ctx context.Context, q querier, newest int) (int, error) {
	var version, app, tables int
	err := q.QueryRowContext(ctx, `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_user_version, pragma_application_id`).Scan(&version, &app, &tables)
	switch {
	case err != nil:
		return 0, db.explain("open the card database", err)
	case version == 0 && app == 0 && tables == 0:
		return 0, nil
	case app != application:
		return 0, fmt.Errorf("%w: %s: the file was left as it is: move it away, or set another home", ErrForeign, db.path)
	case version > newest:
		return 0, fmt.Errorf("%w: %s has version %d, this program knows %d: the file was left as it is: use the newer program", ErrNewer, db.path, version, newest)
	}
	return version, nil
}

// backup copies the file, with what its write-ahead log holds, to a new file
// beside it that says before what this was.
func (db *DB) backup(ctx context.Context, before string) (string, error) {
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.%s.backup", db.path, before)
		if n > 1 {
			to = fmt.Sprintf("%s.%s-%d.backup", db.path, before, n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("back up the card database: %w", err)
		}
		if _, err := db.sql.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
			return "", errors.Join(db.explain("back up the card database to "+to, err), os.RemoveAll(to))
		}
		return to, nil
	}
}

// Backup is the newest copy that a migration or a merge made of a database, ""
// when there is none.
func Backup(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	newest, at := "", time.Time{}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), filepath.Base(path)+".") || !strings.HasSuffix(e.Name(), ".backup") {
			continue
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && !info.ModTime().Before(at) {
			newest, at = filepath.Join(filepath.Dir(path), e.Name()), info.ModTime()
		}
	}
	return newest
}

// useWAL lets readers and a writer work at once. Changing the mode does not
// wait for other programs by itself.
func (db *DB) useWAL(ctx context.Context) error {
	const tries, pause = 100, 50 * time.Millisecond
	for i := 1; ; i++ {
		_, err := db.sql.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		var e *lib.Error
		if err == nil || i == tries || !errors.As(err, &e) || e.Code()&0xff != codeBusy {
			return db.explain("open the card database", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
