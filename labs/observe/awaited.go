package observe

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// How long Fresh waits for the log lines of its requests: Envoy flushes its
// log once a second. Some ends leave no line at all; where one proxy has
// written, the others on the way will, on a busy machine later.
const (
	lineWait  = 1600 * time.Millisecond
	wayWait   = 4 * time.Second
	linePause = 100 * time.Millisecond
)

// clients are the pods that the requests are sent from, none for those from
// outside.
func clients(requests []labs.Request, objects []snapshot.Object) []labs.Object {
	out := make([]labs.Object, len(requests))
	for i, r := range requests {
		if r.Outside() {
			continue
		}
		if pods := workloadPods(objects, r.From); len(pods) > 0 {
			out[i] = pods[0].Ref()
		}
	}
	return out
}

// awaitLines reads the proxies' logs until every request that should have
// left a line has one of each proxy that it is known to have passed. Servers
// that lines lead to are looked at too, by more.
func (o *Observer) awaitLines(ctx context.Context, results []probe.Result, from []labs.Object, more func()) [][]trail {
	ways := make([][]trail, len(results))
	began := o.clock()
	since, sent := earliest(results, began)
	if !sent {
		return ways
	}
	within, cancel := context.WithTimeout(ctx, wayWait)
	defer cancel()
	for {
		logs, inTime := o.tailAll(within, since)
		news, all := false, true
		for i, r := range results {
			if w := wayOf(logs, r); len(w) >= len(ways[i]) {
				ways[i] = w
			}
			news = o.reach(ways[i], o.clock()) || news
			silent := len(ways[i]) == 0 && o.clock().Sub(began) > lineWait
			all = all && (!leavesLine(r) || silent || o.whole(ways[i], from[i]))
		}
		if news {
			more()
		}
		if inTime && all && !news {
			return ways
		}
		select {
		case <-within.Done():
			return ways
		case <-time.After(linePause):
		}
	}
}

// earliest is when the first request went out that leaves a line.
func earliest(results []probe.Result, now time.Time) (since time.Time, sent bool) {
	since = now
	for _, r := range results {
		if leavesLine(r) {
			sent = true
			if r.Sent.Before(since) {
				since = r.Sent
			}
		}
	}
	return since, sent
}

// leavesLine says whether a proxy can have logged the request.
func leavesLine(r probe.Result) bool {
	return r.ID != "" && r.Answer.Observed && r.Answer.Error != probe.Refused && r.Answer.Error != probe.DNS
}

// whole says whether each proxy that the lines lead to has written one, and the
// client's own.
func (o *Observer) whole(way []trail, client labs.Object) bool {
	o.mu.Lock()
	proxies := o.sorted()
	o.mu.Unlock()
	for _, p := range proxies {
		if p.ref() == client && !slices.ContainsFunc(way, trail{place: p.place}.same) {
			return false
		}
	}
	for _, t := range way {
		for _, p := range proxies {
			next := trail{place: p.place, inbound: p.role == labs.RoleSidecar}
			if !t.inbound && t.leadsTo(next) && !slices.ContainsFunc(way, next.same) {
				return false
			}
		}
	}
	return len(way) > 0
}

// tailAll reads the logs; inTime is false when time ran out.
func (o *Observer) tailAll(ctx context.Context, since time.Time) (logs []log, inTime bool) {
	o.mu.Lock()
	proxies := o.sorted()
	o.mu.Unlock()
	logs = make([]log, len(proxies))
	var wg sync.WaitGroup
	for i, p := range proxies {
		// A proxy whose log is away tells nothing; the answer stays without it.
		wg.Go(func() { logs[i], _ = p.tail(ctx, since, o.clock()) })
	}
	wg.Wait()
	return logs, ctx.Err() == nil
}
