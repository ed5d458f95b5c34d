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
		if err := addTally(ctx, conn, t, tag, sign); err != nil {
			return err
		}
	}
	return nil
}

func addTally(ctx context.Context, conn *sql.Conn, t cards.Tally, tag string, sign int) error {
	_, err := conn.ExecContext(ctx, `INSERT INTO tally (day, tag, answers, news, reviews, again, forgot, took)
		VALUES (?1, ?2, max(0, ?3), max(0, ?4), max(0, ?5), max(0, ?6), max(0, ?7), max(0, ?8))
		ON CONFLICT (tag, day) DO UPDATE SET answers = max(0, answers + ?3), news = max(0, news + ?4),
		  reviews = max(0, reviews + ?5), again = max(0, again + ?6), forgot = max(0, forgot + ?7), took = max(0, took + ?8)`,
		t.Day, tag, sign*t.Answers, sign*t.New, sign*t.Reviews, sign*t.Again, sign*t.Forgot, int64(sign)*t.Took.Milliseconds())
	return err
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
	before, err := rowsByID(ctx, conn)
	if err != nil {
		return done, err
	}
	w, err := writeRows(ctx, conn, before, &done)
	if err != nil {
		return done, err
	}
	defer w.close()
	days := sums{}
	err = eachHistory(ctx, conn, func(card string, events []cards.Event) error {
		done.Events += len(events)
		m, err := replay(events)
		if err != nil {
			return err
		}
		days.add(events, before[card].Card.Tags)
		err = w.put(ctx, card, m)
		delete(before, card)
		return err
	})
	if err != nil {
		return done, err
	}
	wrong, err := forget(ctx, w.set, before)
	done.Changed += wrong
	if err != nil {
		return done, err
	}
	if _, err := conn.ExecContext(ctx, restAll); err != nil {
		return done, err
	}
	return done, days.store(ctx, conn)
}

// rowWriter writes what cards' histories come to, where that is another memory
// than the row before has, and counts.
type rowWriter struct {
	conn   *sql.Conn
	set    *sql.Stmt
	before map[string]cards.Row
	done   *cards.Rebuilt
}

func writeRows(ctx context.Context, conn *sql.Conn, before map[string]cards.Row, done *cards.Rebuilt) (*rowWriter, error) {
	set, err := conn.PrepareContext(ctx, updateMemory)
	return &rowWriter{conn, set, before, done}, err
}

func (w *rowWriter) close() { _ = w.set.Close() } // nothing is lost with it

// put writes the memory of one card. A card that no deck here has gets a row.
func (w *rowWriter) put(ctx context.Context, card string, m cards.Memory) error {
	w.done.Cards++
	row, ok := w.before[card]
	if !ok {
		if _, err := w.conn.ExecContext(ctx, "INSERT INTO card (id) VALUES (?)", card); err != nil {
			return err
		}
	}
	if m == row.Memory {
		return nil
	}
	w.done.Changed++
	_, err := w.set.ExecContext(ctx, memoryArgs(card, m)...)
	return err
}

// forget makes new cards of those that have a memory without a history, and
// counts them.
func forget(ctx context.Context, set *sql.Stmt, rows map[string]cards.Row) (int, error) {
	n := 0
	for card, row := range rows {
		if row.Memory == (cards.Memory{}) {
			continue
		}
		n++
		if _, err := set.ExecContext(ctx, memoryArgs(card, cards.Memory{})...); err != nil {
			return n, err
		}
	}
	return n, nil
}

// sums are the tallies of a log.
type sums map[dayTag]cards.Tally

type dayTag struct {
	day int
	tag string
}

// add counts what was answered to one card.
func (s sums) add(events []cards.Event, tags []string) {
	undone := cards.UndoneIn(events)
	for _, e := range events {
		if e.Kind != cards.Answered || undone[e.ID] {
			continue
		}
		t := e.Count()
		for _, tag := range append([]string{""}, tags...) {
			key := dayTag{t.Day, tag}
			s[key] = t.Add(s[key])
		}
	}
}

// store replaces all tallies.
func (s sums) store(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "DELETE FROM tally"); err != nil {
		return err
	}
	return s.addTo(ctx, conn)
}

// addTo adds to the tallies that are there.
func (s sums) addTo(ctx context.Context, conn *sql.Conn) error {
	for key, t := range s {
		if err := addTally(ctx, conn, t, key.tag, +1); err != nil {
			return err
		}
	}
	return nil
}

func rowsByID(ctx context.Context, conn *sql.Conn) (map[string]cards.Row, error) {
	rows, err := queryRows(ctx, conn, "")
	if err != nil {
		return nil, err
	}
	out := make(map[string]cards.Row, len(rows))
	for _, r := range rows {
		out[r.Card.ID] = r
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
