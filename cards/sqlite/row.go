package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// columns of a card with its memory, in the order that scanRow reads.
const columns = cardColumns + `,
	state, stability, difficulty, due, due_day, last, last_day, reps, lapses, step, suspended, buried, marked, urged_by, urged, rests`

// cardColumns are those that decks tell of, in the order of texts.scan.
const cardColumns = `id, note, kind, deck, front, back, key, after, source, tags, labs, file, line`

// texts are the columns of a card that are more than one value.
type texts struct{ key, after, tags, labs string }

func (t *texts) scan(c *cards.Card) []any {
	return []any{&c.ID, &c.Note, &c.Kind, &c.Deck, &c.Front, &c.Back, &t.key, &t.after, &c.Source, &t.tags, &t.labs, &c.File, &c.Line}
}

func (t *texts) into(c *cards.Card) error {
	c.After, c.Tags, c.Labs = names(t.after), names(t.tags), names(t.labs)
	if t.key == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(t.key), &c.Key); err != nil {
		return fmt.Errorf("key of card %q: %w", c.ID, err)
	}
	return nil
}

// values are those of cardColumns.
func values(c cards.Card) ([]any, error) {
	key, err := keyText(c.Key)
	return []any{c.ID, c.Note, string(c.Kind), c.Deck, c.Front, c.Back, key, list(c.After), c.Source, list(c.Tags), list(c.Labs), c.File, c.Line}, err
}

func keyText(k cards.Key) (string, error) {
	b, err := json.Marshal(k)
	if err != nil || string(b) == "{}" {
		return "", err
	}
	return string(b), nil
}

func scanRow(scan func(...any) error) (cards.Row, error) {
	var r cards.Row
	var t texts
	var due, last, urged int64
	m := &r.Memory
	err := scan(append(t.scan(&r.Card), &m.State, &m.Stability, &m.Difficulty, &due, &m.DueDay, &last, &m.LastDay, &m.Reps,
		&m.Lapses, &m.Step, &m.Suspended, &m.Buried, &m.Marked, &m.UrgedBy, &urged, &r.Rests)...)
	if err != nil {
		return r, err
	}
	m.Due, m.LastReview, m.Urged = moment(due), moment(last), moment(urged)
	return r, t.into(&r.Card)
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
	return db.rows(ctx, "list the cards", "WHERE present = 1 ORDER BY deck, file, line, id")
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
