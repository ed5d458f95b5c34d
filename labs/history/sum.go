package history

import (
	"slices"
	"time"
)

// idle is the longest gap between two records that counts as work. A program
// that follows a session writes a beat more often than that.
const idle = 10 * time.Minute

// BeatEvery is how often a program that follows a session writes a beat.
const BeatEvery = idle / 2

// Work is the time worked between a record and a later moment.
func Work(last Record, until time.Time) time.Duration {
	if last.Kind == Paused || Ends(last.Kind) {
		return 0
	}
	return max(0, min(until.Sub(last.At), idle))
}

// Ends says that a record of this kind ends an attempt's time.
func Ends(k Kind) bool { return k == Solved || k == Reset || k == Due }

// Sum is what the records say of one lab.
type Sum struct {
	Attempts   int
	Solved     int
	Best       time.Duration // shortest time worked of the solved attempts
	InProgress string        // the attempt that is not ended, "" for none
}

// Sums adds up the records by lab.
func Sums(records []Record) map[string]Sum {
	out := map[string]Sum{}
	last := map[string]Record{}
	worked := map[string]time.Duration{}
	for _, r := range records {
		s := out[r.Lab]
		if l, ok := last[r.Attempt]; ok {
			worked[r.Attempt] += Work(l, r.At)
		}
		last[r.Attempt] = r
		switch r.Kind {
		case Started:
			s.Attempts++
			s.InProgress = r.Attempt
		case Solved:
			s.Solved++
			if w := worked[r.Attempt]; s.Best == 0 || w < s.Best {
				s.Best = w
			}
			s.InProgress = ""
		case Reset:
			s.InProgress = ""
		}
		out[r.Lab] = s
	}
	return out
}

// Current returns the records of the last attempt, nil when there is none or
// it was reset.
func Current(records []Record) []Record {
	attempt := ""
	for _, r := range records {
		switch r.Kind {
		case Started:
			attempt = r.Attempt
		case Reset:
			if r.Attempt == attempt {
				attempt = ""
			}
		}
	}
	if attempt == "" {
		return nil
	}
	var out []Record
	for _, r := range records {
		if r.Attempt == attempt {
			out = append(out, r)
		}
	}
	return out
}

// GivenUp says that an attempt is known and is not the one in progress, or is
// solved: what is left of it in a cluster is nobody's.
func GivenUp(records []Record, attempt string) bool {
	known := false
	for _, r := range records {
		known = known || r.Attempt == attempt
	}
	now := Current(records)
	solved := slices.ContainsFunc(now, func(r Record) bool { return r.Kind == Solved })
	return known && (len(now) == 0 || now[0].Attempt != attempt || solved)
}
