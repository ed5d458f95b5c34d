package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// old2 is a database of the second schema, with the past of the first one's.
func old2(t *testing.T) string {
	t.Helper()
	path, raw := old(t)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	steps, err := released()
	if err != nil {
		t.Fatal(err)
	}
	db, err := open(t.Context(), path, config(), steps[:2])
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// table reads all of a table as text, row by row.
func table(t *testing.T, path, query string) []string {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := raw.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(values))
	}
	if err := errors.Join(rows.Err(), rows.Close(), raw.Close()); err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	log2   = "SELECT id, replace(kind, 'due', 'urge'), card, at, day, zone, utc, rating, took, shown, before, after, algorithm, undoes, reason FROM log ORDER BY id"
	log3   = "SELECT id, kind, card, at, day, zone, utc, rating, took, shown, before, after, algorithm, undoes, urged_by FROM log ORDER BY id"
	cards2 = "SELECT id, present, ord, deck, front, back, source, tags, labs, file, line, state, stability, difficulty, due, due_day, last, last_day, reps, lapses, step, suspended, reason, urged FROM card ORDER BY id"
)

// The third schema keeps every line and every card, and what they replay to.
func TestSchema3KeepsEverything(t *testing.T) {
	t.Parallel()
	path := old2(t)
	log, all, tallies := table(t, path, log2), table(t, path, cards2), table(t, path, "SELECT * FROM tally WHERE answers > 0 ORDER BY tag, day")
	var told []Progress
	c := config()
	c.Progress = func(p Progress) { told = append(told, p) }
	db, err := Open(t.Context(), path, c)
	if err != nil {
		t.Fatal(err)
	}
	urged, err := events(t.Context(), db.sql, "WHERE kind = ?", string(cards.Urged))
	if err != nil || len(urged) == 0 || urged[0].UrgedBy == "" {
		t.Errorf("urged cards: %+v, %v", urged, err)
	}
	if done, err := db.Rebuild(t.Context(), replay(t)); err != nil || done.Changed != 0 || done.Events != len(log) {
		t.Errorf("the log replays to something else: %+v, %v", done, err)
	}
	if _, err := db.sql.Exec("UPDATE log SET kind = 'due'"); err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("the log can be changed: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(log, table(t, path, log3)); diff != "" {
		t.Errorf("log (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(all, table(t, path, strings.ReplaceAll(cards2, " reason,", " urged_by,"))); diff != "" {
		t.Errorf("cards (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(tallies, table(t, path, "SELECT * FROM tally WHERE answers > 0 ORDER BY tag, day")); diff != "" {
		t.Errorf("tallies (-before +after):\n%s", diff)
	}
	if len(told) != 1 || told[0].To != 3 || !strings.HasSuffix(told[0].Backup, ".v2.backup") {
		t.Errorf("told %+v, want the backup of version 2", told)
	}
}

// A long log is told of while it is moved.
func TestMigrationTellsHowItGoes(t *testing.T) {
	t.Parallel()
	path, raw := old(t)
	var lines int
	if err := errors.Join(raw.QueryRow("SELECT count(*) FROM log").Scan(&lines), raw.Close()); err != nil {
		t.Fatal(err)
	}
	var told []Progress
	c := config()
	c.Progress = func(p Progress) { told = append(told, p) }
	db, err := Open(t.Context(), path, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	want := []Progress{{To: 3, Backup: path + ".v1.backup"}, {To: 2, Done: lines, Total: lines}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A home that was migrated and one that was not are one past.
func TestMergeOfAnOlderSchema(t *testing.T) {
	t.Parallel()
	desk, laptop := openAt(t, old2(t)), old2(t)
	done, err := desk.Merge(t.Context(), laptop, replay(t))
	if err != nil || done.Added != 0 || done.Events == 0 {
		t.Errorf("%+v, %v: want that all lines are there", done, err)
	}
	if table(t, laptop, "SELECT count(*) FROM log WHERE kind = 'urge'")[0] == table(t, laptop, "SELECT count(*) FROM log WHERE kind = 'due'")[0] {
		t.Error("the other file was migrated")
	}
}
