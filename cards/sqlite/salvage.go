package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/gatedrill/gatedrill/cards"
)

// Salvage reads what can be read of the log in a damaged file, from its
// beginning and from its end until the damage. The error says what kept it from
// reading all; the lines are good all the same. The file is only read.
func Salvage(ctx context.Context, path string) (lines []cards.Event, err error) {
	if err := checkHeader(path); err != nil {
		return nil, err
	}
	how := "&mode=ro"
	if _, err := os.Lstat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		how += "&immutable=1"
	}
	pool, err := sql.Open("sqlite", dsn(path)+how)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	seen := map[cards.ID]bool{}
	for _, order := range []string{"ASC", "DESC"} {
		failed := salvage(ctx, pool, "ORDER BY rowid "+order, func(e cards.Event) {
			if !seen[e.ID] && wellFormed(e) {
				seen[e.ID] = true
				lines = append(lines, e)
			}
		})
		if failed == nil {
			return lines, nil
		}
		err = failed
	}
	return lines, fmt.Errorf("read the damaged log: %w", err)
}

// salvage hands on lines until one cannot be read.
func salvage(ctx context.Context, pool *sql.DB, order string, take func(cards.Event)) error {
	rows, err := pool.QueryContext(ctx, "SELECT "+eventColumns+" FROM log NOT INDEXED "+order)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return err
		}
		take(e)
	}
	return rows.Err()
}

// wellFormed reports whether a line can have been written by us: what damage
// left of one is not taken for truth.
func wellFormed(e cards.Event) bool {
	known := false
	for _, k := range cards.Kinds() {
		known = known || k == e.Kind
	}
	return known && e.Card != "" && e.ID[6]>>4 == 7 && e.At.UnixMilli() > 0 && (e.Kind == cards.Answered) == (e.Rating >= cards.Again && e.Rating <= cards.Easy) &&
		(e.Kind == cards.Undone) == !e.Undoes.IsZero()
}
