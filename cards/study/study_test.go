package study_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/sqlite"
	"github.com/gatedrill/gatedrill/cards/study"
)

// world is a learner with a clock that stands still until it is moved, and a
// real database.
type world struct {
	*study.Service
	t    testing.TB
	now  time.Time
	path string

	calendar cards.Calendar
	given    []cards.ID // by answer, oldest first
	acted    []cards.ID // by live
}

// decks is a fixed set of decks that counts how often it is read.
type decks struct {
	print string
	decks []cards.Deck
	lost  int
	loads int
}

func (d *decks) Fingerprint() string { return d.print }

func (d *decks) Load() ([]cards.Deck, int) { d.loads++; return d.decks, d.lost }

var berlin = must(time.LoadLocation("Europe/Berlin"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t testing.TB, d study.Decks, l cards.Room) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, berlin), path: filepath.Join(t.TempDir(), "cards.db"),
		calendar: cards.Calendar{Zone: berlin, Rollover: 4}}
	w.Service = w.open(d, l)
	return w
}

// open opens the same database again, as another window does.
func (w *world) open(d study.Decks, l cards.Room) *study.Service {
	w.t.Helper()
	db, err := sqlite.Open(w.t.Context(), w.path, sqlite.Config{Random: rand.Reader, Calendar: w.calendar,
		Backup: func(ctx context.Context, reason string, snapshot func(context.Context, string) error) (string, error) {
			to := fmt.Sprintf("%s.%s-%d.backup", w.path, reason, len(must(filepath.Glob(w.path+".*.backup"))))
			return to, snapshot(ctx, to)
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	})
	var set []cards.Setting
	for _, text := range []string{fmt.Sprint("new=", l.New), fmt.Sprint("reviews=", l.Reviews)} {
		set = append(set, must(cards.ParseSetting(text, 0)))
	}
	if err := db.Set(w.t.Context(), set, 0); err != nil {
		w.t.Fatal(err)
	}
	s, err := study.Open(w.t.Context(), study.Config{
		Store: db, Scheduler: study.Always(must(fsrs.New(fsrs.Config{}))), Decks: d, Now: func() time.Time { return w.now }, Zone: w.calendar.Zone,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// usual are limits that hold nothing back in most tests.
func usual() cards.Room { return cards.Room{New: 20, Reviews: 200} }

func (w *world) next() *cards.Prompt {
	w.t.Helper()
	p, err := w.Next(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// answer rates what is next and returns its id, "" if there is nothing.
func (w *world) answer(r cards.Rating) string {
	w.t.Helper()
	p := w.next()
	if p == nil {
		return ""
	}
	id, err := w.Rate(w.t.Context(), p, r, 5*time.Second)
	if err != nil {
		w.t.Fatal(err)
	}
	w.given = append(w.given, id)
	return p.Card.ID
}

// day answers all that is left today and returns the ids in order.
func (w *world) day(r cards.Rating) []string {
	w.t.Helper()
	var ids []string
	for id := w.answer(r); id != ""; id = w.answer(r) {
		ids = append(ids, id)
		w.now = w.now.Add(10 * time.Second)
		if len(ids) > 2000 {
			w.t.Fatal("the day does not end")
		}
	}
	return ids
}

func (w *world) summary() cards.Summary {
	w.t.Helper()
	s, err := w.Summary(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// tls is a deck of n cards: t0, t1, …; two in a row share a topic, and the
// lab of t0 and t1 is L0.
func tls(n int) *decks {
	d := cards.Deck{Name: "tls"}
	for i := range n {
		d.Cards = append(d.Cards, cards.Card{
			ID: fmt.Sprintf("t%d", i), Deck: "tls", Front: "q", Back: "a",
			Tags: []string{"tls", fmt.Sprintf("topic%d", i/2), "layer:tls"}, Labs: []string{fmt.Sprintf("L%d", i/2)},
		})
	}
	return &decks{print: "1", decks: []cards.Deck{d}, lost: 3}
}

func TestFirstDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(10), cards.Room{New: 4, Reviews: 10})
	if s := w.summary(); !s.FirstTime || s.New != 4 || s.Total != 10 || s.Problems != 3 || s.Streak != 0 || len(s.Layers) != 6 {
		t.Errorf("before the first answer: %+v", s)
	}
	p := w.next()
	if p.Reason != "new" || p.Left != (cards.Counts{New: 4}) || p.Choices[2].Interval != 10*time.Minute {
		t.Errorf("first card: %+v", p)
	}
	got := w.day(cards.Good)
	slices.Sort(got)
	if len(slices.Compact(got)) != 4 {
		t.Errorf("answered %v, want four different cards", got)
	}
	s := w.summary()
	if s.FirstTime || s.Streak != 1 || s.New+s.Due+s.Learning != 0 || s.Reviewed != 8 {
		t.Errorf("after the day: %+v; want 8 answers (two steps each), nothing left", s)
	}
}

func TestDecksAreReadOnlyWhenTheyChanged(t *testing.T) {
	t.Parallel()
	d := tls(3)
	w := newWorld(t, d, usual())
	w.open(d, usual())
	if d.loads != 1 {
		t.Errorf("the same decks were read %d times", d.loads)
	}
	d.print = "2"
	w.open(d, usual())
	if d.loads != 2 {
		t.Errorf("changed decks were read %d times, want 2", d.loads)
	}
}

// The limits hold for the learner's day, which ends at 04:00, also when
// clocks change that night.
func TestLimitsRollOverAtFour(t *testing.T) {
	t.Parallel()
	for _, date := range []time.Time{
		time.Date(2026, 3, 28, 23, 0, 0, 0, berlin), // night of 23 hours
		time.Date(2026, 10, 24, 23, 0, 0, 0, berlin),
		time.Date(2026, 6, 1, 23, 0, 0, 0, berlin),
	} {
		w := newWorld(t, tls(10), cards.Room{New: 2, Reviews: 10})
		w.now = date
		if got := len(w.day(cards.Easy)); got != 2 {
			t.Errorf("%v: %d cards, want 2", date, got)
		}
		y, m, d := date.Date()
		w.now = time.Date(y, m, d+1, 3, 59, 0, 0, berlin)
		if p := w.next(); p != nil {
			t.Errorf("%v: a card at 03:59: %+v", date, p.Left)
		}
		w.now = time.Date(y, m, d+1, 4, 0, 0, 0, berlin)
		if p := w.next(); p == nil || p.Left.New != 2 {
			t.Errorf("%v: at 04:00: %+v, want two new cards", date, p)
		}
	}
}

func TestReviewLimitAndUndo(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(8), cards.Room{New: 8, Reviews: 3})
	w.day(cards.Easy)
	w.now = w.now.AddDate(0, 2, 0)
	if s := w.summary(); s.Due != 3 {
		t.Fatalf("due %d, want the limit 3", s.Due)
	}
	before := w.next()
	id := w.answer(cards.Good)
	if s := w.summary(); s.Due != 2 || s.Reviewed != 1 {
		t.Errorf("after one answer: %+v", s)
	}
	undone, err := w.Undo(ctx, w.given[len(w.given)-1])
	if err != nil || undone != id {
		t.Fatalf("undo: %q, %v, want %q", undone, err, id)
	}
	if diff := cmp.Diff(before, w.next()); diff != "" {
		t.Errorf("after undo another card or queue:\n%s", diff)
	}
	if got := w.day(cards.Good); len(got) != 3 {
		t.Errorf("answered %v, want 3", got)
	}
}

func TestMakeDue(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(10), cards.Room{New: 4, Reviews: 2})
	w.day(cards.Easy)
	before, err := w.Card(ctx, "t0")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := w.Urge(ctx, []string{"t0", "topic4"}, "wrong in lab H1")
	if diff := cmp.Diff([]string{"t0", "t8", "t9"}, ids); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	if s := w.summary(); s.Due != 3 || s.Reviewed != 4 {
		t.Errorf("%+v: want 3 due although the limits are reached, and no answer recorded", s)
	}
	for range 3 {
		p := w.next()
		if p.Reason != "wrong in lab H1" {
			t.Errorf("%s comes because it is %q", p.Card.ID, p.Reason)
		}
		if p.Card.ID == "t0" && (p.Memory.Stability != before.Memory.Stability || p.Memory.Reps != before.Memory.Reps) {
			t.Errorf("memory changed: %+v, was %+v", p.Memory, before.Memory)
		}
		w.answer(cards.Easy)
	}
	if p := w.next(); p != nil {
		t.Errorf("still due: %s", p.Card.ID)
	}
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(1), usual())
	if _, err := w.Act(ctx, cards.Suspended, "t0"); err != nil {
		t.Fatal(err)
	}
	if p := w.next(); p != nil {
		t.Errorf("served: %s", p.Card.ID)
	}
	if _, err := w.Act(ctx, cards.Resumed, "t0"); err != nil || w.next() == nil {
		t.Errorf("not back: %v", err)
	}
	if _, err := w.Act(ctx, cards.Suspended, "nobody"); !errors.Is(err, cards.ErrNoCard) {
		t.Errorf("got %v, want ErrNoCard", err)
	}
	p := w.next()
	p.Card.ID = "nobody"
	if _, err := w.Rate(ctx, p, cards.Good, 0); !errors.Is(err, cards.ErrNoCard) {
		t.Errorf("got %v, want ErrNoCard", err)
	}
}

func TestDeckNarrowsTheQueue(t *testing.T) {
	t.Parallel()
	d := tls(2)
	d.decks = append(d.decks, cards.Deck{Name: "egress", Cards: []cards.Card{{ID: "e0", Deck: "egress", Front: "q", Back: "a"}}})
	w := newWorld(t, d, usual())
	p, err := w.Next(t.Context(), "egress")
	if err != nil || p == nil || p.Card.ID != "e0" || p.Left.New != 1 {
		t.Errorf("got %+v, %v; want e0 alone", p, err)
	}
	if p, err := w.Next(t.Context(), "none"); p != nil || err != nil {
		t.Errorf("no such deck: %+v, %v", p, err)
	}
}

func TestFirstDayIsKnownUntilItEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(9), usual())
	if s := w.summary(); !s.FirstTime || !s.FirstDay {
		t.Errorf("before the first answer: %+v", s)
	}
	w.answer(cards.Good)
	if s := w.summary(); s.FirstTime || !s.FirstDay {
		t.Errorf("after it: %+v", s)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if s := w.summary(); s.FirstTime || s.FirstDay {
		t.Errorf("the next day: %+v", s)
	}
}

// What is promised comes: cards that a lab made due count once, also against
// the day's limits, in every number that is shown.
func TestUrgedNewCardsAreCountedOnce(t *testing.T) {
	t.Parallel()
	limits := usual()
	limits.New = 10
	w := newWorld(t, tls(40), limits)
	for range 3 {
		w.answer(cards.Easy) // of the ten
	}
	ids, err := w.Urge(t.Context(), []string{"t30", "t31", "t32", "t33"}, "wrong in lab H1")
	if err != nil || len(ids) != 4 {
		t.Fatalf("made due: %v, %v", ids, err)
	}
	want := cards.Counts{Due: 4, New: 3}
	if got := w.summary().Counts; got != want {
		t.Errorf("the summary promises %+v, want %+v", got, want)
	}
	if got := w.next().Left; got != want {
		t.Errorf("the card on screen promises %+v, want %+v", got, want)
	}
	stats, err := w.Stats(t.Context())
	if err != nil || stats.Forecast[0] != 4 {
		t.Errorf("due today are %v, %v, want 4", stats.Forecast, err)
	}
	seen := map[string]bool{}
	for _, id := range w.day(cards.Easy) {
		seen[id] = true
	}
	if len(seen) != want.Due+want.New {
		t.Errorf("%d cards came, %d were promised", len(seen), want.Due+want.New)
	}
	if got := w.summary(); got.Counts != (cards.Counts{}) {
		t.Errorf("at the end %+v is left", got.Counts)
	}
}

func TestRebuildChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(6), usual())
	w.day(cards.Good)
	w.now = w.now.AddDate(0, 0, 5)
	w.day(cards.Hard)
	before := must(w.List(t.Context()))
	done, err := w.Rebuild(t.Context(), false)
	if err != nil || done.Changed != 0 || done.Cards != 6 {
		t.Errorf("rebuilt %+v, %v", done, err)
	}
	if diff := cmp.Diff(before, must(w.List(t.Context()))); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
