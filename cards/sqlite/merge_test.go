package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// What cannot be one log with ours is refused whole, and named by its file.
func TestMergeRefusesForeignLines(t *testing.T) {
	t.Parallel()
	const bare = "DROP TRIGGER log_is_never_changed; DROP TRIGGER log_is_never_cut; "
	tests := []struct {
		name, change string
		want         error
	}{
		{"another rating", bare + "UPDATE log SET rating = 4", ErrConflict},
		{"another memory", bare + "UPDATE log SET after = '{\"state\":2}'", ErrConflict},
		{"no rating", bare + "UPDATE log SET rating = 7", ErrForeign},
		{"another kind", bare + "UPDATE log SET kind = 'edit'", ErrForeign},
		{"undo of nothing", bare + "UPDATE log SET kind = 'undo'", ErrForeign},
		{"short name", bare + "UPDATE log SET id = x'01'", ErrForeign},
		{"name at the end of time", bare + "UPDATE log SET id = x'ffffffffffff70008000000000000000'", ErrForeign},
		{"newer", "PRAGMA user_version = 99", ErrNewer},
		{"of another program", "PRAGMA application_id = 1", ErrForeign},
		{"memory that cannot be read", bare + "UPDATE log SET id = x'010000000000700080000000000000ff', after = '{'", nil},
		{"memory that cannot be replayed", bare + `INSERT INTO log (id, kind, card, at, day, rating, before, after)
			SELECT x'010000000000700080000000000000ff', kind, card, at, day, 3, '{"state":2,"reps":9}', after FROM log`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := filled(t, 2), filled(t, 2)
			if err := rate(t, ours, "c0", cards.Good, start); err != nil {
				t.Fatal(err)
			}
			if _, err := theirs.Merge(t.Context(), ours.path, replay(t)); err != nil {
				t.Fatal(err)
			}
			if _, err := theirs.sql.Exec(tt.change); err != nil {
				t.Fatal(err)
			}
			rows, sums := state(t, ours)
			lines := logLines(t, ours)
			done, err := ours.Merge(t.Context(), theirs.path, func(events []cards.Event) (cards.Memory, error) {
				if events[0].Before.Reps == 9 {
					return cards.Memory{}, errors.New("nobody has it")
				}
				return replay(t)(events)
			})
			if err == nil || (tt.want != nil && !errors.Is(err, tt.want)) || !strings.Contains(err.Error(), theirs.path) {
				t.Errorf("merged %+v, %v, want %v with the file's name", done, err, tt.want)
			}
			again, sumsAgain := state(t, ours)
			if diff := cmp.Diff(rows, again) + cmp.Diff(sums, sumsAgain); diff != "" || logLines(t, ours) != lines {
				t.Errorf("%d lines, there were %d; what changed:\n%s", logLines(t, ours), lines, diff)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(ours.path), "gatedrill-merge-*")); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// A line written after a merge is the last one, also where the other home's
// clock was years ahead.
func TestLinesAfterAMergeAreLast(t *testing.T) {
	t.Parallel()
	ours, theirs := filled(t, 2), filled(t, 2)
	if err := rate(t, theirs, "c0", cards.Good, start.AddDate(70, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Merge(t.Context(), theirs.path, replay(t)); err != nil {
		t.Fatal(err)
	}
	id, err := answer(t, ours, "c1", cards.Good, start)
	if err != nil {
		t.Fatal(err)
	}
	given, err := ours.Answers(t.Context(), "", 9)
	if err != nil || len(given) != 2 || given[0].ID != id || !given[0].At.Equal(start) {
		t.Errorf("answers %+v, %v, want the one of now first", given, err)
	}
}

// A card that only the other home's decks had keeps its log here.
func TestMergeKeepsCardsThatNoDeckHas(t *testing.T) {
	t.Parallel()
	ours, theirs := filled(t, 1), filled(t, 3)
	if err := rate(t, theirs, "c2", cards.Easy, start); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Merge(t.Context(), theirs.path, replay(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := ours.Card(t.Context(), "c2"); !errors.Is(err, cards.ErrNoCard) {
		t.Errorf("it is served without a deck: %v", err)
	}
	if err := ours.Fill(t.Context(), []cards.Deck{deckOf(3)}, cards.NewTurns, "second", 0); err != nil {
		t.Fatal(err)
	}
	if got, want := memoryFor(t, ours, "c2"), memoryFor(t, theirs, "c2"); got != want {
		t.Errorf("with its deck: %+v, want %+v", got, want)
	}
}
