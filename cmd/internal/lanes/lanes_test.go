package lanes_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cmd/internal/lanes"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// bakery is a backend that notes what happens to it, by its home's name.
type bakery struct {
	cluster.Backend
	*ovens
	home string
}

type ovens struct {
	cold map[string]error // homes that do not start
	hold chan struct{}    // nothing goes down before it is closed

	mu   sync.Mutex
	said []string
}

func (o *ovens) note(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, what)
}

func (b bakery) Up(context.Context, func(cluster.Progress)) (*cluster.Handle, error) {
	b.note("up " + filepath.Base(b.home))
	return &cluster.Handle{Name: b.home}, b.cold[filepath.Base(b.home)]
}

func (b bakery) Down(ctx context.Context) error {
	b.note("down " + filepath.Base(b.home))
	if b.hold != nil {
		<-b.hold
	}
	return ctx.Err()
}

func (b bakery) Close() {}

func TestRun(t *testing.T) {
	t.Parallel()
	burnt, cold := errors.New("the bread burnt"), errors.New("no gas")
	for name, c := range map[string]struct {
		most    int
		keep    bool
		stay    bool
		cold    map[string]error
		done    []string // by all of them together
		said    []string
		left    []string // homes
		failure error
	}{
		"each is done once": {most: 2, done: []string{"bun", "loaf", "roll"}, said: []string{"down 1", "down 2", "up 1", "up 2"}},
		"no more sandboxes than work": {most: 9, done: []string{"bun", "loaf", "roll"},
			said: []string{"down 1", "down 2", "down 3", "up 1", "up 2", "up 3"}},
		"with data for the next run": {most: 1, stay: true, done: []string{"bun", "loaf", "roll"}, said: []string{"down 1", "up 1"}, left: []string{"1"}},
		"kept":                       {most: 1, keep: true, done: []string{"bun", "loaf", "roll"}, said: []string{"up 1"}, left: []string{"1"}},
		"one that failed":            {most: 1, done: []string{"bun"}, said: []string{"down 1", "up 1"}, left: []string{"1"}, failure: burnt},
		"one that does not start": {most: 1, cold: map[string]error{"1": cold}, said: []string{"down 1", "up 1"}, left: []string{"1"},
			failure: cold},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, homes := &ovens{cold: c.cold}, filepath.Join(t.TempDir(), "lanes")
			var mu sync.Mutex
			var done []string
			all := make(chan struct{}) // closed when as many lanes as there are have begun
			var begun sync.WaitGroup
			begun.Add(min(c.most, 3))
			go func() { begun.Wait(); close(all) }()
			err := lanes.Run(t.Context(), c.most, []string{"bun", "loaf", "roll"}, lanes.Sandboxes{Homes: homes, Keep: c.keep, Drop: !c.stay, New: o.at}, func(_ context.Context, l lanes.Lane[string]) error {
				if l.Handle.Name != l.Home {
					t.Errorf("lane of %s has the sandbox of %s", l.Home, l.Handle.Name)
				}
				begun.Done()
				<-all
				for w := range l.Work {
					mu.Lock()
					done = append(done, w)
					mu.Unlock()
					if c.failure != nil {
						return c.failure
					}
				}
				return nil
			})
			if !errors.Is(err, c.failure) || err != nil && !strings.Contains(err.Error(), homes) {
				t.Errorf("%v, want %v and where", err, c.failure)
			}
			slices.Sort(done)
			slices.Sort(o.said)
			if d := cmp.Diff([][]string{c.done, c.said, c.left}, [][]string{done, o.said, left(t, homes)}); d != "" {
				t.Error(d)
			}
		})
	}
}

// What a lane is at when another one fails is done to the end, and nothing
// after it, however long the failed sandbox takes to go down.
func TestRunEndsWhatItIsAt(t *testing.T) {
	t.Parallel()
	burnt := errors.New("the bread burnt")
	o, homes := &ovens{hold: make(chan struct{})}, t.TempDir()
	var both sync.WaitGroup
	both.Add(2)
	var done []string
	err := lanes.Run(t.Context(), 2, []string{"bun", "loaf", "roll", "cake"}, lanes.Sandboxes{Homes: homes, Drop: true, New: o.at}, func(ctx context.Context, l lanes.Lane[string]) error {
		for w := range l.Work {
			if w == "bun" || w == "loaf" {
				both.Done()
				both.Wait()
			}
			if w == "bun" {
				return burnt
			}
			for o.count("down") == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			done = append(done, w)
		}
		close(o.hold)
		return nil
	})
	if !errors.Is(err, burnt) || errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v alone", err, burnt)
	}
	if d := cmp.Diff([]string{"loaf"}, done); d != "" {
		t.Error(d)
	}
	if got := left(t, homes); len(got) != 1 {
		t.Errorf("left %q, want that of the failure", got)
	}
}

func (o *ovens) count(word string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, s := range o.said {
		if strings.HasPrefix(s, word) {
			n++
		}
	}
	return n
}

func (o *ovens) at(home string) cluster.Backend { return bakery{ovens: o, home: home} }

func left(t *testing.T, homes string) []string {
	t.Helper()
	entries, err := os.ReadDir(homes)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
