package study_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// Two windows show one card: what one answers, the other may not answer as if
// nothing had happened.
func TestTwoWindowsShowOneCard(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(3), usual())
	other := w.open(tls(3), usual())
	here := w.next()
	there, err := other.Next(ctx, "")
	if err != nil || there.Card.ID != here.Card.ID {
		t.Fatalf("not one card: %+v, %v", there, err)
	}
	if _, err := other.Rate(ctx, there, cards.Good, time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Rate(ctx, here, cards.Again, time.Second); !errors.Is(err, cards.ErrOutdated) {
		t.Fatalf("got %v, want ErrOutdated", err)
	}
	if sum := w.summary(); sum.Reviewed != 1 {
		t.Errorf("%d answers are stored, want that of the other window", sum.Reviewed)
	}
	anew, err := w.Reread(ctx, here, "")
	if err != nil || anew == nil || anew.Memory.Reps != 1 || anew.Reason != "learning" || anew.Choices == here.Choices {
		t.Fatalf("the card anew: %+v, %v", anew, err)
	}
	if _, err := w.Rate(ctx, anew, cards.Easy, time.Second); err != nil {
		t.Fatal(err)
	}
	if p, err := other.Reread(ctx, there, ""); p != nil || err != nil {
		t.Errorf("learned elsewhere, and still to be answered: %+v, %v", p, err)
	}
}

func TestRatingAgainstOtherChanges(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(3), usual())
	other := w.open(tls(3), usual())
	p := w.next()
	if _, err := other.Urge(ctx, []string{p.Card.ID}, "wrong in lab H1"); err != nil {
		t.Fatal(err)
	}
	id, err := w.Rate(ctx, p, cards.Good, time.Second)
	if err != nil {
		t.Errorf("a card that a lab made due meanwhile is answered: %v", err)
	}
	if _, err := other.Undo(ctx, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Rate(ctx, p, cards.Good, time.Second); err != nil {
		t.Errorf("a card whose answer was taken back is answered anew: %v", err)
	}
	p = w.next()
	if _, err := other.Act(ctx, cards.Suspended, p.Card.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Rate(ctx, p, cards.Good, time.Second); !errors.Is(err, cards.ErrOutdated) {
		t.Errorf("suspended meanwhile: %v", err)
	}
	if again, err := w.Reread(ctx, p, ""); again != nil || err != nil {
		t.Errorf("suspended, and still to be answered: %+v, %v", again, err)
	}
}

func TestRatingOfACardThatLeftItsDeck(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(1), usual())
	p := w.next()
	w.open(&decks{print: "2"}, usual())
	if _, err := w.Rate(ctx, p, cards.Good, time.Second); !errors.Is(err, cards.ErrOutdated) || !errors.Is(err, cards.ErrNoCard) {
		t.Errorf("got %v, want ErrOutdated and ErrNoCard", err)
	}
	if again, err := w.Reread(ctx, p, ""); again != nil || err != nil {
		t.Errorf("no deck has it, and it is still to be answered: %+v, %v", again, err)
	}
}

// A card that was left open over night has other intervals in the morning.
func TestRatingOfYesterday(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(1), usual())
	w.answer(cards.Easy)
	w.now = w.now.AddDate(0, 0, 12)
	p := w.next()
	w.now = w.now.Add(5 * time.Hour)
	same, err := w.Reread(ctx, p, "")
	if diff := cmp.Diff(intervals(p), intervals(same)); err != nil || same.Memory != p.Memory || diff != "" {
		t.Errorf("%v; another card later that day:\n%s", err, diff)
	}
	w.now = w.now.AddDate(0, 0, 9)
	if _, err := w.Rate(ctx, p, cards.Good, time.Second); !errors.Is(err, cards.ErrOutdated) {
		t.Fatalf("got %v, want ErrOutdated", err)
	}
	anew, err := w.Reread(ctx, p, "")
	if err != nil || anew.Memory != p.Memory || anew.Choices[2].Interval <= p.Choices[2].Interval {
		t.Errorf("computed anew: %+v, %v; before %+v", anew.Choices, err, p.Choices)
	}
	if _, err := w.Rate(ctx, anew, cards.Good, time.Second); err != nil {
		t.Error(err)
	}
}

func intervals(p *cards.Prompt) (out [4]time.Duration) {
	for i, c := range p.Choices {
		out[i] = c.Interval
	}
	return out
}

// What was on screen is in the log.
func TestAnswersTellWhatWasSeen(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(2), usual())
	p := w.next()
	id, err := w.Rate(ctx, p, cards.Hard, 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	second := w.answer(cards.Good)
	if _, err := w.Undo(ctx, w.given[0]); err != nil {
		t.Fatal(err)
	}
	got := must(w.Answers(ctx, "", 10))
	if len(got) != 2 || !got[0].Undone || got[0].Card != second || got[1].Undone {
		t.Fatalf("answers %+v", got)
	}
	want := cards.Given{ID: id, Answer: cards.Answer{
		Card: p.Card.ID, Moment: w.calendar.Moment(w.now.Add(-time.Minute)), Rating: cards.Hard, Took: 3 * time.Second,
		Before: p.Memory, After: p.Choices[1].After, Algorithm: must(w.Scheduler()).Algorithm(p.Card.ID),
		Shown: [4]time.Duration{time.Minute, 330 * time.Second, 10 * time.Minute, p.Choices[3].Interval},
	}}
	if diff := cmp.Diff(want, got[1]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[1].Zone != "Europe/Berlin" || got[1].Offset != 3600 {
		t.Errorf("zone %q at %d s", got[1].Zone, got[1].Offset)
	}
	if one := must(w.Answers(ctx, p.Card.ID, 10)); len(one) != 1 || one[0].ID != id {
		t.Errorf("answers to one card: %+v", one)
	}
}

func TestRevokeByName(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(4), usual())
	first := w.answer(cards.Good)
	w.answer(cards.Good)
	if card, err := w.Revoke(ctx, w.given[0].Name()); err != nil || card != first {
		t.Errorf("revoked an answer to %q, %v, want %q", card, err, first)
	}
	if w.summary().Reviewed != 1 {
		t.Error("it still counts")
	}
	if card, err := w.Revoke(ctx, w.given[1].String()); err != nil || card == first {
		t.Errorf("by its full name: %q, %v", card, err)
	}
	for name, want := range map[string]error{
		w.given[0].Name(): cards.ErrUndone, "00000000": cards.ErrNoAnswer, "short": cards.ErrNoName, "": cards.ErrNoName,
	} {
		if _, err := w.Revoke(ctx, name); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
}

// Decks are taken over as they are written, and never in turns with a program
// that has others.
func TestPulseTakesDecksOver(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	mine, theirs := tls(2), tls(3)
	theirs.print = "theirs"
	w := newWorld(t, mine, usual())
	must(w.Pulse(ctx))
	w.answer(cards.Good)
	other := w.open(theirs, usual())
	var last cards.Pulse
	for i := range 4 {
		must(other.Pulse(ctx))
		now := must(w.Pulse(ctx))
		if i > 0 && now != last {
			t.Fatalf("two programs with other decks take turns: %v, then %v", last, now)
		}
		last = now
	}
	if n := must(w.Summary(ctx)).Total; n != 3 {
		t.Errorf("%d cards, want those of the program that was last", n)
	}
	mine.print, mine.decks = "written anew", tls(5).decks
	if now := must(w.Pulse(ctx)); now == last {
		t.Error("decks that were written are not taken over")
	}
	sum := must(w.Summary(ctx))
	if sum.Total != 5 || sum.Reviewed != 1 {
		t.Errorf("%d cards and %d answers, want 5 and the one answer", sum.Total, sum.Reviewed)
	}
}

func TestPulse(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, tls(4), usual())
	other := w.open(tls(4), usual())
	last := must(w.Pulse(ctx))
	changed := func(what string, want bool) {
		t.Helper()
		now := must(w.Pulse(ctx))
		if got := now != last; got != want {
			t.Errorf("%s: pulse changed %v, want %v", what, got, want)
		}
		last = now
	}
	changed("nothing", false)
	w.now = w.now.Add(time.Minute)
	w.summary()
	changed("reading and a minute", false)
	w.answer(cards.Good)
	changed("an answer here", true)
	p := must(other.Next(ctx, ""))
	changed("reading elsewhere", false)
	must(other.Rate(ctx, p, cards.Good, 0))
	changed("an answer elsewhere", true)
	w.now = w.now.AddDate(0, 0, 1)
	changed("a day", true)
	changed("nothing again", false)
}
