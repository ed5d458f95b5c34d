package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// chance is how many percent of the requests a cluster is drawn for; 100 where
// nothing is drawn.
func (w *walk) chance(cluster string) float64 {
	var weighted []envoy.Weighted
	switch {
	case w.matched != nil:
		weighted = w.matched.route.Weighted
	case w.chain != nil:
		weighted = w.chain.Weighted
	}
	total, own := 0, 0
	for _, x := range weighted {
		total += x.Weight
		if x.Cluster == cluster {
			own += x.Weight
		}
	}
	if total == 0 {
		return 100
	}
	return 100 * float64(own) / float64(total)
}

// judgeDrawn judges each cluster that a request may be drawn for. One that is
// broken is so for its share of the requests, however this one went, if it was
// drawn for another.
func (w *walk) judgeDrawn(r *report) {
	drawn := w.drawn()
	for _, u := range w.upstreams {
		before := r.decided()
		w.judgeUpstream(r, u)
		if before || r.Verdict != labs.Broken || len(w.upstreams) == 1 {
			continue
		}
		r.Summary = fmt.Sprintf("%.3g %% of the requests: %s", w.chance(u.name), r.Summary)
		r.certain = r.certain || drawn != "" && drawn != u.name
	}
}

// drawn is the cluster that this very request was sent to, by the proxy's log,
// "" where that was not seen.
func (w *walk) drawn() string {
	l, _ := w.logOf(w.pods)
	return l.Cluster
}

// last is the cluster that the request was sent to by the proxy's log, else the
// first that it may be drawn for; empty when unknown.
func (w *walk) last() upstream {
	drawn := w.drawn()
	for _, u := range w.upstreams {
		if u.name == drawn {
			return u
		}
	}
	if len(w.upstreams) == 0 {
		return upstream{}
	}
	return w.upstreams[0]
}

// drawnWords tells what requests are drawn for, where there is a choice.
func (w *walk) drawnWords() string {
	if len(w.upstreams) < 2 {
		return ""
	}
	var out []string
	for _, u := range w.upstreams {
		out = append(out, fmt.Sprintf("%s %.3g %%", u.name, w.chance(u.name)))
	}
	return "   drawn: " + strings.Join(out, ", ")
}

// seePriorities notes which groups of endpoints take requests, where there are
// several: a lower one only what the higher ones cannot.
func (w *walk) seePriorities(r *report, u upstream) {
	endpoints := w.config.Endpoints[u.name]
	shares := envoy.Shares(endpoints)
	if len(shares) < 2 {
		return
	}
	for _, p := range slices.Sorted(maps.Keys(shares)) {
		up, all := 0, 0
		var places []string
		for _, e := range endpoints {
			if e.Priority != p {
				continue
			}
			all++
			if e.Up() {
				up++
			}
			if e.Locality != "" && !slices.Contains(places, e.Locality) {
				places = append(places, e.Locality)
			}
		}
		r.see("cluster %s: priority %d takes %d %% of the requests: %d of %s healthy, localities %s", u.name, p, shares[p], up, count(all, "endpoint"), quoteAll(places))
	}
}

// failover tells of requests that go to a lower priority, "" where none does.
func (w *walk) failover(u upstream) string {
	shares := envoy.Shares(w.config.Endpoints[u.name])
	first := 100
	for i, p := range slices.Sorted(maps.Keys(shares)) {
		if i == 0 {
			first = shares[p]
		}
	}
	if first == 100 {
		return ""
	}
	return fmt.Sprintf("   failover: %d %% go to a lower priority", 100-first)
}

// reached are the addresses that requests go to: of the priorities that take
// any, where Envoy knows priorities, else all.
func (w *walk) reached(u upstream) []string {
	if w.config == nil || len(w.config.Endpoints[u.name]) == 0 {
		return w.addresses(u)
	}
	var out []string
	for _, e := range envoy.Reached(w.config.Endpoints[u.name]) {
		out = append(out, e.Address)
	}
	return out
}
