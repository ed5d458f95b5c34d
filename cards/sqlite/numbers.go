package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Holdings counts all cards of the decks.
func (db *DB) Holdings(ctx context.Context) (cards.Holdings, error) {
	h := cards.Holdings{Stability: map[int]int{}, Difficulty: map[int]int{}}
	// Grouping them here is twice as fast as SQLite's sorting.
	rows, err := db.sql.QueryContext(ctx, "SELECT state, stability, difficulty FROM card WHERE present = 1")
	if err != nil {
		return h, db.explain("count the cards", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var state cards.State
		var stability, difficulty float64
		if err := rows.Scan(&state, &stability, &difficulty); err != nil {
			return h, db.explain("count the cards", err)
		}
		h.Cards++
		if stability >= cards.MatureDays {
			h.Mature++
		}
		if state != cards.New {
			h.Stability[int(stability)]++
			h.Difficulty[int(difficulty)]++
		}
	}
	return h, db.explain("count the cards", rows.Err())
}

// Outcomes returns the newest answers that were not taken back, at most so
// many, as far as they were given on that day or later.
func (db *DB) Outcomes(ctx context.Context, first, most int) ([]cards.Outcome, error) {
	undone, err := db.undone(ctx)
	if err != nil {
		return nil, db.explain("read the newest answers", err)
	}
	rows, err := db.sql.QueryContext(ctx, `SELECT id, at + 1000 * utc, day, rating, before FROM
		(SELECT id, at, utc, day, rating, before, kind FROM log ORDER BY id DESC LIMIT ?) WHERE kind = 'answer' AND day >= ?`, most, first)
	if err != nil {
		return nil, db.explain("read the newest answers", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Outcome
	for rows.Next() {
		var id, before []byte
		var clock int64
		var o cards.Outcome
		if err := rows.Scan(&id, &clock, &o.Day, &o.Rating, &before); err != nil {
			return nil, db.explain("read the newest answers", err)
		}
		if len(id) == len(cards.ID{}) && undone[cards.ID(id)] {
			continue
		}
		var m struct {
			State     cards.State `json:"state"`
			Stability float64     `json:"stability"`
		}
		if err := json.Unmarshal(before, &m); err != nil {
			return nil, db.explain("read the newest answers", fmt.Errorf("line %x of the log: %w", id, err))
		}
		o.Hour, o.State, o.Stability = time.UnixMilli(clock).UTC().Hour(), m.State, m.Stability
		out = append(out, o)
	}
	return out, db.explain("read the newest answers", rows.Err())
}
