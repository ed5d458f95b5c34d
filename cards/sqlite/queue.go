package sqlite

import (
	"context"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// The conditions are those of the partial indexes, word for word, so that
// each list is a walk along its index, stopped at its limit.
const (
	servable   = "present = 1 AND suspended = 0 AND urged_by = '' AND "
	isUrged    = "present = 1 AND suspended = 0 AND urged_by <> '' AND buried <= ?"
	isStep     = servable + "state IN (1, 3) AND buried <= ? AND due <= ?"
	isReview   = servable + "state = 2 AND buried <= ? AND rests < ? AND due_day <= ?"
	isNew      = servable + "state = 0 AND buried <= ? AND rests < ?"
	ofDeck     = " AND deck = ?"
	isLeech    = "present = 1 AND lapses >= 8 AND stability < 21 ORDER BY lapses DESC"
	maxCounted = 9999 // steps and urged cards are counted so far
)

// part is the cards of a queue that one limit holds for: those of a deck, or
// of all decks that have no limit of their own.
type part struct {
	where string // behind another condition
	args  []any
	room  cards.Room
}

// parts takes a queue apart by the limits that hold for it.
func parts(ask cards.Ask) []part {
	if ask.Deck != "" {
		room := ask.Room
		if own, ok := ask.Decks[ask.Deck]; ok {
			room = cards.Room{New: min(room.New, own.New), Reviews: min(room.Reviews, own.Reviews)}
		}
		return []part{{ofDeck, []any{ask.Deck}, room}}
	}
	rest := part{room: ask.Room}
	var out []part
	for deck, own := range ask.Decks {
		rest.args = append(rest.args, deck)
		out = append(out, part{ofDeck, []any{deck}, own})
	}
	if len(out) > 0 {
		rest.where = " AND deck NOT IN (" + marks(len(out)) + ")"
	}
	return append(out, rest)
}

// Queue returns what may be shown now, and the counts of it. Each list holds
// at most most slots.
func (db *DB) Queue(ctx context.Context, ask cards.Ask, most int) (cards.Queue, error) {
	var q cards.Queue
	today := ask.Now.Day
	c, left, err := db.counts(ctx, &ask)
	if err != nil {
		return q, err
	}
	q.Counts = c
	deck := part{}
	if ask.Deck != "" {
		deck = part{where: ofDeck, args: []any{ask.Deck}}
	}
	now, ahead := millis(ask.Now.At), millis(ask.Ahead)
	for _, l := range []struct {
		into  *[]cards.Slot
		where string
		order string
		args  []any
	}{
		{&q.Urged, isUrged, "urged", []any{today}},
		{&q.Learning, isStep, "due", []any{today, now}},
		{&q.Ahead, isStep + " AND due > ?", "due", []any{today, ahead, now}},
	} {
		args := append(append(l.args, deck.args...), most)
		if *l.into, err = db.slots(ctx, "WHERE "+l.where+deck.where+" ORDER BY "+l.order+" LIMIT ?", args...); err != nil {
			return q, err
		}
	}
	if q.New, err = db.news(ctx, ask, most); err != nil {
		return q, err
	}
	q.Due, err = db.reviews(ctx, ask, left, most)
	return q, err
}

// news are the new cards that come next, of all parts in one order.
func (db *DB) news(ctx context.Context, ask cards.Ask, most int) ([]cards.Slot, error) {
	return db.inOrder(ctx, ask, isNew, "ord", []any{ask.Now.Day, ask.Now.Day}, func(r cards.Room) int { return min(most, r.New) })
}

// inOrder joins what the parts have into one order, as far as each part and
// all of them together have room.
func (db *DB) inOrder(ctx context.Context, ask cards.Ask, where, order string, args []any, room func(cards.Room) int) ([]cards.Slot, error) {
	var selects []string
	var all []any
	for _, p := range parts(ask) {
		most := min(room(p.room), room(ask.Room))
		if most <= 0 {
			continue
		}
		selects = append(selects, "SELECT * FROM (SELECT id AS card_id, "+order+" AS place FROM card WHERE "+where+p.where+" ORDER BY "+order+" LIMIT ?)")
		all = append(append(append(all, args...), p.args...), most)
	}
	if len(selects) == 0 {
		return nil, nil
	}
	return db.slots(ctx, "JOIN ("+strings.Join(selects, " UNION ALL ")+") p ON p.card_id = card.id ORDER BY p.place, card.id LIMIT ?",
		append(all, room(ask.Room))...)
}

// Counts tells how much is left today without reading any card.
func (db *DB) Counts(ctx context.Context, ask cards.Ask) (cards.Counts, error) {
	c, _, err := db.counts(ctx, &ask)
	return c, err
}

// counts counts, and takes urged cards off the limits that are asked for: no
// limit holds those back, and an answer to a new one is the first of a new
// card all the same. Without that more would be promised than comes. More says
// whether more reviews are due than there is room for.
func (db *DB) counts(ctx context.Context, ask *cards.Ask) (c cards.Counts, more bool, err error) {
	today := ask.Now.Day
	deck, args := "", []any{today}
	if ask.Deck != "" {
		deck, args = ofDeck, append(args, ask.Deck)
	}
	var urged, news, reviews int
	row := db.sql.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 2) "+
		"FROM (SELECT state FROM card WHERE "+isUrged+deck+" LIMIT ?)", append(args, maxCounted)...)
	if err := row.Scan(&urged, &news, &reviews); err != nil {
		return c, false, db.explain("count the urged cards", err)
	}
	ask.New, ask.Reviews = max(0, ask.New-news), max(0, ask.Reviews-reviews)
	step := append([]any{today, millis(ask.Ahead)}, args[1:]...)
	if c.Learning, err = db.count(ctx, isStep+deck, maxCounted, step...); err != nil {
		return c, false, err
	}
	for _, p := range parts(*ask) {
		room := min(p.room.Reviews, ask.Reviews)
		n, err := db.count(ctx, isReview+p.where, room+1, append([]any{today, today, today}, p.args...)...)
		if err != nil {
			return c, false, err
		}
		more = more || n > room
		c.Due += min(n, room)
		n, err = db.count(ctx, isNew+p.where, min(p.room.New, ask.New), append([]any{today, today}, p.args...)...)
		if err != nil {
			return c, false, err
		}
		c.New += n
	}
	more = more || c.Due > ask.Reviews
	c.Due, c.New = min(c.Due, ask.Reviews)+urged, min(c.New, ask.New)
	return c, more, nil
}

// count counts up to most cards.
func (db *DB) count(ctx context.Context, where string, most int, args ...any) (n int, err error) {
	if most <= 0 {
		return 0, nil
	}
	row := db.sql.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM card WHERE "+where+" LIMIT ?)", append(slices.Clip(args), most)...)
	return n, db.explain("count the cards that are due", row.Scan(&n))
}

// Recent returns the cards answered last, latest first.
func (db *DB) Recent(ctx context.Context, most int) ([]cards.Slot, error) {
	return db.slots(ctx, `JOIN (SELECT card, id AS answer FROM log l WHERE kind = 'answer'
		AND NOT EXISTS (SELECT 1 FROM log u WHERE u.undoes = l.id) ORDER BY id DESC LIMIT ?) r ON r.card = card.id
		ORDER BY answer DESC`, most)
}

func (db *DB) slots(ctx context.Context, where string, args ...any) ([]cards.Slot, error) {
	rows, err := db.sql.QueryContext(ctx, "SELECT card.id, note, deck, tags, labs, after FROM card "+where, args...)
	if err != nil {
		return nil, db.explain("read the queue", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []cards.Slot
	for rows.Next() {
		var s cards.Slot
		var t texts
		if err := rows.Scan(&s.Card, &s.Note, &s.Deck, &t.tags, &t.labs, &t.after); err != nil {
			return nil, db.explain("read the queue", err)
		}
		s.Tags, s.Labs, s.After = names(t.tags), names(t.labs), names(t.after)
		out = append(out, s)
	}
	return out, db.explain("read the queue", rows.Err())
}
