package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// addTallies adds an answer to the sums of its day, or takes it off again.
func addTallies(ctx context.Context, conn *sql.Conn, t cards.Tally, tags []string, sign int) error {
	for _, tag := range append([]string{""}, tags...) {
		_, err := conn.ExecContext(ctx, `INSERT INTO tally (day, tag, answers, news, reviews, again, forgot, took)
			VALUES (?1, ?2, max(0, ?3), max(0, ?4), max(0, ?5), max(0, ?6), max(0, ?7), max(0, ?8))
			ON CONFLICT (tag, day) DO UPDATE SET answers = max(0, answers + ?3), news = max(0, news + ?4),
			  reviews = max(0, reviews + ?5), again = max(0, again + ?6), forgot = max(0, forgot + ?7), took = max(0, took + ?8)`,
			t.Day, tag, sign*t.Answers, sign*t.New, sign*t.Reviews, sign*t.Again, sign*t.Forgot, int64(sign)*t.Took.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}

func scanTally(rows *sql.Rows) (cards.Tally, error) {
	var t cards.Tally
	var took int64
	err := rows.Scan(&t.Day, &t.Tag, &t.Answers, &t.New, &t.Reviews, &t.Again, &t.Forgot, &took)
	t.Took = time.Duration(took) * time.Millisecond
	return t, err
}

// Rebuild makes all derived state anew from the log: replay gives a card's
// memory from its events, oldest first.
func (db *DB) Rebuild(ctx context.Context, replay func([]cards.Event) (cards.Memory, error)) (cards.Rebuilt, error) {
	var done cards.Rebuilt
	err := db.write(ctx, "rebuild the memory from the log", func(conn *sql.Conn) error {
		done = cards.Rebuilt{}
		before, err := memories(ctx, conn)
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, `DELETE FROM tally;
			UPDATE card SET state = 0, stability = 0, difficulty = 0, due = 0, last = 0, reps = 0, lapses = 0, step = 0, suspended = 0, reason = ''
			WHERE state <> 0 OR suspended <> 0 OR reason <> '' OR due <> 0`); err != nil {
			return err
		}
		histories, order, err := histories(ctx, conn)
		if err != nil {
			return err
		}
		done.Cards = len(order)
		for _, card := range order {
			events := histories[card]
			done.Events += len(events)
			m, err := replay(events)
			if err != nil {
				return err
			}
			if m != before[card] {
				done.Changed++
			}
			delete(before, card)
			if err := restore(ctx, conn, card, m, events); err != nil {
				return err
			}
		}
		for _, m := range before { // cards without a history
			if m != (cards.Memory{}) {
				done.Changed++
			}
		}
		return nil
	})
	return done, err
}

// restore stores what the replay of a card gave.
func restore(ctx context.Context, conn *sql.Conn, card string, m cards.Memory, events []cards.Event) error {
	if _, err := conn.ExecContext(ctx, "INSERT INTO card (id) VALUES (?) ON CONFLICT (id) DO NOTHING", card); err != nil {
		return err
	}
	if err := setMemory(ctx, conn, card, m); err != nil {
		return err
	}
	var tags string
	if _, err := memoryOf(ctx, conn, card, &tags); err != nil {
		return err
	}
	undone := map[int64]bool{}
	for _, e := range events {
		undone[e.Undoes] = true
	}
	for _, e := range events {
		if e.Kind != cards.Answered || undone[e.ID] {
			continue
		}
		if err := addTallies(ctx, conn, e.Count(), names(tags), +1); err != nil {
			return err
		}
	}
	return nil
}

func memories(ctx context.Context, conn *sql.Conn) (map[string]cards.Memory, error) {
	rows, err := conn.QueryContext(ctx, "SELECT "+columns+" FROM card")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]cards.Memory{}
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		out[r.Card.ID] = r.Memory
	}
	return out, rows.Err()
}

// histories reads the whole log, by card, and the cards in order of their
// first event.
func histories(ctx context.Context, conn *sql.Conn) (map[string][]cards.Event, []string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT "+eventColumns+" FROM log ORDER BY id")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string][]cards.Event{}
	var order []string
	for rows.Next() {
		e, err := scanEvent(rows.Scan)
		if err != nil {
			return nil, nil, fmt.Errorf("read the log: %w", err)
		}
		if _, ok := out[e.Card]; !ok {
			order = append(order, e.Card)
		}
		out[e.Card] = append(out[e.Card], e)
	}
	return out, order, rows.Err()
}
