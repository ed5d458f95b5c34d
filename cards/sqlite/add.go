package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

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

// rebuildOf works the cards out anew to which lines were added, and counts the
// answers among them. None of those was taken back: they are new.
func rebuildOf(ctx context.Context, conn *sql.Conn, added []cards.Event, replay cards.Replayer, progress func(done, total int)) (cards.Rebuilt, error) {
	done := cards.Rebuilt{Events: len(added)}
	before, err := rowsByID(ctx, conn)
	if err != nil {
		return done, err
	}
	histories := byCard(added)
	days := sums{}
	for _, lines := range histories {
		days.add(lines, before[lines[0].Card].Card.Tags)
	}
	if err := completed(ctx, conn, histories); err != nil {
		return done, err
	}
	memories, err := replayed(ctx, histories, replay, progress)
	if err != nil {
		return done, err
	}
	w, err := writeRows(ctx, conn, before, &done)
	if err != nil {
		return done, err
	}
	defer w.close()
	for i, lines := range histories {
		if err := w.put(ctx, lines[0].Card, memories[i]); err != nil {
			return done, err
		}
	}
	if _, err := conn.ExecContext(ctx, restAll); err != nil {
		return done, err
	}
	return done, days.addTo(ctx, conn)
}

// completed puts the whole history in the place of what was added to it, for
// cards that had one.
func completed(ctx context.Context, conn *sql.Conn, histories [][]cards.Event) error {
	more, err := cardsWithMore(ctx, conn, histories)
	if err != nil {
		return err
	}
	for i, lines := range histories {
		if !more[lines[0].Card] {
			continue
		}
		if histories[i], err = events(ctx, conn, "WHERE card = ? ORDER BY id", lines[0].Card); err != nil {
			return err
		}
	}
	return nil
}

// replayed are the memories that histories come to, some worked out at a time.
func replayed(ctx context.Context, histories [][]cards.Event, replay cards.Replayer, progress func(done, total int)) ([]cards.Memory, error) {
	const batch = 500
	out := make([]cards.Memory, len(histories))
	var mu sync.Mutex
	var failed error
	next := 0
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				mu.Lock()
				from := next
				next = min(from+batch, len(out))
				stop := failed != nil || ctx.Err() != nil
				progress(from, len(out))
				mu.Unlock()
				if stop || from == len(out) {
					return
				}
				for i := from; i < min(from+batch, len(out)); i++ {
					m, err := replay(histories[i])
					if err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
						return
					}
					out[i] = m
				}
			}
		})
	}
	wg.Wait()
	return out, errors.Join(failed, ctx.Err())
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

// cardsWithMore names the cards whose history holds more than what was added.
func cardsWithMore(ctx context.Context, conn *sql.Conn, added [][]cards.Event) (map[string]bool, error) {
	counts := make(map[string]int, len(added))
	for _, lines := range added {
		counts[lines[0].Card] = len(lines)
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
		if known, ok := counts[card]; ok && n > known {
			more[card] = true
		}
	}
	return more, rows.Err()
}
