//go:build unix

package main

import (
	"strings"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	t.Parallel()
	ms := func(n ...int) (out []time.Duration) {
		for _, v := range n {
			out = append(out, time.Duration(v)*time.Millisecond)
		}
		return out
	}
	tail := timed("slow at times", 50*time.Millisecond, ms(10, 10, 10, 60))
	tail.Tail = true
	far := timed("slower yet", 50*time.Millisecond, ms(10, 10, 10, 40))
	far.Far = true
	rows := []row{
		timed("fast", 50*time.Millisecond, ms(60, 40, 45)),
		timed("slow", 50*time.Millisecond, ms(60, 40, 51)),
		tail, far,
		timed("long", 9*time.Second, ms(8100)),
		sampled("memory", 0, "MiB", []float64{610.4}),
	}
	var b strings.Builder
	if err := printTable(&b, rows); err != nil {
		t.Fatal(err)
	}
	want := `| what | target | median | p95 | p99 | n | |
|---|---|---|---|---|---|---|
| fast | ≤ 50.0 ms | 45.0 ms | 60.0 ms | 60.0 ms | 3 | ✓ |
| slow | ≤ 50.0 ms | 51.0 ms | 60.0 ms | 60.0 ms | 3 | ✗ |
| slow at times | p95 ≤ 50.0 ms | 10.0 ms | 60.0 ms | 60.0 ms | 4 | ✗ |
| slower yet | p99 ≤ 50.0 ms | 10.0 ms | 40.0 ms | 40.0 ms | 4 | ✓ |
| long | ≤ 9.0 s | 8.1 s | 8.1 s | 8.1 s | 1 | ✓ |
| memory |  | 610 MiB | 610 MiB | 610 MiB | 1 |  |
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var s []float64
	for i := range 20 {
		s = append(s, float64(i+1))
	}
	if p := percentile(s, 0.5); p != 10 {
		t.Errorf("median of 1…20: got %v, want 10", p)
	}
	if p := percentile(s, 0.95); p != 19 {
		t.Errorf("p95 of 1…20: got %v, want 19", p)
	}
}
