package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// Dues returns when cards come, reviews as far as their day is before one.
func (db *DB) Dues(ctx context.Context, until int) (cards.Dues, error) {
	out := cards.Dues{Days: map[int]int{}}
	rows, err := db.sql.QueryContext(ctx, `SELECT max(due_day, buried) AS on_day, 0, count(*) FROM card WHERE `+servable+`state = 2 AND due_day < ? GROUP BY on_day
		UNION ALL SELECT 0, due, 1 FROM card WHERE `+servable+`state IN (1, 3)
		UNION ALL SELECT 0, 0, count(*) FROM card WHERE present = 1 AND suspended = 0 AND urged_by <> ''`, until)
	if err != nil {
		return out, db.explain("look what becomes due", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var day, n int
		var at int64
		if err := rows.Scan(&day, &at, &n); err != nil {
			return out, db.explain("look what becomes due", err)
		}
		switch {
		case day != 0:
			out.Days[day] = n
		case at != 0:
			out.Steps = append(out.Steps, moment(at))
		default:
			out.Urged += n
		}
	}
	return out, db.explain("look what becomes due", rows.Err())
}

// Tallies returns the sums of each day from the first to the last, both
// included, of all cards, oldest first. Days without an answer are left out.
func (db *DB) Tallies(ctx context.Context, first, last int) ([]cards.Tally, error) {
	return db.tallies(ctx, `SELECT day, tag, answers, news, reviews, again, forgot, took FROM tally
		WHERE tag = '' AND day BETWEEN ? AND ? ORDER BY day`, first, last)
}

// TagTallies returns the sums of those days by tag, without the day.
func (db *DB) TagTallies(ctx context.Context, first, last int) ([]cards.Tally, error) {
	return db.tallies(ctx, `SELECT 0, tag, sum(answers), sum(news), sum(reviews), sum(again), sum(forgot), sum(took) FROM tally
		INDEXED BY tally_day WHERE tag <> '' AND day BETWEEN ? AND ? GROUP BY tag ORDER BY tag`, first, last)
}

func (db *DB) tallies(ctx context.Context, query string, args ...any) ([]cards.Tally, error) {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, db.explain("sum up the answers", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Tally
	for rows.Next() {
		t, err := scanTally(rows)
		if err != nil {
			return nil, db.explain("sum up the answers", err)
		}
		out = append(out, t)
	}
	return out, db.explain("sum up the answers", rows.Err())
}

// Started reports whether an answer was ever stored on a day before this one.
func (db *DB) Started(ctx context.Context, before int) (bool, error) {
	var n int
	err := db.sql.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM log WHERE kind = 'answer' AND day < ?)", before).Scan(&n)
	if err != nil {
		return false, db.explain("read the log", fmt.Errorf("first answer: %w", err))
	}
	return n == 1, nil
}

// Done counts the first answers to new cards and the reviews of the learner's
// today by deck. It reads the end of the log: names of lines are in the order
// of their writing, and none is before its time.
func (db *DB) Done(ctx context.Context, now cards.Moment) (map[string]cards.Room, error) {
	const most = 48 * 60 * 60 * 1000 // milliseconds that a day may have begun before
	var from [16]byte
	binary.BigEndian.PutUint64(from[:], uint64(max(0, now.At.UnixMilli()-most))<<16)
	rows, err := db.sql.QueryContext(ctx, `SELECT c.deck, count(*) FILTER (WHERE l.state = 0), count(*) FILTER (WHERE l.state = 2) FROM (
			SELECT card, coalesce(json_extract(before, '$.state'), 0) AS state FROM log WHERE id >= ? AND kind = 'answer' AND day = ?
			AND NOT EXISTS (SELECT 1 FROM log u WHERE u.undoes = log.id)) l JOIN card c ON c.id = l.card GROUP BY c.deck`, from[:], now.Day)
	if err != nil {
		return nil, db.explain("count the answers of today", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]cards.Room{}
	for rows.Next() {
		var deck string
		var r cards.Room
		if err := rows.Scan(&deck, &r.New, &r.Reviews); err != nil {
			return nil, db.explain("count the answers of today", err)
		}
		out[deck] = r
	}
	return out, db.explain("count the answers of today", rows.Err())
}
