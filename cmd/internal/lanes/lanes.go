// Package lanes shares a list of work among sandboxes that are made for it and
// run side by side.
package lanes

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Sandboxes says where they are and how one is made.
type Sandboxes struct {
	Homes string // each has a data directory of its own in there
	New   func(home string) cluster.Backend
	Keep  bool // they go on running
	Drop  bool // their data go with them, when there was no error
}

// Lane is one sandbox, and the work that it takes of the list.
type Lane[T any] struct {
	Home   string
	Handle *cluster.Handle
	Work   iter.Seq[T]
}

// Run has up to n lanes do the work. After the first error none takes any more,
// and each does what it is at to the end: what is cut off in the middle would
// read as something that failed.
func Run[T any](ctx context.Context, n int, work []T, s Sandboxes, do func(context.Context, Lane[T]) error) error {
	q := &queue[T]{left: work}
	errs := make([]error, min(n, len(work)))
	var lanes sync.WaitGroup
	for i := range errs {
		lanes.Go(func() {
			home := filepath.Join(s.Homes, strconv.Itoa(i+1))
			err := s.with(ctx, home, func(h *cluster.Handle) error {
				err := do(ctx, Lane[T]{home, h, q.take})
				if err != nil {
					q.end() // before the sandbox is ended, which takes a while
				}
				return err
			})
			if err != nil {
				q.end()
				errs[i] = fmt.Errorf("sandbox in %s: %w", home, err)
			}
		})
	}
	lanes.Wait()
	return errors.Join(errs...)
}

// with lends a sandbox that runs.
func (s Sandboxes) with(ctx context.Context, home string, use func(*cluster.Handle) error) (err error) {
	b := s.New(home)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	if !s.Keep {
		defer func() {
			if err = errors.Join(err, b.Down(context.WithoutCancel(ctx))); err == nil && s.Drop {
				err = os.RemoveAll(home)
			}
		}()
	}
	defer b.Close()
	h, err := b.Up(ctx, func(cluster.Progress) {})
	if err != nil {
		return fmt.Errorf("start it: %w", err)
	}
	return use(h)
}

// queue is what nobody has taken yet.
type queue[T any] struct {
	mu   sync.Mutex
	left []T
}

// take hands out one after the other, to several at a time.
func (q *queue[T]) take(yield func(T) bool) {
	for {
		q.mu.Lock()
		if len(q.left) == 0 {
			q.mu.Unlock()
			return
		}
		next := q.left[0]
		q.left = q.left[1:]
		q.mu.Unlock()
		if !yield(next) {
			return
		}
	}
}

func (q *queue[T]) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = nil
}
