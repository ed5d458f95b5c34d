package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// Catalogue says which decks the store was last filled from.
func (db *DB) Catalogue(ctx context.Context) (cards.Catalogue, error) {
	var c cards.Catalogue
	rows, err := db.sql.QueryContext(ctx, "SELECT key, value FROM meta")
	if err != nil {
		return c, db.explain("read the catalogue of cards", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return c, db.explain("read the catalogue of cards", err)
		}
		switch key {
		case "fingerprint":
			c.Fingerprint = value
		case "total":
			c.Total, err = strconv.Atoi(value)
		case "problems":
			c.Problems, err = strconv.Atoi(value)
		}
		if err != nil {
			return c, db.explain("read the catalogue of cards", fmt.Errorf("%s: %w", key, err))
		}
	}
	return c, db.explain("read the catalogue of cards", rows.Err())
}

// entry is a card with its place in the order of new cards.
type entry struct {
	cards.Card
	ord int64
}

// Fill takes over what the decks say. Cards that are gone from them keep
// their memory and are not served. New cards of all decks take turns: first
// the first card of each, then the second.
func (db *DB) Fill(ctx context.Context, decks []cards.Deck, fingerprint string, problems int) error {
	return db.write(ctx, "take over the decks", func(conn *sql.Conn) error {
		known, err := contents(ctx, conn)
		if err != nil {
			return err
		}
		total, err := upsert(ctx, conn, decks, known)
		if err != nil {
			return err
		}
		for id := range known { // those that no deck has
			if _, err := conn.ExecContext(ctx, "UPDATE card SET present = 0 WHERE id = ?", id); err != nil {
				return err
			}
		}
		_, err = conn.ExecContext(ctx, `INSERT OR REPLACE INTO meta (key, value)
			VALUES ('fingerprint', ?), ('total', ?), ('problems', ?)`, fingerprint, strconv.Itoa(total), strconv.Itoa(problems))
		return err
	})
}

// contents reads what is stored of the cards that decks had.
func contents(ctx context.Context, conn *sql.Conn) (map[string]entry, error) {
	rows, err := conn.QueryContext(ctx, `SELECT id, ord, deck, front, back, source, tags, labs, file, line FROM card WHERE present = 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	known := map[string]entry{}
	for rows.Next() {
		var e entry
		var tags, labs string
		if err := rows.Scan(&e.ID, &e.ord, &e.Deck, &e.Front, &e.Back, &e.Source, &tags, &labs, &e.File, &e.Line); err != nil {
			return nil, err
		}
		e.Tags, e.Labs = names(tags), names(labs)
		known[e.ID] = e
	}
	return known, rows.Err()
}

// upsert stores what is new or changed and takes all it saw out of known.
func upsert(ctx context.Context, conn *sql.Conn, decks []cards.Deck, known map[string]entry) (int, error) {
	stmt, err := conn.PrepareContext(ctx, `INSERT INTO card (id, ord, deck, front, back, source, tags, labs, file, line, present)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET ord = excluded.ord, deck = excluded.deck, front = excluded.front, back = excluded.back,
		  source = excluded.source, tags = excluded.tags, labs = excluded.labs, file = excluded.file, line = excluded.line, present = 1`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	total := 0
	for d, deck := range decks {
		for i, c := range deck.Cards {
			total++
			ord := int64(i)<<20 | int64(d)
			if old, ok := known[c.ID]; ok && old.ord == ord && same(old.Card, c) {
				delete(known, c.ID)
				continue
			}
			delete(known, c.ID)
			if _, err := stmt.ExecContext(ctx, c.ID, ord, c.Deck, c.Front, c.Back, c.Source, list(c.Tags), list(c.Labs), c.File, c.Line); err != nil {
				return 0, fmt.Errorf("card %q: %w", c.ID, err)
			}
		}
	}
	return total, nil
}

func same(a, b cards.Card) bool {
	return a.Deck == b.Deck && a.Front == b.Front && a.Back == b.Back && a.Source == b.Source &&
		a.File == b.File && a.Line == b.Line && list(a.Tags) == list(b.Tags) && list(a.Labs) == list(b.Labs)
}

// Card returns one card of the decks, or ErrNoCard.
func (db *DB) Card(ctx context.Context, id string) (cards.Row, error) {
	r, err := one(ctx, db.sql, id)
	return r, db.explain("read a card", err)
}

func one(ctx context.Context, q querier, id string) (cards.Row, error) {
	r, err := scanRow(q.QueryRowContext(ctx, "SELECT "+columns+" FROM card WHERE id = ? AND present = 1", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("%w: %q", cards.ErrNoCard, id)
	}
	return r, err
}

// Rows returns all cards of the decks, in the order of their files.
func (db *DB) Rows(ctx context.Context) ([]cards.Row, error) {
	return db.rows(ctx, "list the cards", "WHERE present = 1 ORDER BY deck, file, line")
}

// Leeches returns the cards that keep failing, worst first.
func (db *DB) Leeches(ctx context.Context, most int) ([]cards.Row, error) {
	return db.rows(ctx, "list the cards that keep failing", "WHERE "+isLeech+" LIMIT ?", most)
}

func (db *DB) rows(ctx context.Context, doing, where string, args ...any) ([]cards.Row, error) {
	out, err := queryRows(ctx, db.sql, where, args...)
	return out, db.explain(doing, err)
}

func queryRows(ctx context.Context, q querier, where string, args ...any) ([]cards.Row, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+columns+" FROM card "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Row
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// marks is "?, ?, ?" for n values.
func marks(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}
