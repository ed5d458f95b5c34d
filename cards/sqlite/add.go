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

// Add takes over lines of the log that were made of another program's history.
// Those that are here already stay as they are. As with Merge, the database is
// backed up before the first one is added. progress is told of cards that were
// worked out from their lines.
func (db *DB) Add(ctx context.Context, lines []cards.Event, replay cards.Replayer, progress func(done, total int)) (cards.Merged, error) {
	done := cards.Merged{Events: len(lines)}
	added, err := fresh(ctx, db.sql, lines)
	if err != nil || len(added) == 0 {
		return done, db.explain("look into the log", err)
	}
	if done.Backup, err = db.backup(ctx, "import"); err != nil {
		return done, err
	}
	err = db.writeLarge(ctx, "add to the log", func(conn *sql.Conn) error {
		if added, err = fresh(ctx, conn, added); err != nil { // another program may have been first
			return err
		}
		if err := insert(ctx, conn, added); err != nil {
			return err
		}
		done.Added, done.Answers = len(added), 0
		for _, e := range added {
			if e.Kind == cards.Answered {
				done.Answers++
			}
		}
		done.Rebuilt, err = rebuildOf(ctx, conn, added, replay, progress)
		return err
	})
	return done, err
}

// writeLarge is write for changes all over the file. They are held in memory
// until they are whole, where a small cache would write pages again and again.
func (db *DB) writeLarge(ctx context.Context, doing string, f func(*sql.Conn) error) error {
	const cache = -256 << 10 // KiB
	return db.write(ctx, doing, func(conn *sql.Conn) error {
		var was int
		if err := conn.QueryRowContext(ctx, "PRAGMA cache_size").Scan(&was); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA cache_size = %d", cache)); err != nil {
			return err
		}
		err := f(conn)
		_, reset := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA cache_size = %d", was))
		return errors.Join(err, reset)
	})
}

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
	var out []cards.Event
	for _, e := range lines {
		if !names[e.ID] && !comesBack(own, e) {
			names[e.ID] = true
			out = append(out, e)
		}
	}
	return out, rows.Err()
}

// answered is an answer as other programs know it.
type answered struct {
	card   string
	millis int64
}

func comesBack(own map[answered]bool, e cards.Event) bool {
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
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return bytes.Compare(lines[a].ID[:], lines[b].ID[:]) })
	return order
}

// rebuildOf works the cards out anew to which lines were added, and counts the
// answers among them. None of those was taken back: they are new.
func rebuildOf(ctx context.Context, conn *sql.Conn, added []cards.Event, replay cards.Replayer, progress func(done, total int)) (cards.Rebuilt, error) {
	done := cards.Rebuilt{Events: len(added)}
	before, err := rowsByID(ctx, conn)
	if err != nil {
		return done, err
	}
	old, err := cardsWithMore(ctx, conn, added)
	if err != nil {
		return done, err
	}
	set, err := conn.PrepareContext(ctx, updateMemory)
	if err != nil {
		return done, err
	}
	defer set.Close() //nolint:errcheck // nothing is lost with it
	days := sums{}
	histories := byCard(added)
	for i, lines := range histories {
		card := lines[0].Card
		row, ok := before[card]
		if !ok { // of a deck that is not here
			if _, err := conn.ExecContext(ctx, "INSERT INTO card (id) VALUES (?)", card); err != nil {
				return done, err
			}
		}
		days.add(lines, row.Card.Tags)
		if old[card] {
			if lines, err = events(ctx, conn, "WHERE card = ? ORDER BY id", card); err != nil {
				return done, err
			}
		}
		m, err := replay(lines)
		if err != nil {
			return done, err
		}
		done.Cards++
		if m != row.Memory {
			done.Changed++
			if _, err := set.ExecContext(ctx, memoryArgs(card, m)...); err != nil {
				return done, err
			}
		}
		progress(i+1, len(histories))
	}
	for key, t := range days {
		if err := addTally(ctx, conn, t, key.tag, +1); err != nil {
			return done, err
		}
	}
	return done, nil
}

// byCard are the histories of cards, each in order, the cards as they come.
func byCard(lines []cards.Event) [][]cards.Event {
	place := map[string]int{}
	var out [][]cards.Event
	for _, i := range byName(lines) {
		at, ok := place[lines[i].Card]
		if !ok {
			at = len(out)
			place[lines[i].Card] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], lines[i])
	}
	return out
}

// cardsWithMore names the cards whose history holds more than what was added.
func cardsWithMore(ctx context.Context, conn *sql.Conn, added []cards.Event) (map[string]bool, error) {
	counts := map[string]int{}
	for _, e := range added {
		counts[e.Card]--
	}
	rows, err := conn.QueryContext(ctx, "SELECT card, count(*) FROM log GROUP BY card")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	more := map[string]bool{}
	for rows.Next() {
		var card string
		var n int
		if err := rows.Scan(&card, &n); err != nil {
			return nil, err
		}
		if counts[card]+n > 0 {
			more[card] = true
		}
	}
	return more, rows.Err()
}
