package accuracy

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"time"

	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// How long is waited for what: for workloads and proxies to be ready, between
// two looks that must agree, between two at objects alone, for the line of a
// proxy that the request passed, and for a healing to be seen.
const (
	readyWithin    = 60 * time.Second
	betweenLooks   = 150 * time.Millisecond
	betweenGlances = 25 * time.Millisecond
	silentFor      = 5 * time.Second
	healedWithin   = 10 * time.Second
)

// eye looks at one case.
type eye struct {
	observer *observe.Observer
	c        Case
	now      func() time.Time
	last     map[string]uint64 // what the proxies ran at the last look, see sums
}

// look looks once, asking or not, and keeps what belongs to the case.
func (e *eye) look(ctx context.Context, ask bool) (snapshot.Snapshot, error) {
	look := e.observer.Look
	if ask {
		look = e.observer.Fresh
	}
	s, err := look(ctx)
	if err != nil {
		return s, err
	}
	return e.c.own(s), nil
}

// settle waits until the case's workloads are ready and two looks find the
// same configuration in every proxy.
func (e *eye) settle(ctx context.Context) error {
	end := e.now().Add(readyWithin)
	for {
		if err := e.ready(ctx, end); err != nil {
			return err
		}
		s, err := e.look(ctx, false)
		if err != nil {
			return err
		}
		why, calm := e.c.waits(s), e.calm(s)
		if why == "" && calm {
			return nil
		}
		if e.now().After(end) {
			if why == "" {
				why = "the proxies' configuration to stay as it is"
			}
			return neverReady(why)
		}
		if err := pause(ctx, betweenLooks); err != nil {
			return err
		}
	}
}

// ready waits until the case's workloads are ready, by the objects alone.
func (e *eye) ready(ctx context.Context, end time.Time) error {
	for {
		why := e.c.waits(e.c.own(e.observer.Objects(ctx)))
		if why == "" {
			return nil
		}
		if e.now().After(end) {
			return neverReady(why)
		}
		if err := pause(ctx, betweenGlances); err != nil {
			return err
		}
	}
}

func neverReady(why string) error {
	return fmt.Errorf("wait for %s: not after %s (Deployments that never get ready belong under unready)", why, readyWithin)
}

// symptom waits until the client gets what the case says, and returns the look
// that saw it. A proxy that the request is known to have passed has told of it
// by then, unless it never does.
func (e *eye) symptom(ctx context.Context) (snapshot.Snapshot, error) {
	end := e.now().Add(patience)
	var seen time.Time // when the symptom was first
	for {
		s, err := e.look(ctx, true)
		if err != nil {
			return s, err
		}
		a := s.Answers[e.c.Request.Name]
		// In that order: a look that finds the proxies changed is no proof yet.
		if e.calm(s) && e.c.Seen(a) {
			if seen.IsZero() {
				seen = e.now()
			}
			if unheard(e.c.Request, s) == "" || e.now().Sub(seen) > silentFor {
				return s, nil
			}
		}
		if e.now().After(end) {
			return s, fmt.Errorf("the symptom is %q, and after %s the client gets %q", e.c.Symptom, patience, Got(a))
		}
		if err := pause(ctx, betweenLooks); err != nil {
			return s, err
		}
	}
}

// healed waits until the path is healthy.
func (e *eye) healed(ctx context.Context, trace Tracer) error {
	end := e.now().Add(healedWithin)
	for {
		s, err := e.look(ctx, true)
		if err != nil {
			return err
		}
		t := TellPath(trace(e.c.Request, s))
		if t.Layer == healthy {
			return nil
		}
		if e.now().After(end) {
			return fmt.Errorf("%s does not heal: after %s it is told %s, and the client gets %q",
				e.c.Heal, healedWithin, t, Got(s.Answers[e.c.Request.Name]))
		}
		if err := pause(ctx, betweenLooks); err != nil {
			return err
		}
	}
}

// calm says that the proxies run what they ran at the last look.
func (e *eye) calm(s snapshot.Snapshot) bool {
	now := sums(s)
	same := e.last != nil && maps.Equal(e.last, now)
	e.last = now
	return same
}

// sums are over each proxy's configuration. Envoy writes the maps of its
// bootstrap in another order each time, so that the order of lines counts for
// nothing.
func sums(s snapshot.Snapshot) map[string]uint64 {
	out := map[string]uint64{}
	for _, p := range s.Proxies {
		var sum uint64
		for line := range bytes.Lines(p.Dump) {
			h := fnv.New64a()
			h.Write(bytes.TrimRight(line, ",\n")) // never fails: a hash's own promise
			sum += h.Sum64()
		}
		out[p.Namespace+"/"+p.Pod] = sum
	}
	return out
}

// pause waits, or returns early with the context's cause.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
