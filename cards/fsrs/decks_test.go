package fsrs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

func TestRetentionOfADeck(t *testing.T) {
	t.Parallel()
	asked := 0
	deck := func(card string) (string, error) {
		asked++
		if card == "lost" {
			return "", errors.New("the disk is gone")
		}
		return strings.TrimSuffix(card, "-1"), nil
	}
	m := cards.Memory{State: cards.Review, Stability: 30, Difficulty: 5, Reps: 4, LastReview: start, LastDay: utc.Day(start), DueDay: utc.Day(start) + 30}
	now := utc.Moment(start.AddDate(0, 0, 30))
	plain, err := NewDecks(Config{Exact: true}, nil, deck)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecks(Config{Exact: true}, map[string]Own{"tls": {Retention: 0.97}, "routes": {Retention: 0.8}}, deck)
	if err != nil {
		t.Fatal(err)
	}
	days := func(s cards.Scheduler, card string) int {
		t.Helper()
		c, err := s.Preview(card, m, now)
		if err != nil {
			t.Fatal(err)
		}
		if next, err := s.Next(card, m, cards.Good, now); err != nil || next != c[2].After {
			t.Errorf("%s: %+v, %v; was promised %+v", card, next, err, c[2].After)
		}
		return c[2].After.DueDay - now.Day
	}
	common := days(plain, "dns-1")
	if asked != 0 {
		t.Error("the deck was asked for in vain")
	}
	if got := days(d, "dns-1"); got != common || d.Algorithm("dns-1") != plain.Algorithm("dns-1") {
		t.Errorf("a deck without a rate of its own: %d days, want %d", got, common)
	}
	if tls, routes := days(d, "tls-1"), days(d, "routes-1"); !(tls < common && common < routes) {
		t.Errorf("at 97 %%: %d days, at 90 %%: %d, at 80 %%: %d", tls, common, routes)
	}
	if a, b := d.Algorithm("tls-1"), d.Algorithm("routes-1"); a == b || a != must(t, Config{Exact: true, Retention: 0.97}).Algorithm("") {
		t.Errorf("names %q and %q", a, b)
	}
	once, before := d.Once(), asked
	for range 3 {
		days(once, "tls-1")
	}
	if asked != before+1 {
		t.Errorf("once: the deck was asked for %d times", asked-before)
	}
	if _, err := d.Preview("lost", m, now); err == nil || !strings.Contains(err.Error(), `"lost": the disk is gone`) {
		t.Errorf("got %v", err)
	}
	for name, bad := range map[string]Own{"retention 1.5": {Retention: 1.5}, "learning step of 25h": {Learning: Steps{25 * time.Hour}}} {
		if _, err := NewDecks(Config{}, map[string]Own{"tls": bad}, deck); err == nil || !strings.Contains(err.Error(), `deck "tls"`) || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v", err)
		}
	}
}
