package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func quoteAll(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return "[" + strings.Join(list, " ") + "]"
}

func selectorText(m map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k+"="+m[k])
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ",")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// near says whether two host names differ so little that one may be a
// misspelling of the other, and, if so, by how much.
func near(a, b string) (int, bool) {
	limit := max(2, min(len(a), len(b))/5)
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return 0, false
	}
	d := distance(a, b)
	return d, d <= limit
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b.
func distance(a, b string) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var room [3 * 64]int // for most names; two rows back, one back, and the row itself
	rows := room[:]
	n := len(b) + 1
	if 3*n > len(rows) {
		rows = make([]int, 3*n)
	}
	prev2, prev, cur := rows[:n], rows[n:2*n], rows[2*n:3*n]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
