package sqlite

import (
	"context"
	"fmt"

	"github.com/gatedrill/gatedrill/cards"
)

// Answers returns the newest answers, latest first, of one card or, for "", of
// all.
func (db *DB) Answers(ctx context.Context, card string, most int) ([]cards.Given, error) {
	where, args := "WHERE kind = 'answer'", []any{}
	if card != "" {
		where, args = where+" AND card = ?", append(args, card)
	}
	found, err := events(ctx, db.sql, where+" ORDER BY id DESC LIMIT ?", append(args, most)...)
	if err != nil {
		return nil, db.explain("list the answers", err)
	}
	out := make([]cards.Given, 0, len(found))
	for _, e := range found {
		g := cards.Given{ID: e.ID, Answer: e.Answer}
		row := db.sql.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM log WHERE undoes = ?)", e.ID[:])
		if err := row.Scan(&g.Undone); err != nil {
			return nil, db.explain("list the answers", err)
		}
		out = append(out, g)
	}
	return out, nil
}

// FindAnswer returns the answer or action whose name ends in these digits, see
// cards.Ending. The error is cards.ErrNoAnswer when none or several do.
func (db *DB) FindAnswer(ctx context.Context, ending string) (cards.ID, error) {
	const most = 2
	found, err := events(ctx, db.sql, "WHERE kind <> 'undo' AND substr(lower(hex(id)), -length(?1)) = ?1 LIMIT ?2", ending, most)
	switch {
	case err != nil:
		return cards.ID{}, db.explain("look for the answer", err)
	case len(found) == 0:
		return cards.ID{}, fmt.Errorf("%w: %s", cards.ErrNoAnswer, ending)
	case len(found) == most:
		return cards.ID{}, fmt.Errorf("%w that is meant alone by %s: it may be %s or %s", cards.ErrNoAnswer, ending, found[0].ID, found[1].ID)
	}
	return found[0].ID, nil
}
