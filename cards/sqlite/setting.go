package sqlite

import (
	"context"
	"database/sql"

	"github.com/gatedrill/gatedrill/cards"
)

// Settings are all decisions that are kept.
func (db *DB) Settings(ctx context.Context) ([]cards.Setting, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT deck, name, day, value FROM setting ORDER BY name, deck, day")
	if err != nil {
		return nil, db.explain("read the settings of cards", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Setting
	for rows.Next() {
		var s cards.Setting
		if err := rows.Scan(&s.Deck, &s.Name, &s.Day, &s.Value); err != nil {
			return nil, db.explain("read the settings of cards", err)
		}
		out = append(out, s)
	}
	return out, db.explain("read the settings of cards", rows.Err())
}

// Set keeps decisions, all or none of them. One without a value is taken back;
// those for days before today go.
func (db *DB) Set(ctx context.Context, settings []cards.Setting, today int) error {
	return db.write(ctx, "keep the settings of cards", func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, "DELETE FROM setting WHERE day <> 0 AND day < ?", today); err != nil {
			return err
		}
		for _, s := range settings {
			query, args := "INSERT OR REPLACE INTO setting (deck, name, day, value) VALUES (?, ?, ?, ?)", []any{s.Deck, s.Name, s.Day, s.Value}
			if s.Value == "" {
				query, args = "DELETE FROM setting WHERE deck = ? AND name = ? AND day = ?", args[:3]
			}
			if _, err := conn.ExecContext(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}
