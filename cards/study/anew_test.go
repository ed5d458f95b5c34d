package study_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/fsrs"
	"github.com/gatedrill/gatedrill/cards/study"
)

// reschedule schedules all cards anew for another retention, which holds for
// this once.
func (w *world) reschedule(retention float64) error {
	was := w.Scheduler
	w.Scheduler = study.Always(must(fsrs.New(fsrs.Config{Retention: retention})))
	_, err := w.Rebuild(w.t.Context(), true)
	w.Scheduler = was
	return err
}

// studied is a world in which some cards were learned and came back.
func studied(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, tls(12), cards.Room{New: 40, Reviews: 200})
	for _, r := range []cards.Rating{cards.Good, cards.Hard, cards.Good, cards.Again} {
		w.day(r)
		w.now = w.now.AddDate(0, 0, 4)
		if r == cards.Again {
			break
		}
	}
	return w
}

// What is foreseen is what happens, it stays over a rebuild, and answers go on
// from there.
func TestReschedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, tls(12), cards.Room{New: 40, Reviews: 200})
	w.day(cards.Good)
	w.now = w.now.AddDate(0, 0, 3)
	w.day(cards.Good)
	before := must(w.Store.Rows(t.Context()))
	eager := must(fsrs.New(fsrs.Config{Retention: 0.97}))
	f := must(w.Foresee(t.Context(), eager))
	if diff := cmp.Diff(before, must(w.Store.Rows(t.Context()))); diff != "" {
		t.Fatalf("foreseeing changed the cards:\n%s", diff)
	}
	if f.Cards != 12 || f.Changed != 12 || f.Earlier != 12 || f.Later != 0 || f.DueNow != 0 {
		t.Errorf("foreseen %+v, want all twelve earlier", f)
	}
	w.Scheduler = study.Always(eager)
	done := must(w.Rebuild(t.Context(), true))
	if done.Changed != f.Changed || done.Cards != f.Cards {
		t.Errorf("done %+v, foreseen %+v", done, f)
	}
	after := must(w.Store.Rows(t.Context()))
	for i := range after {
		if !(after[i].Memory.DueDay < before[i].Memory.DueDay) {
			t.Errorf("%s: due on day %d, was %d", after[i].Card.ID, after[i].Memory.DueDay, before[i].Memory.DueDay)
		}
	}
	if again := must(w.Rebuild(t.Context(), true)); again.Changed != 0 {
		t.Errorf("once more: %+v", again)
	}
	if f := must(w.Foresee(t.Context(), eager)); f.Changed != 0 {
		t.Errorf("once more is foreseen: %+v", f)
	}
	w.now = w.now.AddDate(0, 0, 20)
	w.day(cards.Hard)
	w.Scheduler = study.Always(must(fsrs.New(fsrs.Config{}))) // a rebuild goes by what the log says, whatever holds now
	if done := must(w.Rebuild(t.Context(), false)); done.Changed != 0 {
		t.Errorf("a rebuild after it: %+v", done)
	}
}

// An answer that is taken back after a rescheduling leaves what the others
// come to.
func TestUndoAfterReschedule(t *testing.T) {
	t.Parallel()
	w := studied(t)
	want := newWorld(t, tls(12), cards.Room{New: 40, Reviews: 200})
	want.merge(w)
	last := w.given[len(w.given)-1]
	if err := w.reschedule(0.8); err != nil {
		t.Fatal(err)
	}
	card := must(w.Undo(t.Context(), last))
	if must(want.Undo(t.Context(), last)) != card {
		t.Fatal("another card")
	}
	got, plain := must(w.Card(t.Context(), card)), must(want.Card(t.Context(), card))
	if got.Memory.Reps != plain.Memory.Reps || got.Memory.State != plain.Memory.State || got.Memory.LastDay != plain.Memory.LastDay {
		t.Errorf("%+v, without the rescheduling %+v", got.Memory, plain.Memory)
	}
	if done := must(w.Rebuild(t.Context(), false)); done.Changed != 0 {
		t.Errorf("a rebuild after it: %+v", done)
	}
}

// The log tells the optimizer of answers that stand.
func TestEvidence(t *testing.T) {
	t.Parallel()
	w := studied(t)
	all := must(w.Evidence(t.Context()))
	reviews := must(w.Stats(t.Context())).Reviews
	if all.Reviews() < 12 || all.Reviews() >= reviews || all.Span() < 4*24*time.Hour {
		t.Errorf("%d reviews over %v, of %d answers", all.Reviews(), all.Span(), reviews)
	}
	must(w.Undo(t.Context(), w.given[len(w.given)-1]))
	must(w.Undo(t.Context(), w.given[len(w.given)-2]))
	if left := must(w.Evidence(t.Context())).Reviews(); !(left < all.Reviews()) {
		t.Errorf("%d reviews after two were taken back, %d before", left, all.Reviews())
	}
}

// However long the log is, one look at the parameters is enough.
func TestParametersAreReadOnceARebuild(t *testing.T) {
	t.Parallel()
	w := studied(t)
	asked, now := 0, w.Scheduler
	w.Scheduler = func() (cards.Scheduler, error) {
		asked++
		return now()
	}
	for _, anew := range []bool{false, true} {
		asked = 0
		if done := must(w.Rebuild(t.Context(), anew)); asked != 1 || done.Events < 12 {
			t.Errorf("anew %v: asked %d times for %d lines", anew, asked, done.Events)
		}
	}
}
