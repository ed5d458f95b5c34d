package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// Answer appends an answer to the log and returns its name there. What the
// answer is, f decides from the memory as it is at that moment, whatever
// another program did before; an error of f stores nothing.
func (db *DB) Answer(ctx context.Context, card string, f func(cards.Memory) (cards.Answer, error)) (cards.ID, error) {
	var id cards.ID
	err := db.write(ctx, "save the answer", func(conn *sql.Conn) error {
		row, err := one(ctx, conn, card)
		if err != nil {
			return err
		}
		a, err := f(row.Memory)
		if err != nil {
			return err
		}
		a.Card = card
		if id, err = db.appendEvent(ctx, conn, cards.Event{Kind: cards.Answered, Answer: a}); err != nil {
			return err
		}
		if err := setMemory(ctx, conn, card, a.After); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, rest, card); err != nil {
			return err
		}
		return addTallies(ctx, conn, a.Count(), row.Card.Tags, +1)
	})
	return id, err
}

// Undo takes an answer or an action back, by an event of its own; the card is
// then what the rest of its events replay to. It returns the card's id. The
// errors are cards.ErrNoAnswer and cards.ErrUndone.
func (db *DB) Undo(ctx context.Context, id cards.ID, now cards.Moment, replay cards.Replayer) (string, error) {
	var card string
	err := db.write(ctx, "take it back", func(conn *sql.Conn) error {
		done, err := standing(ctx, conn, id)
		if err != nil {
			return err
		}
		card = done.Card
		e := cards.Event{Kind: cards.Undone, Undoes: id, Answer: cards.Answer{Card: card, Moment: now}}
		if _, err := db.appendEvent(ctx, conn, e); err != nil {
			return err
		}
		events, err := events(ctx, conn, "WHERE card = ? ORDER BY id", card)
		if err != nil {
			return err
		}
		m, err := replay(events)
		if err != nil {
			return err
		}
		if err := setMemory(ctx, conn, card, m); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, rest, card); err != nil || done.Kind != cards.Answered {
			return err
		}
		tags, err := tagsOf(ctx, conn, card)
		if err != nil {
			return err
		}
		return addTallies(ctx, conn, done.Count(), tags, -1)
	})
	return card, err
}

// standing reads a line that was not taken back and is none that takes back.
func standing(ctx context.Context, conn *sql.Conn, id cards.ID) (cards.Event, error) {
	found, err := events(ctx, conn, "WHERE (id = ?1 AND kind <> 'undo') OR undoes = ?1 ORDER BY undoes IS NOT NULL", id[:])
	switch {
	case err != nil:
		return cards.Event{}, err
	case len(found) == 0 || found[0].Kind == cards.Undone:
		return cards.Event{}, fmt.Errorf("%w: %s", cards.ErrNoAnswer, id)
	case len(found) > 1:
		return cards.Event{}, fmt.Errorf("%w: %s", cards.ErrUndone, id)
	}
	return found[0], nil
}

// Act does something to cards, all or none of them, and returns the names of
// the lines. Cards for which it changes nothing are left out.
func (db *DB) Act(ctx context.Context, kind cards.Kind, ids []string, now cards.Moment) ([]cards.ID, error) {
	var done []cards.ID
	err := db.write(ctx, string(kind)+" cards", func(conn *sql.Conn) error {
		done = nil
		for _, card := range ids {
			row, err := one(ctx, conn, card)
			if err != nil {
				return err
			}
			next, known := row.Memory.Act(kind, now)
			if !known {
				return fmt.Errorf("%q is nothing that is done to a card", kind)
			}
			if next == row.Memory {
				continue
			}
			id, err := db.appendEvent(ctx, conn, cards.Event{Kind: kind, Answer: cards.Answer{Card: card, Moment: now}})
			if err != nil {
				return err
			}
			if err := setMemory(ctx, conn, card, next); err != nil {
				return err
			}
			if _, err := conn.ExecContext(ctx, rest, card); err != nil { // a forgotten card was never answered
				return err
			}
			done = append(done, id)
		}
		return nil
	})
	return done, err
}

// Urge urges the cards with these ids, or with one of these tags, and returns
// their ids. Suspended cards stay out.
func (db *DB) Urge(ctx context.Context, topics []string, by string, now cards.Moment) ([]string, error) {
	var ids []string
	err := db.write(ctx, "urge cards", func(conn *sql.Conn) error {
		found, err := about(ctx, conn, topics)
		if err != nil {
			return err
		}
		ids = nil
		for _, r := range found {
			e := cards.Event{Kind: cards.Urged, UrgedBy: by, Answer: cards.Answer{Card: r.Card.ID, Moment: now}}
			if _, err := db.appendEvent(ctx, conn, e); err != nil {
				return err
			}
			if err := setMemory(ctx, conn, r.Card.ID, r.Memory.Urge(now.At, by)); err != nil {
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
	return queryRows(ctx, conn, "WHERE present = 1 AND suspended = 0 AND ("+where+") ORDER BY ord", args...)
}

// tagsOf reads the tags of a card that no deck need have any more.
func tagsOf(ctx context.Context, conn *sql.Conn, card string) ([]string, error) {
	var tags string
	err := conn.QueryRowContext(ctx, "SELECT tags FROM card WHERE id = ?", card).Scan(&tags)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %q", cards.ErrNoCard, card)
	}
	return names(tags), err
}

const updateMemory = `UPDATE card SET state = ?, stability = ?, difficulty = ?, due = ?, due_day = ?, last = ?, last_day = ?,
	reps = ?, lapses = ?, step = ?, suspended = ?, buried = ?, marked = ?, urged_by = ?, urged = ? WHERE id = ?`

func memoryArgs(card string, m cards.Memory) []any {
	return []any{
		m.State, m.Stability, m.Difficulty, millis(m.Due), m.DueDay, millis(m.LastReview), m.LastDay,
		m.Reps, m.Lapses, m.Step, m.Suspended, m.Buried, m.Marked, m.UrgedBy, millis(m.Urged), card,
	}
}

func setMemory(ctx context.Context, conn *sql.Conn, card string, m cards.Memory) error {
	_, err := conn.ExecContext(ctx, updateMemory, memoryArgs(card, m)...)
	return err
}
