package cards_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gatedrill/gatedrill/cards"
)

func id(t *testing.T, at time.Time, after cards.ID, random io.Reader) cards.ID {
	t.Helper()
	out, err := cards.NewID(at, after, random)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The order of IDs is that of writing, whatever the clock says.
func TestIDsAreInOrder(t *testing.T) {
	t.Parallel()
	var last cards.ID
	for i, at := range []time.Time{
		noon.At, noon.At, noon.At.Add(time.Hour), noon.At.AddDate(-3, 0, 0), {}, time.Unix(0, 0), noon.At.AddDate(4000, 0, 0), noon.At,
	} {
		next := id(t, at, last, rand.Reader)
		if bytes.Compare(next[:], last[:]) <= 0 || next.String() <= last.String() {
			t.Errorf("%d: %s is not after %s", i, next, last)
		}
		u := uuid.UUID(next)
		if u.Version() != 7 || u.Variant() != uuid.RFC4122 {
			t.Errorf("%d: version %v, variant %v", i, u.Version(), u.Variant())
		}
		last = next
	}
	first := uuid.UUID(id(t, noon.At, cards.ID{}, rand.Reader))
	sec, nsec := first.Time().UnixTime()
	if got := time.Unix(sec, nsec); got.UnixMilli() != noon.At.UnixMilli() {
		t.Errorf("the time in it is %v, want %v", got, noon.At)
	}
}

// Two machines that answer in one millisecond name their answers apart.
func TestIDsDoNotCollide(t *testing.T) {
	t.Parallel()
	seen := map[cards.ID]bool{}
	for range 20000 {
		seen[id(t, noon.At, cards.ID{}, rand.Reader)] = true
	}
	if len(seen) != 20000 {
		t.Errorf("%d names for 20000 answers", len(seen))
	}
	digest := [16]byte{1, 2, 3}
	if a, b := cards.OldID(noon.At, cards.ID{}, digest), cards.OldID(noon.At, cards.ID{}, digest); a != b || a.IsZero() {
		t.Errorf("one old line has two names: %s and %s", a, b)
	}
}

func TestNoIDWithoutChanceOrTime(t *testing.T) {
	t.Parallel()
	if _, err := cards.NewID(noon.At, cards.ID{}, strings.NewReader("short")); err == nil {
		t.Error("an ID of five random bytes")
	}
	end := cards.ID(bytes.Repeat([]byte{0xff}, 16))
	if _, err := cards.NewID(noon.At, end, rand.Reader); err == nil {
		t.Error("an ID after the last one")
	}
}

func TestEnding(t *testing.T) {
	t.Parallel()
	whole := id(t, noon.At, cards.ID{}, rand.Reader)
	for text, want := range map[string]string{
		whole.String():                  strings.ReplaceAll(whole.String(), "-", ""),
		strings.ToUpper(whole.Name()):   whole.Name(),
		"7B1A-9c5e3f0a52d96b04":         "7b1a9c5e3f0a52d96b04",
		"52d96b0":                       "",
		"52d96b0x":                      "",
		"":                              "",
		strings.Repeat("0", 33):         "",
		"52d96b04'; DROP TABLE log; --": "",
	} {
		got, err := cards.Ending(text)
		if got != want || errors.Is(err, cards.ErrNoName) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}
