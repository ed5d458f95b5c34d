package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/cards"
)

// fresh are the lines that are not in the log yet: neither by their name, nor
// as an answer of our own that went to another program and comes back. There it
// is named by its millisecond, or one of the next where that was taken.
func fresh(ctx context.Context, q querier, lines []cards.Event) ([]cards.Event, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, card, kind = 'answer' AND algorithm NOT LIKE 'elsewhere/%' FROM log")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	names, own := map[cards.ID]bool{}, map[answered]bool{}
	for rows.Next() {
		var id sql.RawBytes
		var card string
		var native bool
		if err := rows.Scan(&id, &card, &native); err != nil {
			return nil, err
		}
		if len(id) != len(cards.ID{}) {
			continue
		}
		names[cards.ID(id)] = true
		if native {
			own[answered{card, cards.ID(id).Time().UnixMilli()}] = true
		}
	}
	if len(names) == 0 {
		return lines, rows.Err()
	}
	var out []cards.Event
	for i := range lines { // they are large, and mostly all old or all new
		if e := &lines[i]; !names[e.ID] && !comesBack(own, e) {
			out = append(out, *e)
		}
	}
	return out, rows.Err()
}

// answered is an answer as other programs know it.
type answered struct {
	card   string
	millis int64
}

func comesBack(own map[answered]bool, e *cards.Event) bool {
	const moved = 3 // milliseconds, at most
	if e.Kind != cards.Answered || len(own) == 0 {
		return false
	}
	for at := e.ID.Time().UnixMilli(); at >= e.ID.Time().UnixMilli()-moved; at-- {
		if own[answered{e.Card, at}] {
			return true
		}
	}
	return false
}

// insert writes lines, many at a time, in the order of their names: the file
// then grows at its end. A statement that fails undoes nothing by itself (OR
// FAIL), which would cost a journal for each; the transaction does.
func insert(ctx context.Context, conn *sql.Conn, lines []cards.Event) error {
	const batch = 50
	into, one, _ := strings.Cut(strings.Replace(insertEvent, "INSERT", "INSERT OR FAIL", 1), " VALUES ")
	several := func(n int) string { return into + " VALUES " + one + strings.Repeat(", "+one, n-1) }
	stmt, err := conn.PrepareContext(ctx, several(batch))
	if err != nil {
		return err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	order := byName(lines)
	for len(order) > 0 {
		n := min(batch, len(order))
		var args []any
		for _, i := range order[:n] {
			a, err := eventArgs(lines[i])
			if err != nil {
				return err
			}
			args = append(args, a...)
		}
		if n == batch {
			_, err = stmt.ExecContext(ctx, args...)
		} else {
			_, err = conn.ExecContext(ctx, several(n), args...)
		}
		if err != nil {
			return fmt.Errorf("lines from %s on: %w", lines[order[0]].ID, err)
		}
		order = order[n:]
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
