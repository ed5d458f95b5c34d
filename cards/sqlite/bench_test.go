package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

// large is a database of n cards, all but 1000 of them reviewed and half of
// these due, with 30 days of sums.
func large(b *testing.B, n int) *DB {
	b.Helper()
	db := filled(b, n)
	if _, err := db.sql.Exec(`UPDATE card SET state = 2, stability = 10, difficulty = 5, reps = 4, lapses = line / 10 % 3,
		last = ?1 - 864000000, due = ?1 + (line * 7919 % 2000 - 1000) * 86400 WHERE ord >> 20 >= 1000`, start.UnixMilli()); err != nil {
		b.Fatal(err)
	}
	return db
}

func ask() cards.Ask {
	return cards.Ask{Now: start, Ahead: start.Add(20 * time.Minute), New: 20, Due: 200}
}

// The whole day's queue of 200 reviews out of 100 000 cards.
func BenchmarkDueQueue100k(b *testing.B) {
	db := large(b, 100_000)
	for _, deck := range []string{"", "tls", "none"} {
		b.Run(fmt.Sprintf("deck=%q", deck), func(b *testing.B) {
			a := ask()
			a.Deck = deck
			for b.Loop() {
				q, err := db.Queue(b.Context(), a, 200)
				if err != nil || (deck != "none") != (len(q.Due) == 200) {
					b.Fatalf("%d due, %v", len(q.Due), err)
				}
			}
		})
	}
}

func BenchmarkAnswer(b *testing.B) {
	db := large(b, 100_000)
	i := 0
	for b.Loop() {
		i++
		if err := rate(b, db, fmt.Sprintf("c%d", i%1000), cards.Good, start.Add(time.Duration(i)*time.Second)); err != nil {
			b.Fatal(err)
		}
	}
}
