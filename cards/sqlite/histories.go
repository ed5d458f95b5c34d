package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Histories reads the whole log, card by card, as it is at one moment.
func (db *DB) Histories(ctx context.Context, do func(card string, events []cards.Event) error) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return db.explain("read the log", err)
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	return db.explain("read the log", eachHistory(ctx, conn, do))
}

// Ratings reads what the log tells of memory: the answers to each card that
// were not taken back, oldest first. A card's answers are valid until do
// returns.
func (db *DB) Ratings(ctx context.Context, do func(card string, answers []cards.Rated) error) error {
	undone, err := db.undone(ctx)
	if err != nil {
		return db.explain("read the answers", err)
	}
	rows, err := db.sql.QueryContext(ctx, `SELECT id, card, at, day, rating, json_extract(before, '$.state') = 0
		FROM log INDEXED BY log_card WHERE kind = 'answer' ORDER BY card, id`)
	if err != nil {
		return db.explain("read the answers", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var answers []cards.Rated
	var last string
	for rows.Next() {
		var id sql.RawBytes
		var card string
		var at int64
		var a cards.Rated
		if err := rows.Scan(&id, &card, &at, &a.Day, &a.Rating, &a.First); err != nil {
			return db.explain("read the answers", err)
		}
		if card != last && len(answers) > 0 {
			if err := do(last, answers); err != nil {
				return err
			}
			answers = answers[:0]
		}
		last = card
		if len(id) == len(cards.ID{}) && undone[cards.ID(id)] {
			continue
		}
		a.At = time.UnixMilli(at)
		answers = append(answers, a)
	}
	if err := rows.Err(); err != nil || len(answers) == 0 {
		return db.explain("read the answers", err)
	}
	return do(last, answers)
}

// undone names the answers that were taken back.
func (db *DB) undone(ctx context.Context) (map[cards.ID]bool, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT undoes FROM log WHERE undoes IS NOT NULL")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[cards.ID]bool{}
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if len(id) == len(cards.ID{}) {
			out[cards.ID(id)] = true
		}
	}
	return out, rows.Err()
}

// DeckOf is the deck of a card, "" if no deck has it.
func (db *DB) DeckOf(ctx context.Context, card string) (string, error) {
	var name string
	err := db.sql.QueryRowContext(ctx, "SELECT deck FROM card WHERE id = ?", card).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, db.explain("look for the card's deck", err)
}
