package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"slices"
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
		if err := rows.Scan(&id, &m.State, &m.Stability, &m.Difficulty, &due, &last, &m.Reps, &m.Lapses, &m.Step, &m.Suspended, &m.Reason); err != nil {
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
	if (want.Reason == "") != got.Urged.IsZero() {
		t.Errorf("%s: made due %q at %v", id, want.Reason, got.Urged)
	}
	switch {
	case want.Reason != "": // the old schema had lost when it would have been due
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

// A program that is killed while it migrates leaves a database that the next
// one migrates, with nothing lost.
func TestKilledWhileMigrating(t *testing.T) {
	t.Parallel()
	const answers = 20_000
	path, raw := old(t)
	before := len(lines1(t, raw))
	if _, err := raw.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO log (kind, card, at, day, rating, took, before, after, algorithm)
		SELECT 'answer', 't' || i % 6, 1778500000000 + i, 20584, 3, 4000, '{"state":2,"stability":3,"difficulty":5}',
		  '{"state":2,"stability":9,"difficulty":5,"due":1779069600000}', 'fsrs-6/default' FROM n`, answers); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	for kill := range 3 {
		killWhileMigrating(t, path, int64(kill+1)<<20)
		version, lines := look(t, path)
		if version != 1 || lines != before+answers {
			t.Fatalf("killed: version %d with %d lines, want 1 with %d", version, lines, before+answers)
		}
	}
	db := openAt(t, path)
	if n := logLines(t, db); n != before+answers {
		t.Errorf("%d lines, want %d", n, before+answers)
	}
	if err := db.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// look reads a database as it lies there, without migrating it.
func look(t *testing.T, path string) (version, lines int) {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close() //nolint:errcheck // only read from
	if err := raw.QueryRowContext(t.Context(), "SELECT user_version, (SELECT count(*) FROM log) FROM pragma_user_version").Scan(&version, &lines); err != nil {
		t.Fatal(err)
	}
	return version, lines
}

// migrant names the database that a copy of this program migrates.
const migrant = "GATEDRILL_TEST_MIGRANT"

func migrateOnly(path string) error {
	db, err := Open(context.Background(), path, config())
	if err != nil {
		return err
	}
	return db.Close()
}

// killWhileMigrating kills a copy of this program when so much of its
// migration lies in the write-ahead log.
func killWhileMigrating(t *testing.T, path string, written int64) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = slices.Concat(os.Environ(), []string{migrant + "=" + path})
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case err := <-ended:
			t.Fatalf("it ended before it could be killed: %v", err)
		case <-time.After(time.Millisecond):
		}
		if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > written {
			break
		}
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Fatal("it ended by itself")
	}
}
