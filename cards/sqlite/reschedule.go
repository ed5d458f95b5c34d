package sqlite

import (
	"context"
	"database/sql"

	"github.com/gatedrill/gatedrill/cards"
)

// Reschedule gives each card the memory that its events come to anew, by a
// line of the log of its own where that is another one: what follows from the
// log stays the same wherever it is replayed. Algorithm names by what.
func (db *DB) Reschedule(ctx context.Context, now cards.Moment, anew cards.Replayer, algorithm func(card string) string) (cards.Rebuilt, error) {
	var done cards.Rebuilt
	err := db.write(ctx, "schedule the cards anew", func(conn *sql.Conn) error {
		done = cards.Rebuilt{}
		rows, err := rowsByID(ctx, conn)
		if err != nil {
			return err
		}
		var lines []cards.Event // written once all are read
		err = eachHistory(ctx, conn, func(card string, events []cards.Event) error {
			done.Cards++
			done.Events += len(events)
			before := rows[card].Memory
			after, err := anew(events)
			if err != nil || after.Known() == before.Known() {
				return err
			}
			lines = append(lines, cards.Event{Kind: cards.Rescheduled, Answer: cards.Answer{
				Card: card, Moment: now, Before: before, After: before.With(after), Algorithm: algorithm(card),
			}})
			return nil
		})
		if err != nil {
			return err
		}
		for _, e := range lines {
			if _, err := db.appendEvent(ctx, conn, e); err != nil {
				return err
			}
			if err := setMemory(ctx, conn, e.Card, e.After); err != nil {
				return err
			}
		}
		done.Changed = len(lines)
		return nil
	})
	return done, err
}
