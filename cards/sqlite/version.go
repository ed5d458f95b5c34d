package sqlite

import (
	"context"
	"errors"
)

// Version changes with each thing that is stored, by this program or by
// another one. It is asked on a connection that never writes: SQLite then
// tells of the writing of all others, without reading a page.
func (db *DB) Version(ctx context.Context) (int64, error) {
	const turn = 1 << 40 // more than one connection counts to
	db.watching.Lock()
	defer db.watching.Unlock()
	if db.watch == nil {
		conn, err := db.sql.Conn(ctx)
		if err != nil {
			return 0, db.explain("watch the card database", err)
		}
		db.watch = conn
		db.watches++ // each connection counts anew
	}
	var v int64
	if err := db.watch.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v); err != nil {
		return 0, errors.Join(db.explain("watch the card database", err), db.unwatch())
	}
	return db.watches*turn + v, nil
}

// unwatch gives back what Version holds; the caller has the lock.
func (db *DB) unwatch() error {
	if db.watch == nil {
		return nil
	}
	err := db.watch.Close()
	db.watch = nil
	return err
}
