// Package inorder does much work on all processors and hands out its parts in
// order.
package inorder

import (
	"iter"
	"runtime"
	"sync"
)

// Each calls work for 0 to n, at most size numbers at a time (from included,
// to not), on all processors, and yields what each call comes to in the order
// of the numbers. It runs ahead of the reader by a few calls and no more; when
// the reader stops, those under way are waited for.
func Each[T any](n, size int, work func(from, to int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		procs := runtime.GOMAXPROCS(0)
		stop := make(chan struct{})
		begun := make(chan chan T, procs) // in order
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(stop)
		wg.Go(func() {
			defer close(begun)
			free := make(chan struct{}, procs)
			for from := 0; from < n; from += size {
				made := make(chan T, 1)
				select {
				case free <- struct{}{}:
				case <-stop:
					return
				}
				select {
				case begun <- made:
				case <-stop:
					return
				}
				wg.Go(func() {
					made <- work(from, min(from+size, n))
					<-free
				})
			}
		})
		for made := range begun {
			if !yield(<-made) {
				return
			}
		}
	}
}
