package observe

import (
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// heard is what requests brought, by their names.
type heard struct {
	answers  map[string]labs.Answer
	peers    map[string][]snapshot.PeerCert
	resolved map[string][]string
}

func newHeard() heard {
	return heard{map[string]labs.Answer{}, map[string][]snapshot.PeerCert{}, map[string][]string{}}
}

func (h heard) add(name string, r probe.Result, way []trail) {
	h.answers[name], h.peers[name] = join(r.Answer, way), r.Peers
	if len(r.Resolved) > 0 {
		h.resolved[name] = r.Resolved
	}
}

// keep remembers a result, until there are many.
func (o *Observer) keep(name string, r probe.Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := append(o.history[name], r)
	if len(h) > keptResults {
		h = slices.Clone(h[len(h)-keptResults/2:])
	}
	o.history[name] = h
}

// standIn is how old a result may be that is shown in place of the latest.
const standIn = 5 * time.Second

// latest are the latest results, each joined with the lines of its way. While
// those of the very latest are on their way (Envoy writes its log once a
// second), the last request that ended in the same way stands in for it, with
// lines of its own.
func (o *Observer) latest() heard {
	o.mu.Lock()
	proxies := o.sorted()
	history := map[string][]probe.Result{}
	for name, h := range o.history {
		history[name] = slices.Clone(h)
	}
	o.mu.Unlock()
	logs := make([]log, len(proxies))
	for i, p := range proxies {
		logs[i] = p.logged()
	}
	out, news := newHeard(), false
	for name, h := range history {
		r, way := complete(h, logs)
		out.add(name, r, way)
		news = o.reach(way, o.clock()) || news
	}
	if news {
		signal(o.poked) // the servers' own proxies are looked at from now on
	}
	return out
}

// complete picks the latest result that has as many lines as any that ended
// like the very latest.
func complete(h []probe.Result, logs []log) (probe.Result, []trail) {
	last := h[len(h)-1]
	best, way := last, wayOf(logs, last)
	for _, r := range slices.Backward(h[:len(h)-1]) {
		if !sameEnd(r.Answer, last.Answer) || last.Sent.Sub(r.Sent) > standIn {
			break
		}
		if w := wayOf(logs, r); len(w) > len(way) {
			best, way = r, w
		}
	}
	return best, way
}

func sameEnd(a, b labs.Answer) bool {
	return a.Code == b.Code && a.Error == b.Error && a.Upstream == b.Upstream && a.Observed == b.Observed &&
		slices.Equal(a.Redirects, b.Redirects) && (a.Code < 400 || a.Body == b.Body)
}
