package envoy

import (
	"maps"
	"slices"
)

// overprovisioned is by how much the healthy endpoints of a priority are
// trusted to do for the others, in percent: Envoy's default.
const overprovisioned = 140

// Up says whether Envoy takes the endpoint for healthy.
func (e Endpoint) Up() bool { return e.Health == "HEALTHY" && len(e.Failed) == 0 }

// Shares says how many percent of the requests each priority takes: a lower
// one only what the higher ones cannot, by how many of their endpoints are
// healthy. Where none is healthy anywhere, there are no shares.
// https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority
func Shares(endpoints []Endpoint) map[int]int {
	all, up := map[int]int{}, map[int]int{}
	for _, e := range endpoints {
		all[e.Priority]++
		if e.Up() {
			up[e.Priority]++
		}
	}
	able, total := map[int]int{}, 0
	for p, n := range all {
		able[p] = min(100, overprovisioned*up[p]/n)
		total += able[p]
	}
	if total == 0 {
		return nil
	}
	out, left := map[int]int{}, 100
	for _, p := range slices.Sorted(maps.Keys(all)) {
		share := able[p]
		if total < 100 { // together they cannot: each takes more than it would
			share = able[p] * 100 / total
		}
		out[p] = min(share, left)
		left -= out[p]
	}
	for _, p := range slices.Sorted(maps.Keys(all)) {
		if left > 0 && able[p] > 0 { // what rounding left over
			out[p] += left
			break
		}
	}
	return out
}

// Reached are the endpoints of the priorities that take requests; all of them
// where none does.
func Reached(endpoints []Endpoint) []Endpoint {
	shares := Shares(endpoints)
	if shares == nil {
		return endpoints
	}
	var out []Endpoint
	for _, e := range endpoints {
		if shares[e.Priority] > 0 {
			out = append(out, e)
		}
	}
	return out
}
