package accuracy

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// How long is waited for what: for workloads and proxies to be ready, between
// two looks that must agree, and for a healing to be seen.
const (
	readyWithin  = 60 * time.Second
	betweenLooks = 150 * time.Millisecond
	healedWithin = 10 * time.Second
)

// eye looks at one case.
type eye struct {
	observer *observe.Observer
	c        Case
	trust    map[string]string
	certs    map[string]tls.Certificate
	now      func() time.Time
}

func (e *eye) close() { e.observer.Close() }

// look looks once, asking or not, and keeps what belongs to the case.
func (e *eye) look(ctx context.Context, ask bool) (snapshot.Snapshot, error) {
	var requests []labs.Request
	if ask {
		requests = []labs.Request{e.c.Request}
	}
	e.observer.SetRequests(requests, e.trust, e.certs)
	s, err := e.observer.Fresh(ctx)
	if err != nil {
		return s, err
	}
	return e.c.own(s), nil
}

// settle waits until the case's workloads are ready and two looks find the
// same configuration in every proxy.
func (e *eye) settle(ctx context.Context) error {
	end := e.now().Add(readyWithin)
	var before map[string]uint64
	for {
		s, err := e.look(ctx, false)
		if err != nil {
			return err
		}
		why := e.c.waits(s)
		dumps := dumpsOf(s)
		if why == "" && before != nil && maps.Equal(before, dumps) {
			return nil
		}
		before = dumps
		if e.now().After(end) {
			if why == "" {
				why = "the proxies' configuration to stay as it is"
			}
			return fmt.Errorf("wait for %s: not after %s (Deployments that never get ready belong under unready)", why, readyWithin)
		}
		if err := pause(ctx, betweenLooks); err != nil {
			return err
		}
	}
}

// symptom waits until the client gets what the case says, and returns the look
// that saw it.
func (e *eye) symptom(ctx context.Context) (snapshot.Snapshot, error) {
	end := e.now().Add(patience)
	for {
		s, err := e.look(ctx, true)
		if err != nil {
			return s, err
		}
		a := s.Answers[e.c.Request.Name]
		if e.c.Seen(a) {
			return s, nil
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

// dumpsOf are sums over each proxy's configuration. Envoy writes the maps of
// its bootstrap in another order each time, so that the order of lines counts
// for nothing.
func dumpsOf(s snapshot.Snapshot) map[string]uint64 {
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

// own leaves out what earlier cases left and the next will bring: objects and
// proxies in namespaces of ours that are not the case's.
func (c Case) own(s snapshot.Snapshot) snapshot.Snapshot {
	mine := []string{snapshot.ZoneNamespace}
	if len(c.Outside) > 0 {
		mine = append(mine, OutsideNamespace)
	}
	for _, m := range c.Objects.Objects {
		o := objectOf(m)
		mine = append(mine, o.Namespace)
		if o.Kind == "Namespace" {
			mine = append(mine, o.Name)
		}
	}
	foreign := func(ns string) bool { return strings.HasPrefix(ns, labs.NamespacePrefix) && !slices.Contains(mine, ns) }
	s.Objects = slices.DeleteFunc(slices.Clone(s.Objects), func(o snapshot.Object) bool {
		return foreign(o.Namespace()) || o.Kind() == "Namespace" && foreign(o.Name())
	})
	s.Proxies = slices.DeleteFunc(slices.Clone(s.Proxies), func(p snapshot.Proxy) bool { return foreign(p.Namespace) })
	s.Missing = maps.Clone(s.Missing)
	maps.DeleteFunc(s.Missing, func(what, _ string) bool {
		pod, ok := strings.CutPrefix(what, "proxy ")
		ns, _, _ := strings.Cut(pod, "/")
		return ok && foreign(ns)
	})
	return s
}

// waits says what is not ready yet, "" when all is.
func (c Case) waits(s snapshot.Snapshot) string {
	for what, why := range s.Missing {
		if strings.HasPrefix(what, "proxy ") {
			return what + ": " + why
		}
	}
	index := snapshot.IndexOf(s.Objects)
	for _, g := range index.All("gateway.networking.k8s.io", "Gateway") {
		if why := unprocessed(g, index); why != "" {
			return why
		}
	}
	for _, d := range index.All("apps", "Deployment") {
		never := slices.ContainsFunc(c.Unready, func(text string) bool { return Expect{Object: text}.Right(d.Ref()) })
		if !never && !available(d) {
			return d.Ref().String() + " to be ready"
		}
	}
	return ""
}

// unprocessed says that Istio has not seen a Gateway yet, or not made its
// proxy.
func unprocessed(g snapshot.Object, index snapshot.Index) string {
	class := g.Str("spec", "gatewayClassName")
	if class != "istio" && class != "istio-waypoint" {
		return ""
	}
	accepted := slices.ContainsFunc(g.Items("status", "conditions"), func(c snapshot.Object) bool {
		return c.Str("type") == "Accepted" && c.Str("status") != "Unknown" && c.Num("observedGeneration") >= g.Num("metadata", "generation")
	})
	if !accepted {
		return g.Ref().String() + " to be looked at by Istio"
	}
	name := g.Name()
	if class == "istio" {
		name += "-istio"
	}
	manual := len(g.Items("spec", "addresses")) > 0
	if !manual && index.Get("apps", "Deployment", g.Namespace(), name) == nil {
		return "the proxy of " + g.Ref().String()
	}
	return ""
}

func available(d snapshot.Object) bool {
	want := 1
	if d.Has("spec", "replicas") {
		want = d.Num("spec", "replicas")
	}
	return d.Num("status", "updatedReplicas") >= want && d.Num("status", "availableReplicas") >= want &&
		d.Num("status", "observedGeneration") >= d.Num("metadata", "generation")
}
