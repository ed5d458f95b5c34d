// Package sqlitetest gives a card database the past of a busy learner.
// Benchmarks use it; the program does not.
package sqlitetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // registers the driver
)

// Days is how long the past is; an answer was given on each of them.
const Days = 730

// past is run with ?1 the moment in milliseconds, ?2 the learner's day and ?3
// how many answers each card has.
// Deck order is ord >> 20, see sqlite.Fill.
var past = [...]string{
	`UPDATE card SET state = 2, stability = 5 + (ord >> 20) % 97, difficulty = 5, reps = 4, lapses = (ord >> 20) % 5,
	  last = ?1 - 864000000, last_day = min(?2 - 1, ?2 + ((ord >> 20) * 7919 % 200 - 104) - (ord >> 20) % 97),
	  due_day = ?2 + ((ord >> 20) * 7919 % 200 - 99)
	  WHERE ord NOT IN (SELECT ord FROM card WHERE present = 1 ORDER BY ord LIMIT 1000)`,
	`INSERT INTO log (id, kind, card, at, day, rating, took, shown, before, after, algorithm)
	  WITH RECURSIVE times (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM times WHERE n + 1 < ?3),
	    answers AS (SELECT id AS card, ((ord >> 20) + n * 71) % 730 AS ago, ((ord >> 20) * 7919 + n * 104729) % 3600000 AS earlier FROM times, card)
	  SELECT unhex(printf('%012X7000', ?1 - ago * 86400000 - earlier) || hex(randomblob(8))),
	    'answer', card, ?1 - ago * 86400000 - earlier, ?2 - ago, 3, 5000, '600,3600,864000,1728000',
	    '{"state":2,"stability":9,"difficulty":5}', '{"state":2,"stability":10,"difficulty":5}', 'fsrs-6/default'
	  FROM answers ORDER BY 1`,
	`INSERT INTO tally (day, tag, answers, reviews, forgot, took)
	  SELECT day, t.tag, n, n, 0, 5000 * n FROM (SELECT day, count(*) AS n FROM log GROUP BY day) JOIN
	    (SELECT '' AS tag UNION SELECT 'layer:tls' UNION SELECT 'tls' UNION SELECT 'topic' || value FROM json_each('[1,2,3,4,5,6,7,8,9]')) t`,
}

// GivePast makes all cards of the database at path but the first 1000
// reviewed ones, half of them overdue at now, with so many answers each in the
// log, spread over Days up to today. Today is the learner's day of now. The
// database must be filled.
func GivePast(ctx context.Context, path string, now time.Time, today, answers int) (err error) {
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return fmt.Errorf("open card database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, q := range past {
		if _, err := db.ExecContext(ctx, q, now.UnixMilli(), today, answers); err != nil {
			return fmt.Errorf("give %s a past: %w", path, err)
		}
	}
	return nil
}
