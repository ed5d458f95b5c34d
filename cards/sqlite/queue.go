package sqlite

import (
	"context"
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// The conditions are those of the partial indexes, word for word, so that
// each list is a walk along its index, stopped at its limit.
const (
	servable   = "present = 1 AND suspended = 0 AND reason = '' AND "
	isUrged    = "present = 1 AND suspended = 0 AND reason <> ''"
	isStep     = servable + "state IN (1, 3) AND due <= ?"
	isReview   = servable + "state = 2 AND due_day <= ?"
	isNew      = servable + "state = 0"
	ofDeck     = " AND deck = ?"
	isLeech    = "present = 1 AND suspended = 0 AND lapses >= 4 AND stability < 21 ORDER BY lapses DESC"
	maxCounted = 9999 // steps and urged cards are counted so far
)

// Queue returns what may be shown now, and the counts of it. Each list holds
// at most most slots.
func (db *DB) Queue(ctx context.Context, ask cards.Ask, most int) (cards.Queue, error) {
	var q cards.Queue
	ask, urged, err := db.room(ctx, ask)
	if err != nil {
		return q, err
	}
	now, ahead := millis(ask.Now.At), millis(ask.Ahead)
	lists := []struct {
		into  *[]cards.Slot
		where string
		order string
		most  int
		args  []any
	}{
		{&q.Urged, isUrged, "urged", most, nil},
		{&q.Learning, isStep, "due", most, []any{now}},
		{&q.Due, isReview, "due_day", min(most, ask.Due), []any{ask.Now.Day}},
		{&q.New, isNew, "ord", min(most, ask.New), nil},
		{&q.Ahead, isStep + " AND due > ?", "due", most, []any{ahead, now}},
	}
	for _, l := range lists {
		if l.most <= 0 {
			continue
		}
		where, args := narrow(ask.Deck, l.where, l.args)
		slots, err := db.slots(ctx, "WHERE "+where+" ORDER BY "+l.order+" LIMIT ?", append(args, l.most)...)
		if err != nil {
			return cards.Queue{}, err
		}
		*l.into = slots
	}
	q.Counts, err = db.count(ctx, ask, urged)
	return q, err
}

// Counts tells how much is left today without reading any card.
func (db *DB) Counts(ctx context.Context, ask cards.Ask) (cards.Counts, error) {
	ask, urged, err := db.room(ctx, ask)
	if err != nil {
		return cards.Counts{}, err
	}
	return db.count(ctx, ask, urged)
}

// room takes what was made due out of turn off the limits of the day: no
// limit holds those cards back, and an answer to a new one is the first of a
// new card all the same. Without that more would be promised than comes.
func (db *DB) room(ctx context.Context, ask cards.Ask) (left cards.Ask, urged int, err error) {
	where, args := narrow(ask.Deck, isUrged, nil)
	var news, reviews int
	row := db.sql.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 2) "+
		"FROM (SELECT state FROM card WHERE "+where+" LIMIT ?)", append(args, maxCounted)...)
	if err := row.Scan(&urged, &news, &reviews); err != nil {
		return ask, 0, db.explain("count the cards that were made due", err)
	}
	ask.New, ask.Due = max(0, ask.New-news), max(0, ask.Due-reviews)
	return ask, urged, nil
}

// count counts within limits that urged cards were taken off.
func (db *DB) count(ctx context.Context, ask cards.Ask, urged int) (cards.Counts, error) {
	var c cards.Counts
	counts := []struct {
		into  *int
		where string
		most  int
		args  []any
	}{
		{&c.Learning, isStep, maxCounted, []any{millis(ask.Ahead)}},
		{&c.Due, isReview, ask.Due, []any{ask.Now.Day}},
		{&c.New, isNew, ask.New, nil},
	}
	for _, n := range counts {
		if n.most <= 0 {
			continue
		}
		where, args := narrow(ask.Deck, n.where, n.args)
		row := db.sql.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM card WHERE "+where+" LIMIT ?)", append(args, n.most)...)
		if err := row.Scan(n.into); err != nil {
			return c, db.explain("count the cards that are due", err)
		}
	}
	c.Due += urged
	return c, nil
}

// narrow adds a deck to a condition, if one is asked for.
func narrow(deck, where string, args []any) (string, []any) {
	if deck == "" {
		return where, args
	}
	return where + ofDeck, append(args, deck)
}

// Recent returns the cards answered last, latest first.
func (db *DB) Recent(ctx context.Context, most int) ([]cards.Slot, error) {
	return db.slots(ctx, `JOIN (SELECT card, id AS answer FROM log l WHERE kind = 'answer'
		AND NOT EXISTS (SELECT 1 FROM log u WHERE u.undoes = l.id) ORDER BY id DESC LIMIT ?) r ON r.card = card.id
		ORDER BY answer DESC`, most)
}

func (db *DB) slots(ctx context.Context, where string, args ...any) ([]cards.Slot, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT card.id, deck, tags, labs FROM card "+where, args...)
	if err != nil {
		return nil, db.explain("read the queue", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Slot
	for rows.Next() {
		var s cards.Slot
		var tags, labs string
		if err := rows.Scan(&s.Card, &s.Deck, &tags, &labs); err != nil {
			return nil, db.explain("read the queue", err)
		}
		s.Tags, s.Labs = names(tags), names(labs)
		out = append(out, s)
	}
	return out, db.explain("read the queue", rows.Err())
}

// Dues returns when cards come, reviews as far as their day is before one.
func (db *DB) Dues(ctx context.Context, until int) (cards.Dues, error) {
	out := cards.Dues{Days: map[int]int{}}
	rows, err := db.sql.QueryContext(ctx, `SELECT due_day, 0, count(*) FROM card WHERE `+servable+`state = 2 AND due_day < ? GROUP BY due_day
		UNION ALL SELECT 0, due, 1 FROM card WHERE `+servable+`state IN (1, 3)
		UNION ALL SELECT 0, 0, count(*) FROM card WHERE `+isUrged, until)
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
