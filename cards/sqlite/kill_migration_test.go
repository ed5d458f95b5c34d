package sqlite

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

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
