package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// old makes a database of the first schema: some weeks of a learner in
// Berlin, with answers, undos, suspensions and cards that a lab made due, as
// the program of that time wrote them.
func old(t *testing.T) (path string, raw *sql.DB) {
	t.Helper()
	text, err := os.ReadFile("testdata/schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	path = temp(t)
	raw, err = sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	if _, err := raw.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
	return path, raw
}

// row1 is a card of the first schema.
type row1 struct {
	memory cards.Memory
	due    time.Time
}

func rows1(t *testing.T, raw *sql.DB) map[string]row1 {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), "SELECT id, state, stability, difficulty, due, last, reps, lapses, step, suspended, reason FROM card")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out := map[string]row1{}
	for rows.Next() {
		var r row1
		var id string
		var due, last int64
		m := &r.memory
		if err := rows.Scan(&id, &m.State, &m.Stability, &m.Difficulty, &due, &last, &m.Reps, &m.Lapses, &m.Step, &m.Suspended, &m.UrgedBy); err != nil {
			t.Fatal(err)
		}
		m.LastReview, r.due = moment(last), moment(due)
		out[id] = r
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func lines1(t *testing.T, raw *sql.DB) []line1 {
	t.Helper()
	conn, err := raw.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	if _, err := conn.ExecContext(t.Context(), "CREATE TEMP VIEW log_1 AS SELECT * FROM log"); err != nil {
		t.Fatal(err)
	}
	out, err := (&schema2{conn: conn}).lines(t.Context(), 0)
	if err != nil || len(out) == 0 {
		t.Fatalf("%d lines, %v", len(out), err)
	}
	return out
}

func migrated(t *testing.T, path string, c cards.Calendar) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, Config{Random: config().Random, Calendar: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func inZone(t *testing.T, name string) cards.Calendar {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return cards.Calendar{Zone: z, Rollover: 4}
}

// Every line of the old log is in the new one, in its place; every card stands
// where it stood; and the log replays to exactly that. Also when the learner
// has moved to another zone meanwhile.
func TestSchema2KeepsEverything(t *testing.T) {
	t.Parallel()
	berlin := inZone(t, "Europe/Berlin")
	for _, zone := range []string{"Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "UTC"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			path, raw := old(t)
			before, lines := rows1(t, raw), lines1(t, raw)
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
			db := migrated(t, path, inZone(t, zone))
			after, err := events(t.Context(), db.sql, "ORDER BY id")
			if err != nil || len(after) != len(lines) {
				t.Fatalf("%d lines, %v, want %d", len(after), err, len(lines))
			}
			names := map[int64]cards.ID{0: {}}
			for i, l := range lines {
				got := after[i]
				names[l.number] = got.ID
				want := l.event
				want.ID, want.Undoes = got.ID, names[l.undoes]
				if want.Kind == urged2 { // as later schemas call it
					want.Kind = cards.Urged
				}
				want.Before, want.After = got.Before, got.After
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("line %d (-want +got):\n%s", l.number, diff)
				}
				if l.event.Kind == cards.Answered && l.event.After.State == cards.Review && got.After.DueDay != berlin.Day(l.event.After.Due) {
					t.Errorf("line %d: due on day %d, it was %v", l.number, got.After.DueDay, l.event.After.Due.In(berlin.Zone))
				}
			}
			rows, err := db.Rows(t.Context())
			if err != nil || len(rows) != len(before) {
				t.Fatalf("%d cards, %v, want %d", len(rows), err, len(before))
			}
			for _, r := range rows {
				checkRow(t, berlin, r.Card.ID, before[r.Card.ID], r.Memory)
			}
			if done, err := db.Rebuild(t.Context(), replay(t)); err != nil || done.Changed != 0 || done.Events != len(lines) {
				t.Errorf("the log replays to something else: %+v, %v", done, err)
			}
		})
	}
}

func checkRow(t *testing.T, c cards.Calendar, id string, before row1, got cards.Memory) {
	t.Helper()
	want := before.memory
	want.LastDay, want.Urged = c.Day(want.LastReview), got.Urged
	if (want.UrgedBy == "") != got.Urged.IsZero() {
		t.Errorf("%s: made due %q at %v", id, want.UrgedBy, got.Urged)
	}
	switch {
	case want.UrgedBy != "": // the old schema had lost when it would have been due
		want.Due, want.DueDay = got.Due, got.DueDay
	case want.State == cards.Review:
		want.DueDay = c.Day(before.due)
	default:
		want.Due = before.due
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-before +after):\n%s", id, diff)
	}
}

// Two copies of one home that went apart under the old schema are one again:
// what both had before has the same names in both.
func TestSchema2NamesCopiesAlike(t *testing.T) {
	t.Parallel()
	desk, raw := old(t)
	laptop, other := old(t)
	if _, err := other.Exec(`INSERT INTO log (kind, card, at, day, rating, took, before, after, algorithm)
		VALUES ('answer', 't1', 1778500000000, 20584, 3, 4000, '{"state":2,"stability":3,"difficulty":5}', '{"state":2,"stability":9,"difficulty":5}', 'fsrs-6/default')`); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(raw.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	a, b := migrated(t, desk, inZone(t, "Europe/Berlin")), migrated(t, laptop, inZone(t, "Europe/Berlin"))
	if done, err := a.Merge(t.Context(), laptop, replay(t)); err != nil || done.Added != 1 || done.Events != logLines(t, b) {
		t.Errorf("merged %+v, %v, want one new line", done, err)
	}
	third, raw := old(t) // not migrated yet: its copy is
	before := sum(t, third)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if done, err := b.Merge(t.Context(), third, replay(t)); err != nil || done.Added != 0 || done.Events != logLines(t, b)-1 {
		t.Errorf("merged %+v, %v, want nothing new", done, err)
	}
	if sum(t, third) != before {
		t.Error("the old file was changed")
	}
}
