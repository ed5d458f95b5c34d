package anki

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// load reads the unpacked database.
func (c *Collection) load(ctx context.Context, path string, progress Progress) error {
	err := useOwnOrder(ctx, path)
	if err == nil {
		err = c.loadFrom(ctx, path, progress)
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrNoPackage) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

const safely = "_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"

// useOwnOrder takes Anki's own order of letters out of the unpacked database:
// SQLite reads no table of which it does not know the order, and no row is
// asked for by it.
func useOwnOrder(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?_pragma=writable_schema(1)&"+safely)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "UPDATE sqlite_schema SET sql = replace(sql, 'COLLATE unicase', '') WHERE sql LIKE '%COLLATE unicase%'")
	return err
}

func (c *Collection) loadFrom(ctx context.Context, path string, progress Progress) (err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?mode=ro&_pragma=query_only(1)&"+safely)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := &reader{ctx: ctx, db: db, c: c, progress: progress}
	return r.all()
}

// reader reads one database.
type reader struct {
	ctx      context.Context
	db       *sql.DB
	c        *Collection
	progress Progress
	tables   map[string]bool
}

func (r *reader) all() error {
	for _, step := range []func() error{r.check, r.settings, r.notes, r.cards, r.reviews} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses what only looks like a collection: a view in the place of a
// table may never end.
func (r *reader) check() error {
	r.tables = map[string]bool{}
	if err := r.each("SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE type IN ('table', 'view')", func(scan func(...any) error) error {
		var name, kind, text string
		if err := scan(&name, &kind, &text); err != nil {
			return err
		}
		r.tables[name] = kind == "table" && !strings.HasPrefix(strings.ToUpper(strings.Join(strings.Fields(text), " ")), "CREATE VIRTUAL")
		return nil
	}); err != nil {
		return err
	}
	for _, name := range []string{"col", "notes", "cards", "revlog"} {
		if !r.tables[name] {
			return fmt.Errorf("%w: its database has no table %s", ErrNoPackage, name)
		}
	}
	return nil
}

// each runs a query and hands its rows on.
func (r *reader) each(query string, row func(scan func(...any) error) error, args ...any) error {
	rows, err := r.db.QueryContext(r.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// count says how many rows a table has, at most so many.
func (r *reader) count(table string, most int) (int, error) {
	var n int
	if err := r.db.QueryRowContext(r.ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		return 0, err
	}
	if n > most {
		return 0, fmt.Errorf("%w: it has %d rows of %s, at most %d are read", ErrTooLarge, n, table, most)
	}
	return n, nil
}

// often is after how many rows progress is told.
const often = 5000

func (r *reader) tell(doing string, done, total int) {
	if done%often == 0 || done == total {
		r.progress(doing, done, total)
	}
}

func (r *reader) notes() error {
	total, err := r.count("notes", maxNotes)
	if err != nil {
		return err
	}
	r.c.Notes = make([]Note, 0, total)
	large := 0
	err = r.each(`SELECT CAST(id AS INTEGER), guid, CAST(mid AS INTEGER), tags, octet_length(flds),
		CASE WHEN octet_length(flds) > ?1 THEN '' ELSE flds END FROM notes`, func(scan func(...any) error) error {
		var n Note
		var tags, fields string
		var size int
		if err := scan(&n.ID, &n.GUID, &n.Type, &tags, &size, &fields); err != nil {
			return fmt.Errorf("read a note: %w", err)
		}
		r.tell("read notes", len(r.c.Notes)+large+1, total)
		if size > maxFields {
			large++
			return nil
		}
		n.Tags, n.Fields = strings.Fields(tags), strings.Split(fields, "\x1f")
		r.c.Notes = append(r.c.Notes, n)
		return nil
	}, maxFields)
	if large > 0 {
		r.c.Left = append(r.c.Left, fmt.Sprintf("%d notes of more than %d MiB of text", large, maxFields>>20))
	}
	slices.SortFunc(r.c.Notes, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return err
}

func (r *reader) cards() error {
	total, err := r.count("cards", 4*maxNotes)
	if err != nil {
		return err
	}
	r.c.Cards = make([]Card, 0, total)
	// A card in a filtered deck says where it is at home, and when it is due there.
	err = r.each(`SELECT CAST(id AS INTEGER), CAST(nid AS INTEGER), CAST(CASE WHEN odid <> 0 THEN odid ELSE did END AS INTEGER), CAST(ord AS INTEGER),
		CAST(mod AS INTEGER), CAST(type AS INTEGER), CAST(queue AS INTEGER), CAST(CASE WHEN odid <> 0 AND odue <> 0 THEN odue ELSE due END AS INTEGER),
		CAST(ivl AS INTEGER), CAST(factor AS INTEGER), CAST(reps AS INTEGER), CAST(lapses AS INTEGER), CAST(flags AS INTEGER), substr(data, 1, 4096) FROM cards`,
		func(scan func(...any) error) error {
			var k Card
			var changed int64
			if err := scan(&k.ID, &k.Note, &k.Deck, &k.Ord, &changed, &k.Type, &k.Queue, &k.Due, &k.Interval, &k.Factor, &k.Reps, &k.Lapses, &k.Flag, &k.Data); err != nil {
				return fmt.Errorf("read a card: %w", err)
			}
			k.Changed = time.Unix(changed, 0).UTC()
			k.Flag &= 7
			r.c.Cards = append(r.c.Cards, k)
			r.tell("read cards", len(r.c.Cards), total)
			return nil
		})
	slices.SortFunc(r.c.Cards, func(a, b Card) int {
		return cmp.Or(cmp.Compare(a.Note, b.Note), cmp.Compare(a.Ord, b.Ord), cmp.Compare(a.ID, b.ID))
	})
	return err
}

func (r *reader) reviews() error {
	total, err := r.count("revlog", maxReviews)
	if err != nil {
		return err
	}
	r.c.Reviews = make([]Review, 0, total)
	err = r.each(`SELECT CAST(id AS INTEGER), CAST(cid AS INTEGER), CAST(ease AS INTEGER), CAST(ivl AS INTEGER), CAST(lastIvl AS INTEGER),
		CAST(factor AS INTEGER), CAST(time AS INTEGER), CAST(type AS INTEGER) FROM revlog`, func(scan func(...any) error) error {
		var v Review
		if err := scan(&v.ID, &v.Card, &v.Ease, &v.Interval, &v.Last, &v.Factor, &v.Took, &v.Kind); err != nil {
			return fmt.Errorf("read a review: %w", err)
		}
		r.c.Reviews = append(r.c.Reviews, v)
		r.tell("read reviews", len(r.c.Reviews), total)
		return nil
	})
	slices.SortFunc(r.c.Reviews, func(a, b Review) int { return cmp.Or(cmp.Compare(a.Card, b.Card), cmp.Compare(a.ID, b.ID)) })
	return err
}
