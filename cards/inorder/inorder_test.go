package inorder

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestPartsComeInOrder(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3, 10, 99} {
		var got []int
		for part := range Each(10, size, func(from, to int) []int {
			var out []int
			for i := from; i < to; i++ {
				if i%2 == 0 {
					runtime.Gosched()
				}
				out = append(out, i)
			}
			return out
		}) {
			if len(part) > size {
				t.Errorf("%v at once, of %d", part, size)
			}
			got = append(got, part...)
		}
		if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(got, want) {
			t.Errorf("size %d: %v", size, got)
		}
	}
	for part := range Each(0, 5, func(int, int) int { return 1 }) {
		t.Errorf("of nothing: %v", part)
	}
}

// A slow reader holds the work up, and one that stops ends it.
func TestWorkStopsWithItsReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		most := int64(0)
		seen := 0
		for range Each(1000, 1, func(int, int) int { calls.Add(1); return 0 }) {
			synctest.Wait() // as far as it goes without being read
			most = max(most, calls.Load()-int64(seen))
			if seen++; seen == 5 {
				break
			}
		}
		if limit := int64(2*runtime.GOMAXPROCS(0) + 2); most > limit {
			t.Errorf("%d calls ahead of the reader, more than %d", most, limit)
		}
		after := calls.Load()
		synctest.Wait()
		if calls.Load() != after || after > 50 {
			t.Errorf("%d calls when the reader stopped, %d later", after, calls.Load())
		}
	})
}
