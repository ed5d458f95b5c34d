package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

// screenText collects what was printed, while it is being printed.
type screenText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screenText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// await waits until these words are printed, and forgets all up to them.
func (s *screenText) await(t *testing.T, words string) {
	t.Helper()
	for range 1000 {
		s.mu.Lock()
		_, rest, found := strings.Cut(s.text.String(), words)
		if found {
			s.text.Reset()
			s.text.WriteString(rest)
		}
		s.mu.Unlock()
		if found {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%q was not printed, but:\n%s", words, s.text.String())
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A line by line review beside another window, and over night.
func TestPlainReviewNoticesOthers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := &clock{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	config := emptyCards(t)
	config.Decks, config.Now = &countedDecks{}, c.Now
	mine, err := study.Open(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	other := &study.Service{Config: config}
	answer := func(r cards.Rating) cards.ID {
		t.Helper()
		p, err := other.Next(ctx, "")
		if err != nil || p == nil {
			t.Fatalf("%v, %v", p, err)
		}
		id, err := other.Rate(ctx, p, r, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	in, keys := io.Pipe()
	out := &screenText{}
	r := &reviewing{env: &env{Stdin: in, Stdout: out, Stderr: out, Now: c.Now, Zone: time.UTC}}
	ended := make(chan error, 1)
	go func() { ended <- r.run(context.WithoutCancel(ctx), mine) }()
	press := func(line string) {
		t.Helper()
		if _, err := io.WriteString(keys, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	out.await(t, "tls, new.")
	press("")
	out.await(t, "1 again")
	theirs := answer(cards.Good)
	press("u") // theirs is not ours to take back
	out.await(t, "Nothing was done in this session")
	out.await(t, "tls, learning.")
	press("")
	out.await(t, "1 again")
	answer(cards.Again)
	press("3")
	out.await(t, "it was answered elsewhere")
	out.await(t, "Here is the card as it is now.")
	press("")
	out.await(t, "1 again 1m")
	c.move(24 * time.Hour)
	press("3")
	out.await(t, "a new day has begun")
	press("")
	out.await(t, "1 again 1m")
	press("4")
	out.await(t, "1 answer in")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	given, err := mine.Answers(ctx, "", 10)
	if err != nil || len(given) != 3 || given[2].ID != theirs || given[0].Rating != cards.Easy {
		t.Errorf("answers %+v, %v", given, err)
	}
}
