package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Look reads a whole file and changes nothing that it holds: an older schema
// stays what it is. It returns the schema's version, and the newest that there
// is. The errors are those of Open and Verify; a file that is not there is one.
func Look(ctx context.Context, path string) (version, newest int, err error) {
	steps, err := released()
	if err != nil {
		return 0, 0, err
	}
	if err := checkHeader(path); err != nil {
		return 0, len(steps), err
	}
	// Not read-only: such a connection leaves the files of the write-ahead log
	// behind, which it may not remove.
	address, _, _ := strings.Cut(dsn(path), "?")
	pool, err := sql.Open("sqlite", address+"?mode=rw&_pragma=busy_timeout(2000)")
	if err != nil {
		return 0, len(steps), fmt.Errorf("open card database %s: %w", path, err)
	}
	db := &DB{sql: pool, path: path}
	version, err = db.check(ctx, pool, len(steps))
	if err == nil {
		err = db.Verify(ctx)
	}
	return version, len(steps), errors.Join(err, pool.Close())
}
