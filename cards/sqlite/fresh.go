package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// past is what a log has already, as far as another program can bring it.
type past struct {
	names             map[cards.ID]bool
	own               map[answered]bool // answers of our own
	cards             map[string]bool   // those with any line
	histories         map[string]bool   // those with answers, or adopted
	suspended, marked map[string]bool
}

// answered is an answer as other programs know it.
type answered struct {
	card   string
	millis int64
}

func readPast(ctx context.Context, q querier) (*past, error) {
	p := &past{
		names: map[cards.ID]bool{}, own: map[answered]bool{}, cards: map[string]bool{},
		histories: map[string]bool{}, suspended: map[string]bool{}, marked: map[string]bool{},
	}
	return p, errors.Join(p.readLog(ctx, q), p.readCards(ctx, q))
}

// fresh are the lines that say something new.
func (p *past) fresh(lines []cards.Event) []cards.Event {
	if len(p.names) == 0 {
		return lines
	}
	var out []cards.Event
	for i := range lines { // they are large, and mostly all old or all new
		if !p.knows(&lines[i]) {
			out = append(out, lines[i])
		}
	}
	return out
}

func (p *past) readLog(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, "SELECT id, card, kind = 'answer' AND algorithm NOT LIKE 'elsewhere/%', kind IN ('answer', 'adopt') FROM log")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var id sql.RawBytes
		var card string
		var native, history bool
		if err := rows.Scan(&id, &card, &native, &history); err != nil {
			return err
		}
		if len(id) != len(cards.ID{}) {
			continue
		}
		p.names[cards.ID(id)] = true
		p.cards[card] = true
		if native {
			p.own[answered{card, cards.ID(id).Time().UnixMilli()}] = true
		}
		if history {
			p.histories[card] = true
		}
	}
	return rows.Err()
}

func (p *past) readCards(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, "SELECT id, suspended, marked FROM card WHERE suspended = 1 OR marked = 1")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var card string
		var suspended, marked bool
		if err := rows.Scan(&card, &suspended, &marked); err != nil {
			return err
		}
		p.suspended[card], p.marked[card] = suspended, marked
	}
	return rows.Err()
}

// knows reports whether a line is here by its name, or says nothing new: an
// answer of our own that comes back, a state in which the card is, a memory of
// a card that has one.
func (p *past) knows(e *cards.Event) bool {
	if p.names[e.ID] {
		return true
	}
	switch e.Kind {
	case cards.Answered:
		return p.comesBack(e)
	case cards.Suspended:
		return p.suspended[e.Card]
	case cards.Marked:
		return p.marked[e.Card]
	case cards.Adopted, cards.Resumed:
		return p.histories[e.Card]
	}
	return false
}

// comesBack reports whether an answer is one of our own that went to another
// program. There it is named by its millisecond, or one of the next where that
// was taken.
func (p *past) comesBack(e *cards.Event) bool {
	const moved = 3 // milliseconds, at most
	if len(p.own) == 0 {
		return false
	}
	for at := e.ID.Time().UnixMilli(); at >= e.ID.Time().UnixMilli()-moved; at-- {
		if p.own[answered{e.Card, at}] {
			return true
		}
	}
	return false
}

// insert writes lines, many at a time, in the order of their names: the file
// then grows at its end. A statement that fails undoes nothing by itself (OR
// FAIL), which would cost a journal for each; the transaction does.
// progress is told now and then how many are written.
func insert(ctx context.Context, conn *sql.Conn, lines []cards.Event, progress func(done int)) error {
	const most, often = 50, 5000
	into, one, _ := strings.Cut(strings.Replace(insertEvent, "INSERT", "INSERT OR FAIL", 1), " VALUES ")
	several := func(n int) string { return into + " VALUES " + one + strings.Repeat(", "+one, n-1) }
	stmt, err := conn.PrepareContext(ctx, several(most))
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	order := byName(lines)
	for len(order) > 0 {
		n := min(most, len(order))
		var args []any
		for _, i := range order[:n] {
			a, err := eventArgs(lines[i])
			if err != nil {
				return err
			}
			args = append(args, a...)
		}
		if n == most {
			_, err = stmt.ExecContext(ctx, args...)
		} else {
			_, err = conn.ExecContext(ctx, several(n), args...)
		}
		if err != nil {
			return fmt.Errorf("lines from %s on: %w", lines[order[0]].ID, err)
		}
		if order = order[n:]; len(order)%often < most {
			progress(len(lines) - len(order))
		}
	}
	return nil
}

// byName is the order of lines by their names.
func byName(lines []cards.Event) []int {
	type named struct {
		id cards.ID
		at int
	}
	all := make([]named, len(lines))
	for i := range lines {
		all[i] = named{lines[i].ID, i}
	}
	slices.SortFunc(all, func(a, b named) int { return bytes.Compare(a.id[:], b.id[:]) })
	order := make([]int, len(all))
	for i, n := range all {
		order[i] = n.at
	}
	return order
}
