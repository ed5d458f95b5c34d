package cards_test

import (
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/cards"
)

func TestInterval(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		30 * time.Second: "<1m", 6 * time.Minute: "6m", 330 * time.Second: "6m", 5 * time.Hour: "5h", 3 * day: "3d", 59 * day: "59d",
		77 * day: "2.5mo", 90 * day: "3.0mo", 500 * day: "1.4y",
	} {
		if got := cards.Interval(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
