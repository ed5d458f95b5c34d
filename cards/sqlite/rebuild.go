package sqlite

import (
	"context"
	"database/sql"
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

// Rebuild makes all derived state anew from the log.
func (db *DB) Rebuild(ctx context.Context, replay cards.Replayer) (cards.Rebuilt, error) {
	var done cards.Rebuilt
	err := db.write(ctx, "rebuild the memory from the log", func(conn *sql.Conn) (err error) {
		done, err = rebuild(ctx, conn, replay)
		return err
	})
	return done, err
}

func rebuild(ctx context.Context, conn *sql.Conn, replay cards.Replayer) (cards.Rebuilt, error) {
	var done cards.Rebuilt
	before, err := memories(ctx, conn)
	if err != nil {
		return done, err
	}
	if _, err := conn.ExecContext(ctx, `DELETE FROM tally;
		UPDATE card SET state = 0, stability = 0, difficulty = 0, due = 0, due_day = 0, last = 0, last_day = 0,
		  reps = 0, lapses = 0, step = 0, suspended = 0, reason = '', urged = 0
		WHERE state <> 0 OR suspended <> 0 OR reason <> '' OR due <> 0`); err != nil {
		return done, err
	}
	err = eachHistory(ctx, conn, func(card string, events []cards.Event) error {
		done.Cards++
		done.Events += len(events)
		m, err := replay(events)
		if err != nil {
			return err
		}
		if m != before[card] {
			done.Changed++
		}
		delete(before, card)
		return restore(ctx, conn, card, m, events)
	})
	if err != nil {
		return done, err
	}
	for _, m := range before { // cards without a history
		if m != (cards.Memory{}) {
			done.Changed++
		}
	}
	return done, nil
}

// restore stores what the replay of a card gave.
func restore(ctx context.Context, conn *sql.Conn, card string, m cards.Memory, events []cards.Event) error {
	if _, err := conn.ExecContext(ctx, "INSERT INTO card (id) VALUES (?) ON CONFLICT (id) DO NOTHING", card); err != nil {
		return err
	}
	if err := setMemory(ctx, conn, card, m); err != nil {
		return err
	}
	tags, err := tagsOf(ctx, conn, card)
	if err != nil {
		return err
	}
	undone := cards.UndoneIn(events)
	for _, e := range events {
		if e.Kind != cards.Answered || undone[e.ID] {
			continue
		}
		if err := addTallies(ctx, conn, e.Count(), tags, +1); err != nil {
			return err
		}
	}
	return nil
}

func memories(ctx context.Context, conn *sql.Conn) (map[string]cards.Memory, error) {
	rows, err := queryRows(ctx, conn, "")
	if err != nil {
		return nil, err
	}
	out := make(map[string]cards.Memory, len(rows))
	for _, r := range rows {
		out[r.Card.ID] = r.Memory
	}
	return out, nil
}

// eachHistory reads the whole log, card by card.
func eachHistory(ctx context.Context, conn *sql.Conn, do func(card string, events []cards.Event) error) error {
	rows, err := conn.QueryContext(ctx, "SELECT "+eventColumns+" FROM log INDEXED BY log_card ORDER BY card, id")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var history []cards.Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return err
		}
		if len(history) > 0 && history[0].Card != e.Card {
			if err := do(history[0].Card, history); err != nil {
				return err
			}
			history = history[:0]
		}
		history = append(history, e)
	}
	if err := rows.Err(); err != nil || len(history) == 0 {
		return err
	}
	return do(history[0].Card, history)
}
