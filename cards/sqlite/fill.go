package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

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

// Fill takes over what the decks say. Cards that are gone from them keep
// their memory and are not served.
func (db *DB) Fill(ctx context.Context, decks []cards.Deck, order cards.NewOrder, fingerprint string, problems int) error {
	places := cards.Places(decks, order)
	return db.write(ctx, "take over the decks", func(conn *sql.Conn) error {
		known, err := contents(ctx, conn)
		if err != nil {
			return err
		}
		total, err := upsert(ctx, conn, decks, places, known)
		if err != nil {
			return err
		}
		for id := range known { // those that no deck has
			if _, err := conn.ExecContext(ctx, "UPDATE card SET present = 0 WHERE id = ?", id); err != nil {
				return err
			}
		}
		if _, err := conn.ExecContext(ctx, restAll); err != nil { // notes may have changed
			return err
		}
		_, err = conn.ExecContext(ctx, `INSERT OR REPLACE INTO meta (key, value)
			VALUES ('fingerprint', ?), ('total', ?), ('problems', ?)`, fingerprint, strconv.Itoa(total), strconv.Itoa(problems))
		return err
	})
}

// entry is a card with its place in the order of new cards.
type entry struct {
	cards.Card
	ord int64
}

// contents reads what is stored of the cards that decks had.
func contents(ctx context.Context, conn *sql.Conn) (map[string]entry, error) {
	rows, err := conn.QueryContext(ctx, "SELECT ord, "+cardColumns+" FROM card WHERE present = 1")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	known := map[string]entry{}
	for rows.Next() {
		var e entry
		var t texts
		if err := rows.Scan(append([]any{&e.ord}, t.scan(&e.Card)...)...); err != nil {
			return nil, err
		}
		if err := t.into(&e.Card); err != nil {
			return nil, err
		}
		known[e.ID] = e
	}
	return known, rows.Err()
}

const insertCard = `INSERT INTO card (present, ord, ` + cardColumns + `) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET present = 1, ord = excluded.ord, note = excluded.note, kind = excluded.kind, deck = excluded.deck,
	  front = excluded.front, back = excluded.back, key = excluded.key, after = excluded.after, source = excluded.source,
	  tags = excluded.tags, labs = excluded.labs, file = excluded.file, line = excluded.line`

// upsert stores what is new or changed and takes all it saw out of known.
func upsert(ctx context.Context, conn *sql.Conn, decks []cards.Deck, places map[string]int64, known map[string]entry) (int, error) {
	stmt, err := conn.PrepareContext(ctx, insertCard)
	if err != nil {
		return 0, err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	total := 0
	for _, deck := range decks {
		for _, c := range deck.Cards {
			total++
			old, ok := known[c.ID]
			delete(known, c.ID)
			if ok && old.ord == places[c.ID] && same(old.Card, c) {
				continue
			}
			args, err := values(c)
			if err == nil {
				_, err = stmt.ExecContext(ctx, append([]any{places[c.ID]}, args...)...)
			}
			if err != nil {
				return 0, fmt.Errorf("card %q: %w", c.ID, err)
			}
		}
	}
	return total, nil
}

func same(a, b cards.Card) bool {
	one, err := values(a)
	two, err2 := values(b)
	return err == nil && err2 == nil && slices.Equal(one, two)
}

// rest tells siblings of a card when one of them was answered; restAll does so
// for all cards.
const (
	restAll = `UPDATE card SET rests = sibling.day FROM (
			SELECT c.id, coalesce((SELECT max(o.last_day) FROM card o WHERE o.note = c.note AND o.note <> '' AND o.id <> c.id), 0) AS day FROM card c
		) sibling WHERE sibling.id = card.id AND sibling.day <> card.rests`
	rest = `UPDATE card SET rests = coalesce((SELECT max(o.last_day) FROM card o WHERE o.note = card.note AND o.note <> '' AND o.id <> card.id), 0)
		WHERE note <> '' AND note = (SELECT note FROM card WHERE id = ?1) AND id <> ?1`
)
