//go:build unix

package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// amount is a measured number with its unit: "ms", "s" or "MiB".
type amount struct {
	Value float64
	Unit  string
}

func (a amount) String() string {
	digits := 1
	if a.Value >= 100 {
		digits = 0
	}
	return fmt.Sprintf("%.*f %s", digits, a.Value, a.Unit)
}

// row is one line of the table. A Want whose value is 0 is no target.
type row struct {
	What   string
	Want   amount
	Tail   bool // the target is for the 95th percentile, not for the median
	Median amount
	P95    amount
	P99    amount
	Far    bool // the target is for the 99th percentile
	N      int
}

// met reports whether the target was reached.
func (r row) met() bool {
	if r.Far {
		return r.P99.Value <= r.Want.Value
	}
	if r.Tail {
		return r.P95.Value <= r.Want.Value
	}
	return r.Median.Value <= r.Want.Value
}

// timed makes a row of durations, in milliseconds or, from 1 s on, seconds.
// Want is the target, 0 for none. There must be samples.
func timed(what string, want time.Duration, samples []time.Duration) row {
	unit, per := "ms", time.Millisecond
	if max(want, slices.Max(samples)) >= time.Second {
		unit, per = "s", time.Second
	}
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = float64(s) / float64(per)
	}
	return sampled(what, float64(want)/float64(per), unit, values)
}

// sampled makes a row of numbers of one unit. There must be samples.
func sampled(what string, want float64, unit string, samples []float64) row {
	s := slices.Sorted(slices.Values(samples))
	return row{
		What: what, Want: amount{want, unit},
		Median: amount{percentile(s, 0.5), unit}, P95: amount{percentile(s, 0.95), unit}, P99: amount{percentile(s, 0.99), unit}, N: len(s),
	}
}

// percentile is the smallest of the sorted samples that at least a share p of
// them does not exceed.
func percentile(sorted []float64, p float64) float64 {
	i := int(math.Ceil(p*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// printTable prints Markdown.
func printTable(w io.Writer, rows []row) error {
	var b strings.Builder
	b.WriteString("| what | target | median | p95 | p99 | n | |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		want, mark := "", ""
		if r.Want.Value > 0 {
			want, mark = "≤ "+r.Want.String(), "✗"
			switch {
			case r.Far:
				want = "p99 " + want
			case r.Tail:
				want = "p95 " + want
			}
			if r.met() {
				mark = "✓"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d | %s |\n", r.What, want, r.Median, r.P95, r.P99, r.N, mark)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
