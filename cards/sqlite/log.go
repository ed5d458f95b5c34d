package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// Answer appends an answer to the log. What the answer is, f decides from
// the memory as it is at that moment, whatever another program did before.
func (db *DB) Answer(ctx context.Context, card string, f func(cards.Memory) (cards.Answer, error)) error {
	return db.write(ctx, "save the answer", func(conn *sql.Conn) error {
		row, err := one(ctx, conn, card)
		if err != nil {
			return err
		}
		a, err := f(row.Memory)
		if err != nil {
			return err
		}
		a.Card = card
		if err := appendEvent(ctx, conn, cards.Event{Kind: cards.Answered, Answer: a}); err != nil {
			return err
		}
		if err := setMemory(ctx, conn, card, a.After); err != nil {
			return err
		}
		return addTallies(ctx, conn, a.Count(), row.Card.Tags, +1)
	})
}

// Undo takes the last answer back that was not yet taken back, by an event
// of its own. The card is as it was stored with that answer. It returns the
// card's id, or ErrNothingToUndo.
func (db *DB) Undo(ctx context.Context, at time.Time, day int) (string, error) {
	var card string
	err := db.write(ctx, "undo the last answer", func(conn *sql.Conn) error {
		a, err := lastAnswer(ctx, conn)
		if err != nil {
			return err
		}
		card = a.Card
		var tags string
		current, err := memoryOf(ctx, conn, card, &tags)
		if err != nil {
			return err
		}
		e := cards.Event{Kind: cards.Undone, Undoes: a.ID, Answer: cards.Answer{Card: card, At: at, Day: day}}
		if err := appendEvent(ctx, conn, e); err != nil {
			return err
		}
		if err := setMemory(ctx, conn, card, cards.Undo(current, a.Before)); err != nil {
			return err
		}
		return addTallies(ctx, conn, a.Count(), names(tags), -1)
	})
	return card, err
}

// Suspend takes a card out of the queue, or puts it back.
func (db *DB) Suspend(ctx context.Context, card string, on bool, at time.Time, day int) error {
	return db.write(ctx, "suspend the card", func(conn *sql.Conn) error {
		row, err := one(ctx, conn, card)
		if err != nil {
			return err
		}
		if row.Memory.Suspended == on {
			return nil
		}
		kind := cards.Resumed
		if on {
			kind = cards.Suspended
		}
		row.Memory.Suspended = on
		e := cards.Event{Kind: kind, Answer: cards.Answer{Card: card, At: at, Day: day}}
		if err := appendEvent(ctx, conn, e); err != nil {
			return err
		}
		return setMemory(ctx, conn, card, row.Memory)
	})
}

// Urge makes the cards with these ids, or with one of these tags, due now
// and returns their ids. Suspended cards stay out.
func (db *DB) Urge(ctx context.Context, topics []string, reason string, at time.Time, day int) ([]string, error) {
	var ids []string
	err := db.write(ctx, "make cards due", func(conn *sql.Conn) error {
		found, err := about(ctx, conn, topics)
		if err != nil {
			return err
		}
		ids = nil
		for _, r := range found {
			e := cards.Event{Kind: cards.MadeDue, Reason: reason, Answer: cards.Answer{Card: r.Card.ID, At: at, Day: day}}
			if err := appendEvent(ctx, conn, e); err != nil {
				return err
			}
			if err := setMemory(ctx, conn, r.Card.ID, cards.Urge(r.Memory, at, reason)); err != nil {
				return err
			}
			ids = append(ids, r.Card.ID)
		}
		return nil
	})
	return ids, err
}

// about finds the cards that one of the topics names.
func about(ctx context.Context, conn *sql.Conn, topics []string) ([]cards.Row, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	args := make([]any, 0, 2*len(topics))
	for _, t := range topics {
		args = append(args, t)
	}
	where := "id IN (" + marks(len(topics)) + ")"
	for _, t := range topics {
		where += " OR instr(char(10) || tags || char(10), char(10) || ? || char(10)) > 0"
		args = append(args, t)
	}
	rows, err := conn.QueryContext(ctx, "SELECT "+columns+" FROM card WHERE present = 1 AND suspended = 0 AND ("+where+") ORDER BY ord", args...)
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

// memoryOf reads the memory of a card that no deck need have any more.
func memoryOf(ctx context.Context, conn *sql.Conn, card string, tags *string) (cards.Memory, error) {
	r, err := scanRow(conn.QueryRowContext(ctx, "SELECT "+columns+" FROM card WHERE id = ?", card).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return cards.Memory{}, fmt.Errorf("%w: %q", cards.ErrNoCard, card)
	}
	*tags = list(r.Card.Tags)
	return r.Memory, err
}

func setMemory(ctx context.Context, conn *sql.Conn, card string, m cards.Memory) error {
	_, err := conn.ExecContext(ctx, `UPDATE card SET state = ?, stability = ?, difficulty = ?, due = ?, last = ?,
		reps = ?, lapses = ?, step = ?, suspended = ?, reason = ? WHERE id = ?`,
		m.State, m.Stability, m.Difficulty, millis(m.Due), millis(m.LastReview),
		m.Reps, m.Lapses, m.Step, m.Suspended, m.Reason, card)
	return err
}

const eventColumns = `id, kind, card, at, day, rating, took, before, after, algorithm, coalesce(undoes, 0), reason`

func lastAnswer(ctx context.Context, conn *sql.Conn) (cards.Event, error) {
	e, err := scanEvent(conn.QueryRowContext(ctx, "SELECT "+eventColumns+` FROM log l WHERE kind = 'answer'
		AND NOT EXISTS (SELECT 1 FROM log u WHERE u.undoes = l.id) ORDER BY id DESC LIMIT 1`).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return e, cards.ErrNothingToUndo
	}
	return e, err
}

func appendEvent(ctx context.Context, conn *sql.Conn, e cards.Event) error {
	var before, after string
	if e.Kind == cards.Answered {
		var err error
		if before, err = encode(e.Before); err != nil {
			return err
		}
		if after, err = encode(e.After); err != nil {
			return err
		}
	}
	undoes := sql.NullInt64{Int64: e.Undoes, Valid: e.Undoes != 0}
	_, err := conn.ExecContext(ctx, `INSERT INTO log (kind, card, at, day, rating, took, before, after, algorithm, undoes, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(e.Kind), e.Card, millis(e.At), e.Day, int(e.Rating),
		e.Took.Milliseconds(), before, after, e.Algorithm, undoes, e.Reason)
	return err
}

func scanEvent(scan func(...any) error) (cards.Event, error) {
	var e cards.Event
	var at, took int64
	var before, after string
	err := scan(&e.ID, &e.Kind, &e.Card, &at, &e.Day, &e.Rating, &took, &before, &after, &e.Algorithm, &e.Undoes, &e.Reason)
	if err != nil {
		return e, err
	}
	e.At, e.Took = moment(at), time.Duration(took)*time.Millisecond
	if e.Before, err = decode(before); err != nil {
		return e, fmt.Errorf("line %d of the log: %w", e.ID, err)
	}
	if e.After, err = decode(after); err != nil {
		return e, fmt.Errorf("line %d of the log: %w", e.ID, err)
	}
	return e, nil
}

// memory is how the log writes a cards.Memory.
type memory struct {
	State      int     `json:"state"`
	Stability  float64 `json:"stability,omitempty"`
	Difficulty float64 `json:"difficulty,omitempty"`
	Due        int64   `json:"due,omitempty"`
	Last       int64   `json:"last,omitempty"`
	Reps       int     `json:"reps,omitempty"`
	Lapses     int     `json:"lapses,omitempty"`
	Step       int     `json:"step,omitempty"`
	Suspended  bool    `json:"suspended,omitempty"`
	Reason     string  `json:"reason,omitempty"`
}

func encode(m cards.Memory) (string, error) {
	b, err := json.Marshal(memory{
		int(m.State), m.Stability, m.Difficulty, millis(m.Due), millis(m.LastReview),
		m.Reps, m.Lapses, m.Step, m.Suspended, m.Reason,
	})
	return string(b), err
}

func decode(s string) (cards.Memory, error) {
	if s == "" {
		return cards.Memory{}, nil
	}
	var m memory
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return cards.Memory{}, fmt.Errorf("read a memory: %w", err)
	}
	return cards.Memory{
		State: cards.State(m.State), Stability: m.Stability, Difficulty: m.Difficulty,
		Due: moment(m.Due), LastReview: moment(m.Last), Reps: m.Reps, Lapses: m.Lapses,
		Step: m.Step, Suspended: m.Suspended, Reason: m.Reason,
	}, nil
}
