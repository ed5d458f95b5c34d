package exchange

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/cards/fsrs"
)

func quiet(string, int, int) {}

func learner() Learner {
	return Learner{Calendar: cards.Calendar{Zone: time.UTC, Rollover: 4}, Now: time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)}
}

func read(t *testing.T, file string) *anki.Collection {
	t.Helper()
	c, err := anki.Read(t.Context(), file, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func parcel(t *testing.T, c *anki.Collection, l Learner) *Parcel {
	t.Helper()
	p, err := FromAnki(t.Context(), c, l, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lines are all lines of a parcel.
func lines(t *testing.T, p *Parcel) (out []cards.Event) {
	t.Helper()
	for some, err := range p.Events {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, some...)
	}
	return out
}

// story is what an event says, in a line.
func story(e cards.Event) string {
	s := fmt.Sprintf("%s %s %s", e.At.Format("01-02 15:04"), e.Card, e.Kind)
	switch e.Kind {
	case cards.Answered:
		s += fmt.Sprintf(" %s as %s, %s", e.Rating, e.Before.State, e.Took)
	case cards.Adopted:
		s += fmt.Sprintf(" stability %.0f, due after %d days, %d answers, %d lapses", e.After.Stability, e.After.DueDay-e.After.LastDay, e.After.Reps, e.After.Lapses)
	}
	return s
}

func TestCollectionsOfAnki(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"old.apkg", "new.apkg", "old.colpkg", "new.colpkg"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			p := parcel(t, read(t, "../anki/testdata/"+file), learner())
			files, err := p.Files(fstest.MapFS{})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, f := range files {
				fmt.Fprintf(&b, "==== %s\n%s", f.Name, f.Text)
			}
			b.WriteString("==== history\n")
			all := lines(t, p)
			slices.SortFunc(all, func(a, b cards.Event) int { return strings.Compare(a.ID.String(), b.ID.String()) })
			for _, e := range all {
				if e.Kind != cards.Suspended && e.Kind != cards.Marked { // at the moment when the file was made
					b.WriteString(story(e) + "\n")
				}
			}
			fmt.Fprintf(&b, "==== said\n%s\n", strings.Join(p.Said, "\n"))
			golden(t, "testdata/collection.golden", b.String())
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// The same file gives the same lines, on another day and on another machine.
func TestLinesAreNamedByWhatHappened(t *testing.T) {
	t.Parallel()
	c := read(t, "../anki/testdata/new.apkg")
	later, away := learner(), learner()
	later.Now = later.Now.AddDate(1, 0, 0)
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	away.Calendar.Zone = zone
	names := func(l Learner) (out []string) {
		for _, e := range lines(t, parcel(t, c, l)) {
			out = append(out, e.ID.String())
		}
		slices.Sort(out)
		return out
	}
	want := names(learner())
	if len(slices.Compact(slices.Clone(want))) != len(want) || len(want) != 16 {
		t.Errorf("%d lines, some with one name", len(want))
	}
	if diff := cmp.Diff(want, names(later)); diff != "" {
		t.Errorf("a year later (-want +got):\n%s", diff)
	}
	var reviews []string // the other lines hold a day
	for _, e := range lines(t, parcel(t, c, away)) {
		if e.Zone != "Pacific/Auckland" || e.Offset == 0 {
			t.Errorf("%s is of zone %q, %d s", e.ID, e.Zone, e.Offset)
		}
		if e.Kind == cards.Answered {
			reviews = append(reviews, e.ID.String())
		}
	}
	for _, r := range reviews {
		if !slices.Contains(want, r) {
			t.Errorf("%s is named otherwise in Auckland", r)
		}
	}
}

// FSRS makes a memory of each history, by replay alone.
func TestHistoryIsReplayed(t *testing.T) {
	t.Parallel()
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	byCard := map[string][]cards.Event{}
	for _, e := range lines(t, parcel(t, read(t, "../anki/testdata/new.apkg"), learner())) {
		byCard[e.Card] = append(byCard[e.Card], e)
	}
	type seen struct {
		State             cards.State
		Reps, Lapses      int
		Suspended, Marked bool
		Due, LeastDays    int
	}
	got := map[string]seen{}
	for card, lines := range byCard {
		slices.SortFunc(lines, func(a, b cards.Event) int { return strings.Compare(a.ID.String(), b.ID.String()) })
		m, err := cards.Replay(s, lines)
		if err != nil {
			t.Fatal(err)
		}
		got[card] = seen{m.State, m.Reps, m.Lapses, m.Suspended, m.Marked, m.DueDay - m.LastDay, int(m.Stability)}
	}
	want := map[string]seen{
		"anki-m52wszccmfzwsyzr":         {State: cards.Review, Reps: 6, Lapses: 1, Due: 6, LeastDays: 4},
		"anki-m52wszcsmv3cukrs/reverse": {State: cards.Review, Reps: 2, Due: 2, LeastDays: 2},
		"anki-m52wszcdnrxxuzjt":         {Marked: true},
		"anki-m52wszcdnrxxuzjt/c2":      {State: cards.Review, Reps: 12, Lapses: 2, Marked: true, Due: 55, LeastDays: 54},
		"anki-m52wszcmn5xgkxzv":         {State: cards.Review, Reps: 9, Due: 100, LeastDays: 100},
		"anki-m52wszcimfwhixzw":         {Suspended: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What cannot have happened is left out and said; nothing else is lost.
func TestReviewsThatCannotBe(t *testing.T) {
	t.Parallel()
	c := read(t, "../anki/testdata/old.apkg")
	k := c.Cards[0].ID
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).UnixMilli()
	c.Reviews = []anki.Review{
		{ID: -5, Card: k, Ease: 3, Kind: anki.Learn},
		{ID: at, Card: k, Ease: 3, Kind: anki.Learn, Took: -7},
		{ID: at + 1, Card: k, Ease: 3, Kind: anki.Learn, Took: 1 << 40},
		{ID: at + 2, Card: k, Ease: 9, Kind: anki.Reviewed},
		{ID: at + 3, Card: k, Ease: 2, Kind: 77},
		{ID: learner().Now.AddDate(3, 0, 0).UnixMilli(), Card: k, Ease: 3, Kind: anki.Reviewed},
		{ID: 1 << 62, Card: k, Ease: 3, Kind: anki.Reviewed},
		{ID: at + 4, Card: 99, Ease: 3, Kind: anki.Reviewed},
	}
	p := parcel(t, c, learner())
	var got []string
	for _, e := range lines(t, p) {
		if e.Kind == cards.Answered {
			got = append(got, story(e))
		}
	}
	if diff := cmp.Diff([]string{
		"11-20 09:00 anki-m52wszccmfzwsyzr answer good as new, 0s", "11-20 09:00 anki-m52wszccmfzwsyzr answer good as learning, 2m0s",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"3 reviews: left out, dated before 1970 or after today: a clock was wrong",
		"2 reviews: left out, of a kind that Anki does not have", "1 review: left out, of cards that Anki has deleted",
	} {
		if !slices.Contains(p.Said, want) {
			t.Errorf("not said: %q; said %q", want, p.Said)
		}
	}
}

// Steps of the first scheduler had three buttons: again, good, easy.
func TestOldSteps(t *testing.T) {
	t.Parallel()
	c := read(t, "../anki/testdata/old.apkg")
	c.OldSteps = true
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).UnixMilli()
	c.Reviews = nil
	for i, kind := range []int{anki.Learn, anki.Learn, anki.Learn, anki.Reviewed} {
		c.Reviews = append(c.Reviews, anki.Review{ID: at + int64(i), Card: c.Cards[0].ID, Ease: []int{1, 2, 3, 2}[i], Kind: kind})
	}
	var got []cards.Rating
	for _, e := range lines(t, parcel(t, c, learner())) {
		if e.Kind == cards.Answered {
			got = append(got, e.Rating)
		}
	}
	if diff := cmp.Diff([]cards.Rating{cards.Again, cards.Good, cards.Easy, cards.Hard}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// studied reads decks and puts a history beside their cards.
func studied(t *testing.T, p *Parcel) []cards.Studied {
	t.Helper()
	files, err := p.Files(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var out []cards.Studied
	for _, f := range files {
		d, _ := deck.Parse(f.Name, f.Text)
		for _, c := range d.Cards {
			k := cards.Studied{Row: cards.Row{Card: c}}
			for _, e := range lines(t, p) {
				if e.Card == c.ID {
					k.Lines = append(k.Lines, e)
				}
			}
			slices.SortFunc(k.Lines, func(a, b cards.Event) int { return strings.Compare(a.ID.String(), b.ID.String()) })
			if k.Memory, err = cards.Replay(s, k.Lines); err != nil {
				t.Fatal(err)
			}
			out = append(out, k)
		}
	}
	Sort(out)
	return out
}

// answersOf are the answers of a parcel, as far as all programs know them.
func answersOf(t *testing.T, p *Parcel) (out []string) {
	t.Helper()
	for _, e := range lines(t, p) {
		if e.Kind == cards.Answered || e.Kind == cards.Forgotten {
			out = append(out, fmt.Sprint(e.ID, story(e), e.Algorithm))
		}
	}
	slices.Sort(out)
	return out
}

// A package that goes out and comes back is the same to us: the same notes, and
// lines of the same names.
func TestOutAndBack(t *testing.T) {
	t.Parallel()
	want := parcel(t, read(t, "../anki/testdata/new.apkg"), learner())
	col, err := ToAnki(studied(t, want), learner())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "out.apkg")
	if err := anki.Write(t.Context(), file, col, quiet); err != nil {
		t.Fatal(err)
	}
	same(t, want, parcel(t, read(t, file), learner()))
}

func same(t *testing.T, want, got *Parcel) {
	t.Helper()
	if diff := cmp.Diff(answersOf(t, want), answersOf(t, got)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	texts := func(p *Parcel) map[string]Note {
		out := map[string]Note{}
		for _, d := range p.Decks {
			for _, n := range d.Notes {
				n.Front, n.Back = strings.Join(strings.Fields(n.Front), " "), strings.Join(strings.Fields(n.Back), " ")
				out[n.ID] = n
			}
		}
		return out
	}
	if diff := cmp.Diff(texts(want), texts(got)); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// python is a Python that has Anki's own package: $GATEDRILL_TEST_ANKI, or the
// one on the path.
func python(t *testing.T) string {
	t.Helper()
	name := os.Getenv("GATEDRILL_TEST_ANKI")
	if name == "" {
		name = "python3"
		if out, err := exec.Command(name, "-c", "import anki.collection").CombinedOutput(); err != nil {
			last := strings.TrimSpace(string(out))
			t.Skipf("no Python with Anki's package (%v: %s): pip install anki, and set GATEDRILL_TEST_ANKI to that python", err, last[strings.LastIndexByte(last, '\n')+1:])
		}
	}
	return name
}

// Anki's own program opens what we write, finds no fault in it, shows the
// cards as they are meant, and exports it again without losing anything.
func TestAnkiReadsWhatWeWrite(t *testing.T) {
	t.Parallel()
	py := python(t)
	want := parcel(t, read(t, "../anki/testdata/new.apkg"), learner())
	out := studied(t, want)
	out = append(out, native(t)...)
	Sort(out)
	col, err := ToAnki(out, learner())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.apkg"), filepath.Join(dir, "theirs.apkg")
	if err := anki.Write(t.Context(), ours, col, quiet); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(py, "testdata/through.py", ours, theirs)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", py, err, text)
	}
	var said struct {
		OK    bool
		Said  string
		New   int
		Cards map[string]struct {
			Question, Answer, Deck    string
			Type, Queue, Interval, In int
			Reviews                   [][]int64
		}
	}
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	if !said.OK || said.New != 7 || len(said.Cards) != len(out) {
		t.Errorf("Anki: ok %v (%s), %d new notes, %d cards of %d", said.OK, said.Said, said.New, len(said.Cards), len(out))
	}
	k, ok := said.Cards["guidBasic1 0"]
	if !ok || !strings.Contains(k.Question, "<strong>SNI</strong>") || !strings.Contains(k.Answer, "<code>passthrough</code>") || len(k.Reviews) != 6 || k.Type != 2 || k.Interval != 6 {
		t.Errorf("the first card: %+v", k)
	}
	own := said.Cards["gatedrill:ours 0"]
	if own.Deck != "gatedrill::own" || len(own.Reviews) != 2 || own.Reviews[1][6] != anki.Learn || own.Reviews[1][1] != 3 {
		t.Errorf("a card of our own: %+v", own)
	}
	back := parcel(t, read(t, theirs), learner())
	var others Parcel
	for _, d := range back.Decks {
		if d.Name != "own" {
			others.Decks = append(others.Decks, d)
		}
	}
	var rest []cards.Event
	for _, e := range lines(t, back) {
		if e.Card != "ours" {
			rest = append(rest, e)
		}
	}
	others.Events = cards.LinesOf(rest)
	same(t, want, &others)
}

// native is a card of our own with two answers of ours.
func native(t *testing.T) []cards.Studied {
	t.Helper()
	s, err := fsrs.New(fsrs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	k := cards.Studied{Row: cards.Row{Card: cards.Card{ID: "ours", Note: "ours", Deck: "own", Front: "Who?", Back: "We.", Source: "https://example.com/"}}}
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for i := range 2 {
		now := learner().Calendar.Moment(at.Add(time.Duration(i) * 10 * time.Minute))
		after, err := s.Next("ours", k.Memory, cards.Good, now)
		if err != nil {
			t.Fatal(err)
		}
		e := cards.Event{Kind: cards.Answered, ID: cards.OldID(now.At, cards.ID{}, [16]byte{1}),
			Answer: cards.Answer{Card: "ours", Moment: now, Rating: cards.Good, Before: k.Memory, After: after, Algorithm: s.Algorithm("ours"), Took: time.Second}}
		k.Lines, k.Memory = append(k.Lines, e), after
	}
	return []cards.Studied{k}
}
