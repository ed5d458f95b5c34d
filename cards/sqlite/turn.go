package sqlite

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// forgotten is the order of how likely a card is forgotten: recall falls with
// the share of its stability that has passed, whatever the parameters.
const forgotten = "(last_day - ?) / stability"

// turn is the order in which reviews come for as long as a day and its
// question are the same: it takes a look at all that is due, and is found once.
type turn struct {
	of   string // the day, and what was asked for
	ids  []string
	from int // those before it were not due when they were last looked at
}

// reviews are the reviews that come next. When more are due than there is
// room for, those come that are most likely forgotten.
func (db *DB) reviews(ctx context.Context, ask cards.Ask, more bool, most int) ([]cards.Slot, error) {
	most = min(most, ask.Reviews)
	if most <= 0 {
		return nil, nil
	}
	today := ask.Now.Day
	if ask.Order == cards.ReviewDue && !more {
		return db.inOrder(ctx, ask, isReview, "due_day", []any{today, today, today}, func(r cards.Room) int { return min(most, r.Reviews) })
	}
	db.turning.Lock()
	defer db.turning.Unlock()
	if name := turnOf(ask, more); db.turn.of == name {
		if slots, err := db.take(ctx, ask, most); err != nil || len(slots) > 0 {
			return slots, err
		}
	} else {
		db.turn.of = name
	}
	db.turn.from = 0
	var err error
	if ask.Order == cards.ReviewRandom && !more {
		if db.turn.ids, err = db.due(ctx, ask, "due_day", ask.Reviews); err == nil {
			slices.SortFunc(db.turn.ids, func(a, b string) int { return cmp.Compare(cards.Dice(a, today), cards.Dice(b, today)) })
		}
	} else {
		db.turn.ids, err = db.due(ctx, ask, forgotten, min(ahead, ask.Reviews))
	}
	if err != nil {
		db.turn = turn{}
		return nil, err
	}
	return db.take(ctx, ask, most)
}

// ahead is how many reviews are found at once: after them the next ones are
// looked for, which those answered are not among.
const ahead = 200

// due names the reviews of a day in an order, as far as there is room. The
// index alone tells them.
func (db *DB) due(ctx context.Context, ask cards.Ask, order string, most int) ([]string, error) {
	today := ask.Now.Day
	var selects []string
	var args []any
	for _, p := range parts(ask) {
		if room := min(p.room.Reviews, most); room > 0 {
			selects = append(selects, "SELECT * FROM (SELECT rowid AS n, "+order+" AS place FROM card WHERE "+isReview+p.where+" ORDER BY place LIMIT ?)")
			if order == forgotten {
				args = append(args, today)
			}
			args = append(append(append(args, today, today, today), p.args...), room)
		}
	}
	if len(selects) == 0 {
		return nil, nil
	}
	rows, err := db.sql.QueryContext(ctx, "SELECT id FROM ("+strings.Join(selects, " UNION ALL ")+") p JOIN card ON card.rowid = p.n ORDER BY p.place, id LIMIT ?", append(args, most)...)
	if err != nil {
		return nil, db.explain("read the queue", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, db.explain("read the queue", err)
		}
		out = append(out, id)
	}
	return out, db.explain("read the queue", rows.Err())
}

// take looks which cards of the turn are due still. Answers leave its head,
// and one that is taken back is shown by its name.
func (db *DB) take(ctx context.Context, ask cards.Ask, most int) ([]cards.Slot, error) {
	t, today := &db.turn, ask.Now.Day
	var out []cards.Slot
	for at := t.from; at < len(t.ids) && len(out) < most; at += most {
		ids := t.ids[at:min(at+most, len(t.ids))]
		args := []any{today, today, today}
		for _, id := range ids {
			args = append(args, id)
		}
		found, err := db.slots(ctx, "WHERE "+isReview+" AND id IN ("+marks(len(ids))+")", args...)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(found, func(a, b cards.Slot) int {
			return cmp.Compare(slices.Index(ids, a.Card), slices.Index(ids, b.Card))
		})
		if out = append(out, found...); len(out) == 0 {
			t.from = at + len(ids)
		}
	}
	return out[:min(most, len(out))], nil
}

// turnOf names what a turn was found for: not how much room is left, which
// answers take.
func turnOf(ask cards.Ask, more bool) string {
	var b strings.Builder
	for _, s := range []string{strconv.Itoa(ask.Now.Day), ask.Deck, string(ask.Order), strconv.FormatBool(more)} {
		b.WriteString(s + "\n")
	}
	return b.String()
}
