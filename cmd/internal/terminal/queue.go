//go:build unix

package terminal

import (
	"io"
	"sync"
)

// mostQueued is how many bytes wait on either way at most.
const mostQueued = 1 << 20

// queue holds bytes between one who writes and one who reads.
type queue struct {
	mu   sync.Mutex
	cond *sync.Cond
	buf  []byte
	done bool
	// drops says that what finds no room is lost, as in a terminal's own queue
	// for what is typed; else the writer waits.
	drops bool
}

func newQueue(drops bool) *queue {
	q := &queue{drops: drops}
	q.cond = sync.NewCond(&q.mu)
	return q
}

// fill takes everything from r until its end.
func (q *queue) fill(r io.Reader) {
	buf := make([]byte, 16<<10)
	for {
		n, err := r.Read(buf)
		q.mu.Lock()
		for !q.drops && len(q.buf)+n > mostQueued {
			q.cond.Wait()
		}
		if len(q.buf)+n <= mostQueued {
			q.buf = append(q.buf, buf[:n]...)
		}
		q.done = err != nil
		q.cond.Broadcast()
		q.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take waits for bytes and returns all there are; none at the end.
func (q *queue) take() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.buf) == 0 && !q.done {
		q.cond.Wait()
	}
	all := q.buf
	q.buf = nil
	q.cond.Broadcast()
	return all
}
