package observe

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// How long Fresh waits for the log lines of its requests: Envoy flushes its
// log once a second. Some ends leave no line at all.
const (
	lineWait  = 1600 * time.Millisecond
	linePause = 100 * time.Millisecond
)

// listWithin bounds the list of one kind, so that one that hangs keeps nobody
// from seeing the others.
const listWithin = 8 * time.Second

// askedAtOnce bounds the requests of one look that are on their way together.
const askedAtOnce = 32

// Fresh looks at everything again, now: lists every kind, reads every
// gateway's Envoy, sends every request and waits for its log line. It needs
// no Run. The error is the context's; what could not be seen is in Missing.
func (o *Observer) Fresh(ctx context.Context) (snapshot.Snapshot, error) {
	o.fresh.Lock()
	defer o.fresh.Unlock()
	objects, missing := o.listAll(ctx)
	o.syncGateways(objects, missing)
	before := o.assemble(objects, maps.Clone(missing), nil, nil) // its proxies are not read yet

	o.mu.Lock()
	requests := o.requests
	o.mu.Unlock()
	results := make([]probe.Result, len(requests))
	var wg sync.WaitGroup
	wg.Go(func() { o.refresh(ctx) })
	slots := make(chan struct{}, askedAtOnce)
	for i, r := range requests {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = o.ask(ctx, r, before)
		})
	}
	wg.Wait()
	lines := o.awaitLines(ctx, results)
	if err := ctx.Err(); err != nil {
		return snapshot.Snapshot{}, err
	}

	answers, peers := map[string]labs.Answer{}, map[string][]snapshot.PeerCert{}
	for i, r := range requests {
		a := results[i].Answer
		if l, ok := findLine(lines, results[i]); ok {
			a = l.Join(a)
		}
		answers[r.Name], peers[r.Name] = a, results[i].Peers
	}
	s := o.assemble(objects, missing, answers, peers)
	o.publish(s)
	return s, nil
}

// awaitLines reads the gateways' logs until every request that should have
// left a line has one.
func (o *Observer) awaitLines(ctx context.Context, results []probe.Result) []probe.Line {
	since, sent := o.clock(), false
	for _, r := range results {
		if r.ID != "" && r.Answer.Observed && r.Answer.Error != probe.Refused {
			sent = true
			if r.Sent.Before(since) {
				since = r.Sent
			}
		}
	}
	if !sent {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lineWait)
	defer cancel()
	var lines []probe.Line
	for {
		if read := o.tailAll(ctx, since); len(read) > 0 {
			lines = read // a read that ran out of time brings nothing
		}
		if allFound(lines, results) {
			return lines
		}
		select {
		case <-ctx.Done():
			return lines
		case <-time.After(linePause):
		}
	}
}

func (o *Observer) tailAll(ctx context.Context, since time.Time) []probe.Line {
	o.mu.Lock()
	gateways := o.sorted()
	o.mu.Unlock()
	var out []probe.Line
	for _, g := range gateways {
		lines, err := g.tail(ctx, since, o.clock())
		if err != nil {
			continue // a gateway whose log is away tells nothing; the answer stays without flag
		}
		out = append(out, lines...)
	}
	return out
}

func allFound(lines []probe.Line, results []probe.Result) bool {
	for _, r := range results {
		if r.ID == "" || !r.Answer.Observed || r.Answer.Error == probe.Refused {
			continue
		}
		if _, ok := findLine(lines, r); !ok {
			return false
		}
	}
	return true
}

// listNow reads the objects of a kind past the watch.
func (s *store) listNow(ctx context.Context) ([]snapshot.Object, error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	list, _, err := s.list(ctx)
	if err != nil && ctx.Err() != nil && whole.Err() == nil {
		return nil, fmt.Errorf("the API server did not list them within %s", listWithin)
	}
	if apierrors.IsNotFound(err) {
		return nil, nil // no such kind: no such objects
	}
	if err != nil {
		return nil, err
	}
	out := make([]snapshot.Object, 0, len(list))
	for _, k := range sortedKeys(list) {
		out = append(out, list[k])
	}
	return out, nil
}

// Close ends the connections that Fresh opened, where no Run does.
func (o *Observer) Close() { o.closeAll() }
