package study_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/sqlite"
)

// copyTo makes a home of its own out of one: what is done there from now on,
// this one knows nothing of.
func (w *world) copyTo(zone string) *world {
	w.t.Helper()
	c := &world{t: w.t, now: w.now, path: filepath.Join(w.t.TempDir(), "cards.db"), calendar: w.calendar}
	c.travel(zone, notes(8))
	c.merge(w)
	return c
}

func (w *world) merge(other *world) cards.Merged {
	w.t.Helper()
	done, err := w.Merge(w.t.Context(), other.path)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// all is everything that is derived from a log, and the answers in it.
type all struct {
	Rows    []cards.Row
	Days    []cards.Tally
	Tags    []cards.Tally
	Answers []cards.Given
}

func (w *world) all() all {
	w.t.Helper()
	ctx := w.t.Context()
	const ever = 1 << 20
	return all{
		must(w.Store.Rows(ctx)), must(w.Store.Tallies(ctx, 0, ever)), must(w.Store.TagTallies(ctx, 0, ever)), must(w.Answers(ctx, "", ever)),
	}
}

// live does something at random, as a learner may.
func (w *world) live(rng *rand.Rand) {
	w.t.Helper()
	ctx := w.t.Context()
	w.now = w.now.Add(time.Duration(rng.IntN(20*60)-30) * time.Minute) // at times a clock goes back
	card := fmt.Sprintf("t%d", rng.IntN(8))
	var err error
	switch rng.IntN(11) {
	case 0:
		_, err = w.Urge(ctx, []string{card}, "wrong in lab H1")
	case 1:
		var done []cards.ID
		done, err = w.Act(ctx, cards.Actions()[rng.IntN(len(cards.Actions()))], card)
		w.acted = append(w.acted, done...)
	case 4:
		if n := len(w.acted); n > 0 {
			if _, err = w.Undo(ctx, w.acted[rng.IntN(n)]); errors.Is(err, cards.ErrUndone) {
				err = nil
			}
		}
	case 2, 3:
		answers := must(w.Answers(ctx, "", 20))
		if len(answers) > 0 { // any of them, also one that came from elsewhere
			if _, err = w.Undo(ctx, answers[rng.IntN(len(answers))].ID); errors.Is(err, cards.ErrUndone) {
				err = nil
			}
		}
	case 5: // by other parameters for once, as those of a moment are
		err = w.reschedule(0.8)
	default:
		var p *cards.Prompt
		if p, err = w.Reread(ctx, &cards.Prompt{Card: cards.Card{ID: card}}, ""); err == nil && p != nil {
			_, err = w.Rate(ctx, p, cards.Rating(1+rng.IntN(4)), time.Duration(rng.IntN(60))*time.Second)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// seed is another one with each run; GATEDRILL_TEST_SEED plays one again.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := rand.Uint64()
	if text := os.Getenv("GATEDRILL_TEST_SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("GATEDRILL_TEST_SEED=%d", n)
	return n
}

// Three homes go their own ways from a common past, in three zones, meet at
// times and part again. In the end they know the same, whoever was merged
// into whom first, and a rebuild changes nothing.
func TestMergedHomesAgree(t *testing.T) {
	t.Parallel()
	first := seed(t)
	for round := range uint64(6) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(first, round))
			desk := newWorld(t, notes(8), cards.Room{New: 40, Reviews: 200})
			for range 10 {
				desk.live(rng)
			}
			homes := []*world{desk, desk.copyTo("America/Los_Angeles"), desk.copyTo("Pacific/Auckland")}
			for range 60 {
				homes[rng.IntN(3)].live(rng)
				if rng.IntN(12) == 0 {
					a := rng.IntN(3)
					homes[a].merge(homes[(a+1+rng.IntN(2))%3])
				}
			}
			agree(t, homes)
		})
	}
}

// agree merges all into all, in different orders.
func agree(t *testing.T, homes []*world) {
	t.Helper()
	a, b, c := homes[0], homes[1], homes[2]
	a.merge(b)
	a.merge(c) // (a+b)+c
	b.merge(c)
	b.merge(a) // (b+c)+a
	c.merge(b) // all of it at once
	want := a.all()
	if len(want.Answers) == 0 {
		t.Fatal("nothing was answered")
	}
	for i, h := range homes[1:] {
		if diff := cmp.Diff(want, h.all()); diff != "" {
			t.Fatalf("homes 0 and %d differ:\n%s", i+1, diff)
		}
	}
	for i, h := range homes {
		if done := h.merge(homes[(i+1)%3]); done.Added != 0 || done.Backup != "" {
			t.Errorf("merged again: %+v", done)
		}
		if done, err := h.Rebuild(t.Context(), false); err != nil || done.Changed != 0 {
			t.Errorf("rebuilt: %+v, %v", done, err)
		}
		if diff := cmp.Diff(want, h.all()); diff != "" {
			t.Errorf("a rebuild changed home %d:\n%s", i, diff)
		}
	}
}

// Both homes answered the same card from the same state: both answers count,
// one after the other.
func TestContradictingAnswers(t *testing.T) {
	t.Parallel()
	desk := newWorld(t, notes(8), cards.Room{New: 40, Reviews: 200})
	desk.day(cards.Easy)
	laptop := desk.copyTo("Europe/Berlin")
	card := must(desk.Card(t.Context(), "t0"))
	at := desk.calendar.Start(card.Memory.DueDay).Add(8 * time.Hour)
	answer := func(w *world, at time.Time, r cards.Rating) {
		t.Helper()
		w.now = at
		p := must(w.Reread(t.Context(), &cards.Prompt{Card: card.Card}, ""))
		must(w.Rate(t.Context(), p, r, time.Second))
	}
	answer(desk, at, cards.Good)
	answer(laptop, at.Add(time.Hour), cards.Again)
	if done := desk.merge(laptop); done.Added != 1 || done.Answers != 1 || done.Rebuilt.Changed != 1 || done.Backup == "" {
		t.Errorf("merged %+v", done)
	}
	if done := laptop.merge(desk); done.Added != 1 {
		t.Errorf("the other way: %+v", done)
	}
	if diff := cmp.Diff(desk.all(), laptop.all()); diff != "" {
		t.Errorf("desk and laptop differ:\n%s", diff)
	}
	m := must(desk.Card(t.Context(), "t0")).Memory
	if m.Reps != card.Memory.Reps+2 || m.State != cards.Relearning || m.Lapses != 1 {
		t.Errorf("known and an hour later forgotten: %+v", m)
	}
	if s := desk.summary(); s.Reviewed != 2 {
		t.Errorf("%d answers that day, want 2", s.Reviewed)
	}
}

// A home in use can be merged from; the file is left as it is.
func TestMergeReadsOnly(t *testing.T) {
	t.Parallel()
	desk := newWorld(t, tls(8), usual())
	laptop := newWorld(t, tls(8), usual())
	laptop.answer(cards.Good) // still in the write-ahead log
	if done := desk.merge(laptop); done.Added != 1 {
		t.Errorf("merged %+v", done)
	}
	if laptop.answer(cards.Good) == "" {
		t.Error("the laptop does not go on")
	}
	if err := laptop.Store.(*sqlite.DB).Close(); err != nil {
		t.Fatal(err)
	}
	before := must(os.ReadFile(laptop.path))
	if err := os.Chmod(laptop.path, 0o400); err != nil {
		t.Fatal(err)
	}
	if done := desk.merge(laptop); done.Added != 1 {
		t.Errorf("merged %+v", done)
	}
	if diff := cmp.Diff(before, must(os.ReadFile(laptop.path))); diff != "" {
		t.Error("the other file was changed")
	}
	if left := must(filepath.Glob(laptop.path + "*")); len(left) != 1 {
		t.Errorf("files were left beside it: %v", left)
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	desk := newWorld(t, tls(8), usual())
	desk.day(cards.Easy)
	before := desk.all()
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name, file string
		want       error
	}{
		{"nothing", filepath.Join(dir, "absent.db"), os.ErrNotExist},
		{"itself", desk.path, nil},
		{"text", write("text.db", "no database at all, but some text"), sqlite.ErrDamaged},
		{"empty", write("empty.db", ""), nil},
		{"a folder", dir, nil},
	} {
		if _, err := desk.Merge(ctx, tt.file); err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if diff := cmp.Diff(before, desk.all()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	if left := must(filepath.Glob(desk.path + ".*.backup")); len(left) != 0 {
		t.Errorf("backups of merges that were refused: %v", left)
	}
}
