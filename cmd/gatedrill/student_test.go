package main

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

// student has a home with the program's own decks, and a clock of their own.
type student struct {
	*env
	t        *testing.T
	now      time.Time
	out, err bytes.Buffer
}

func newStudent(t *testing.T) *student {
	t.Helper()
	l := &student{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	l.env = &env{
		Stdin: strings.NewReader(""), Stdout: &l.out, Stderr: &l.err, Home: t.TempDir(), Zone: time.UTC,
		Now: func() time.Time { return l.now }, Getenv: func(string) string { return "" },
	}
	l.run(0, "cards", "settings", "new=6")
	return l
}

// run runs a command and returns what it printed; the code must be the one
// wanted.
func (l *student) run(code int, args ...string) string {
	l.t.Helper()
	l.out.Reset()
	l.err.Reset()
	if got := run(l.t.Context(), l.env, args); got != code {
		l.t.Fatalf("gatedrill %s: code %d, want %d\n%s%s", strings.Join(args, " "), got, code, l.out.String(), l.err.String())
	}
	return l.out.String()
}

// live studies for some days, and leaves some out. Little is forgotten, less
// than FSRS expects.
func (l *student) live(days int) {
	l.t.Helper()
	rng := rand.New(rand.NewPCG(1, 9))
	err := withStudy(l.t.Context(), l.env, func(s *study.Service) error {
		for range days {
			l.now = time.Date(l.now.Year(), l.now.Month(), l.now.Day()+1, 7+rng.IntN(14), 0, 0, 0, time.UTC)
			if rng.IntN(6) == 0 {
				continue
			}
			for range 60 {
				p, err := s.Next(l.t.Context(), "")
				if err != nil {
					return err
				}
				if p == nil {
					break
				}
				r := cards.Good
				switch x := rng.IntN(40); {
				case x == 0, p.Memory.State != cards.Review && x < 10:
					r = cards.Again
				case x < 5:
					r = cards.Hard
				case x > 37:
					r = cards.Easy
				}
				l.now = l.now.Add(11 * time.Second)
				if _, err := s.Rate(l.t.Context(), p, r, 9*time.Second); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}
