package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/gatedrill/gatedrill/cards"
)

// Add takes over lines of the log that were made of another program's history.
// Those that are here already stay as they are. As with Merge, the database is
// backed up before the first one is added. progress is told of cards that were
// worked out from their lines.
func (db *DB) Add(ctx context.Context, lines []cards.Event, replay cards.Replayer, progress func(done, total int)) (cards.Merged, error) {
	done := cards.Merged{Events: len(lines)}
	fresh, err := db.anyNew(ctx, lines)
	if err != nil || !fresh {
		return done, err
	}
	if done.Backup, err = db.backup(ctx, "import"); err != nil {
		return done, err
	}
	err = db.write(ctx, "add to the log", func(conn *sql.Conn) error {
		added, err := insertNew(ctx, conn, lines)
		if err != nil {
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

// known tells which lines are in the log already: by their name, or as an
// answer of our own that went to another program and comes back. There it is
// named by its millisecond, or one of the next where that was taken.
type known struct {
	named, native *sql.Stmt
	cards         map[string]bool // that have answers of our own
}

// near is how many milliseconds an answer may have been moved elsewhere.
const near = 3

func lookUp(ctx context.Context, q preparer) (*known, error) {
	k := &known{cards: map[string]bool{}}
	var err error
	if k.named, err = q.PrepareContext(ctx, "SELECT 1 FROM log WHERE id = ?"); err != nil {
		return nil, err
	}
	const own = "kind = 'answer' AND algorithm NOT LIKE 'elsewhere/%'"
	if k.native, err = q.PrepareContext(ctx, "SELECT 1 FROM log WHERE card = ? AND id BETWEEN ? AND ? AND "+own+" LIMIT 1"); err != nil {
		return nil, errors.Join(err, k.named.Close())
	}
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT card FROM log WHERE "+own)
	if err != nil {
		return nil, errors.Join(err, k.close())
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var card string
		if err := rows.Scan(&card); err != nil {
			return nil, errors.Join(err, k.close())
		}
		k.cards[card] = true
	}
	return k, rows.Err()
}

// preparer is what a pool and a connection have in common.
type preparer interface {
	querier
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

func (k *known) close() error { return errors.Join(k.named.Close(), k.native.Close()) }

func (k *known) has(ctx context.Context, e cards.Event) (bool, error) {
	found, err := exists(k.named.QueryRowContext(ctx, e.ID[:]))
	if found || err != nil || e.Kind != cards.Answered || !k.cards[e.Card] {
		return found, err
	}
	first, last := e.ID.Span(near)
	return exists(k.native.QueryRowContext(ctx, e.Card, first[:], last[:]))
}

func exists(row *sql.Row) (bool, error) {
	var one int
	err := row.Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// anyNew reports whether a line is not in the log yet.
func (db *DB) anyNew(ctx context.Context, lines []cards.Event) (bool, error) {
	k, err := lookUp(ctx, db.sql)
	if err != nil {
		return false, db.explain("look into the log", err)
	}
	defer k.close() //nolint:errcheck // nothing is lost with it
	for _, e := range lines {
		if found, err := k.has(ctx, e); err != nil || !found {
			return !found, db.explain("look into the log", err)
		}
	}
	return false, nil
}

// insertNew writes the lines that are not there yet and returns them.
func insertNew(ctx context.Context, conn *sql.Conn, lines []cards.Event) ([]cards.Event, error) {
	k, err := lookUp(ctx, conn)
	if err != nil {
		return nil, err
	}
	defer k.close() //nolint:errcheck // nothing is lost with it
	stmt, err := conn.PrepareContext(ctx, insertEvent)
	if err != nil {
		return nil, err
	}
	defer stmt.Close() //nolint:errcheck // nothing is lost with it
	var added []cards.Event
	for _, e := range lines {
		if found, err := k.has(ctx, e); err != nil {
			return nil, err
		} else if found {
			continue
		}
		args, err := eventArgs(e)
		if err != nil {
			return nil, err
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return nil, fmt.Errorf("line %s: %w", e.ID, err)
		}
		added = append(added, e)
	}
	return added, nil
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

// byCard sorts lines into the histories of their cards.
func byCard(lines []cards.Event) [][]cards.Event {
	sorted := slices.Clone(lines)
	slices.SortFunc(sorted, func(a, b cards.Event) int {
		if a.Card != b.Card {
			if a.Card < b.Card {
				return -1
			}
			return 1
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	var out [][]cards.Event
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].Card == sorted[0].Card {
			n++
		}
		out, sorted = append(out, sorted[:n:n]), sorted[n:]
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
