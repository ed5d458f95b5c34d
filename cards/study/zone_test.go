package study_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/study"
)

// travel goes on in another zone, with the clock as it is.
func (w *world) travel(zone string, d study.Decks) {
	w.calendar.Zone = must(time.LoadLocation(zone))
	w.Service = w.open(d, cards.Room{New: 40, Reviews: 200})
}

// Whoever flies east finds the cards of the day there in the morning: the day
// has come, though less than a day has passed.
func TestDueIsADayWhereverTheLearnerIs(t *testing.T) {
	t.Parallel()
	d := tls(40)
	w := newWorld(t, d, cards.Room{New: 40, Reviews: 200})
	w.travel("America/Los_Angeles", d)
	w.now = time.Date(2026, 6, 1, 20, 0, 0, 0, w.calendar.Zone)
	w.day(cards.Good) // learned, and due some days later
	first := 1 << 20
	for _, r := range must(w.Store.Rows(t.Context())) {
		first = min(first, r.Memory.DueDay)
	}
	there := cards.Calendar{Zone: berlin, Rollover: 4}
	w.travel("Europe/Berlin", d)
	w.now = there.Start(first).Add(-time.Minute)
	if n := w.summary().Due; n != 0 {
		t.Errorf("%d are due before their day", n)
	}
	w.now = there.Start(first).Add(time.Minute)
	n := w.summary().Due
	if n == 0 || must(w.Stats(t.Context())).Forecast[0] != n {
		t.Errorf("%d are due when the day begins in Berlin, forecast %v", n, must(w.Stats(t.Context())).Forecast)
	}
	if p := w.next(); p == nil || p.Reason != "due" {
		t.Errorf("none of them comes: %+v", p)
	}
}

// Learning steps are moments: they do not move with the learner.
func TestStepsAreMoments(t *testing.T) {
	t.Parallel()
	d := tls(1)
	w := newWorld(t, d, usual())
	w.answer(cards.Good) // ten minutes
	w.now = w.now.Add(9 * time.Minute)
	w.travel("Pacific/Auckland", d)
	if p := w.next(); p == nil || p.Memory.Due.Sub(w.now) != time.Minute {
		t.Errorf("a minute before its time: %+v", p)
	}
}

// The log is replayed by the days that were lived, wherever that is done.
func TestRebuildInAnotherZone(t *testing.T) {
	t.Parallel()
	d := tls(12)
	w := newWorld(t, d, cards.Room{New: 40, Reviews: 200})
	for i, zone := range []string{"America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"} {
		w.travel(zone, d)
		w.now = w.now.AddDate(0, 0, 1+3*i).Add(time.Duration(7*i) * time.Hour)
		for i := range 30 {
			if w.answer(cards.Rating(1+i%4)) == "" {
				break
			}
			w.now = w.now.Add(3 * time.Minute)
		}
	}
	before := must(w.Store.Rows(t.Context()))
	for _, anew := range []bool{false, true} {
		for _, zone := range []string{"Asia/Kolkata", "Pacific/Kiritimati", "America/Los_Angeles"} {
			w.travel(zone, d)
			if done, err := w.Rebuild(t.Context(), anew); err != nil || done.Changed != 0 || done.Cards != 12 {
				t.Errorf("%s, anew %v: %+v, %v", zone, anew, done, err)
			}
			if diff := cmp.Diff(before, must(w.Store.Rows(t.Context()))); diff != "" {
				t.Fatalf("%s, anew %v (-before +after):\n%s", zone, anew, diff)
			}
		}
	}
}
