package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/inorder"
)

// maxHeld is how many lines are held at once, or a few more.
const maxHeld = 25_000

// Add takes over lines of the log that were made of another program's history.
// Those that are here already stay as they are. As with Merge, the database is
// backed up before the first one is added. progress is told how many lines are
// done with.
func (db *DB) Add(ctx context.Context, lines cards.LogLines, replay cards.Replayer, progress func(done int)) (cards.Merged, error) {
	return db.add(ctx, lines, maxHeld, replay, progress)
}

func (db *DB) add(ctx context.Context, lines cards.LogLines, most int, replay cards.Replayer, progress func(done int)) (cards.Merged, error) {
	known, news, err := db.known(ctx, lines)
	if err != nil || !news {
		return cards.Merged{Events: known}, err
	}
	var done cards.Merged
	if done.Backup, err = db.backup(ctx, "import"); err != nil {
		return done, err
	}
	err = db.writeLarge(ctx, "add to the log", func(conn *sql.Conn) error {
		a := adding{ctx: ctx, conn: conn, replay: replay, done: &done, days: sums{}, progress: progress}
		return a.all(lines, most)
	})
	return done, err
}

// known counts the lines before the first that is new, if there is one.
func (db *DB) known(ctx context.Context, lines cards.LogLines) (n int, news bool, err error) {
	p, err := readPast(ctx, db.sql)
	if err != nil {
		return 0, false, db.explain("look into the log", err)
	}
	for some, err := range lines {
		if err != nil {
			return n, false, err
		}
		if len(p.fresh(some)) > 0 {
			return n, true, nil
		}
		n += len(some)
	}
	return n, false, nil
}

// adding adds lines and works their cards out.
type adding struct {
	ctx      context.Context
	conn     *sql.Conn
	replay   cards.Replayer
	progress func(done int)
	done     *cards.Merged
	past     *past
	before   map[string]cards.Row
	days     sums
	rows     *rowWriter
}

func (a *adding) all(lines cards.LogLines, most int) (err error) {
	if a.past, err = readPast(a.ctx, a.conn); err != nil { // another program may have been first
		return err
	}
	if a.before, err = rowsByID(a.ctx, a.conn); err != nil {
		return err
	}
	if a.rows, err = writeRows(a.ctx, a.conn, a.before, &a.done.Rebuilt); err != nil {
		return err
	}
	defer a.rows.close()
	var held []cards.Event
	for some, err := range lines {
		if err != nil {
			return err
		}
		a.done.Events += len(some)
		if held = append(held, a.past.fresh(some)...); len(held) < most {
			continue
		}
		if err := a.some(held); err != nil {
			return err
		}
		held = held[:0]
	}
	if err := a.some(held); err != nil {
		return err
	}
	if _, err := a.conn.ExecContext(a.ctx, restAll); err != nil {
		return err
	}
	return a.days.addTo(a.ctx, a.conn)
}

// some adds lines and works out anew the cards of which they are. None of the
// answers was taken back: they are new.
func (a *adding) some(added []cards.Event) error {
	known := a.done.Events - len(added)
	if err := insert(a.ctx, a.conn, added, func(n int) { a.progress(known + n) }); err != nil {
		return err
	}
	a.done.Added += len(added)
	a.done.Rebuilt.Events += len(added)
	for i := range added {
		if added[i].Kind == cards.Answered {
			a.done.Answers++
		}
	}
	histories := byCard(added)
	for i, lines := range histories {
		card := lines[0].Card
		a.days.add(lines, a.before[card].Card.Tags)
		if a.past.cards[card] { // it had lines before
			var err error
			if histories[i], err = events(a.ctx, a.conn, "WHERE card = ? ORDER BY id", card); err != nil {
				return err
			}
		}
		a.past.cards[card] = true
	}
	memories, err := replayed(a.ctx, histories, a.replay)
	if err != nil {
		return err
	}
	for i, lines := range histories {
		card := lines[0].Card
		if err := a.rows.put(a.ctx, card, memories[i]); err != nil {
			return err
		}
		row := a.before[card]
		row.Memory = memories[i]
		a.before[card] = row // more of its lines may come
	}
	return nil
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

// replayed are the memories that histories come to.
func replayed(ctx context.Context, histories [][]cards.Event, replay cards.Replayer) ([]cards.Memory, error) {
	const size = 500
	out := make([]cards.Memory, len(histories))
	for err := range inorder.Each(len(histories), size, func(from, to int) (err error) {
		for i := from; i < to && err == nil; i++ {
			out[i], err = replay(histories[i])
		}
		return err
	}) {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// byCard are the histories of cards, each in order. Lines of a card stand
// together as a rule, and are then not copied.
func byCard(lines []cards.Event) [][]cards.Event {
	inOrder := func(a, b cards.Event) int { return bytes.Compare(a.ID[:], b.ID[:]) }
	place := map[string]int{}
	var out [][]cards.Event
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[to].Card == lines[from].Card {
			to++
		}
		group := lines[from:to:to]
		if at, ok := place[group[0].Card]; ok {
			out[at] = slices.Concat(out[at], group)
		} else {
			place[group[0].Card] = len(out)
			out = append(out, group)
		}
		from = to
	}
	for i, group := range out {
		if !slices.IsSortedFunc(group, inOrder) {
			out[i] = slices.Clone(group)
			slices.SortFunc(out[i], inOrder)
		}
	}
	return out
}
