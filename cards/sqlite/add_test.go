package sqlite

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// elsewhere is an answer that another program took.
func elsewhere(card string, when time.Time, r cards.Rating, before cards.State) cards.Event {
	return cards.Event{Kind: cards.Answered, ID: cards.OldID(when, cards.ID{}, [16]byte{9, byte(r)}), Answer: cards.Answer{
		Card: card, Moment: at(when), Rating: r, Took: time.Second, Before: cards.Memory{State: before}, Algorithm: cards.Elsewhere("test"),
	}}
}

func quiet(int) {}

func TestAddJoinsWhatHappenedElsewhere(t *testing.T) {
	t.Parallel()
	path := temp(t)
	kept := t.TempDir()
	db, err := Open(t.Context(), path, keeping(kept))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Fill(t.Context(), []cards.Deck{deckOf(3)}, cards.NewTurns, "x", 0); err != nil {
		t.Fatal(err)
	}
	if err := rate(t, db, "c0", cards.Good, start); err != nil {
		t.Fatal(err)
	}
	own, err := db.Answers(t.Context(), "c0", 1)
	if err != nil {
		t.Fatal(err)
	}
	lines := []cards.Event{
		elsewhere("c1", start.AddDate(0, 0, -2), cards.Good, cards.Learning), // out of order
		elsewhere("c1", start.AddDate(0, 0, -3), cards.Good, cards.New),
		elsewhere("c0", start.AddDate(0, 0, -9), cards.Easy, cards.New),
		elsewhere("gone", start.AddDate(0, 0, -1), cards.Again, cards.New),
		elsewhere("c0", own[0].ID.Time().Add(2*time.Millisecond), cards.Good, cards.New), // our own answer comes back
	}
	done, err := db.Add(t.Context(), cards.LinesOf(lines), replay(t), quiet)
	if err != nil {
		t.Fatal(err)
	}
	want := cards.Merged{Events: 5, Added: 4, Answers: 4, Rebuilt: cards.Rebuilt{Events: 4, Cards: 3, Changed: 3}, Backup: kept + "/1-import"}
	if diff := cmp.Diff(want, done); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m := memoryFor(t, db, "c1"); m.Reps != 2 || m.State != cards.Review {
		t.Errorf("c1 is %+v", m)
	}
	if m := memoryFor(t, db, "c0"); m.Reps != 2 {
		t.Errorf("c0 is %+v", m)
	}
	tallies := func() []cards.Tally {
		out, err := db.Tallies(t.Context(), 0, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := tallies()
	if again, err := db.Add(t.Context(), cards.LinesOf(lines), replay(t), quiet); err != nil || again.Added != 0 || again.Backup != "" {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	rebuilt, err := db.Rebuild(t.Context(), replay(t))
	if err != nil || rebuilt.Changed != 0 {
		t.Errorf("rebuilt %+v, %v", rebuilt, err)
	}
	if diff := cmp.Diff(before, tallies()); diff != "" {
		t.Errorf("the sums of the days, and those of a rebuilding:\n%s", diff)
	}
}

// However many lines are held at once, the outcome is the same: also of a card
// whose lines come apart, and of one that has some already.
func TestAddHoldsFewLines(t *testing.T) {
	t.Parallel()
	var lines []cards.Event
	for day := range 5 {
		for card := range 7 {
			e := elsewhere(fmt.Sprintf("c%d", card), start.AddDate(0, 0, 3*day-30).Add(time.Duration(card)*time.Minute), cards.Rating(1+(day+card)%4), cards.Learning)
			lines = append(lines, e)
		}
	}
	var want []cards.Row
	var wantDays []cards.Tally
	for _, most := range []int{1, 3, 20, len(lines)} {
		db := filled(t, 8)
		if err := rate(t, db, "c0", cards.Good, start); err != nil {
			t.Fatal(err)
		}
		apart := func(yield func([]cards.Event, error) bool) {
			for i := range lines {
				if !yield(lines[i:i+1:i+1], nil) {
					return
				}
			}
		}
		last := 0
		done, err := db.add(t.Context(), apart, most, replay(t), func(n int) {
			if n < last {
				t.Errorf("%d lines after %d", n, last)
			}
			last = n
		})
		if err != nil || done.Added != len(lines) || done.Answers != len(lines) || last != len(lines) {
			t.Errorf("held %d: %+v, %v; told of %d lines", most, done, err, last)
		}
		rows, err := db.Rows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		days, err := db.Tallies(t.Context(), 0, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want, wantDays = rows, days
		}
		if diff := cmp.Diff(want, rows) + cmp.Diff(wantDays, days); diff != "" {
			t.Errorf("held %d (-held 1 +got):\n%s", most, diff)
		}
		if rebuilt, err := db.Rebuild(t.Context(), replay(t)); err != nil || rebuilt.Changed != 0 {
			t.Errorf("held %d: rebuilt %+v, %v", most, rebuilt, err)
		}
	}
}

// Siblings of a card rest on the day of an answer that came from elsewhere too,
// and on no day that a rebuilding would not say.
func TestAddLetsSiblingsRest(t *testing.T) {
	t.Parallel()
	db := openAt(t, temp(t))
	d := deckOf(4)
	for i := range d.Cards {
		d.Cards[i].Note = []string{"pair", "pair", "alone", "answered"}[i]
	}
	if err := db.Fill(t.Context(), []cards.Deck{d}, cards.NewTurns, "x", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Add(t.Context(), cards.LinesOf([]cards.Event{elsewhere("c0", start, cards.Good, cards.New)}), replay(t), quiet); err != nil {
		t.Fatal(err)
	}
	rests := func() map[string]int {
		rows, err := db.Rows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, r := range rows {
			out[r.Card.ID] = r.Rests
		}
		return out
	}
	added := rests()
	if diff := cmp.Diff(map[string]int{"c0": 0, "c1": at(start).Day, "c2": 0, "c3": 0}, added); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := db.Rebuild(t.Context(), replay(t)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rests(), added); diff != "" {
		t.Errorf("(-rebuilt +added):\n%s", diff)
	}
}

// A history that is refused halfway leaves nothing.
func TestAddIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := filled(t, 2)
	wrong := fmt.Errorf("no such history")
	failing := func([]cards.Event) (cards.Memory, error) { return cards.Memory{}, wrong }
	if _, err := db.Add(t.Context(), cards.LinesOf([]cards.Event{elsewhere("c0", start, cards.Good, cards.New)}), failing, quiet); err == nil || !strings.Contains(err.Error(), wrong.Error()) {
		t.Errorf("got %v", err)
	}
	if n := logLines(t, db); n != 0 {
		t.Errorf("%d lines", n)
	}
}

// A damaged file gives back the lines before the damage, and those behind it.
func TestSalvage(t *testing.T) {
	t.Parallel()
	path := temp(t)
	db, err := Open(t.Context(), path, config())
	if err != nil {
		t.Fatal(err)
	}
	var lines []cards.Event
	for i := range 3000 {
		lines = append(lines, elsewhere("c", start.Add(time.Duration(i)*time.Minute), cards.Good, cards.Learning))
	}
	if _, err := db.Add(t.Context(), cards.LinesOf(lines), replay(t), quiet); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := Salvage(t.Context(), path); err != nil || len(got) != len(lines) {
		t.Fatalf("of a good file: %d lines, %v", len(got), err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for i := len(b) / page / 2 * page; i < len(b)/page/2*page+3*page; i++ {
		b[i] = 0xa5
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Salvage(t.Context(), path)
	if err == nil && len(got) != len(lines) || len(got) < len(lines)/4 {
		t.Errorf("of a damaged file: %d lines of %d, %v", len(got), len(lines), err)
	}
	written := map[cards.ID]cards.Event{}
	for _, e := range lines {
		written[e.ID] = e
	}
	for _, e := range got {
		if written[e.ID] != e {
			t.Fatalf("a line that was never written: %+v", e)
		}
	}
}
