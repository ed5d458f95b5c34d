package accuracy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/outside"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// picture is the name under which the cluster without any case is kept.
const picture = "accuracy"

// Lane is one cluster that runs one case after the other.
type Lane struct {
	handle *cluster.Handle
	engine *fault.Engine
	now    func() time.Time
	dir    string // for commands to run in
	known  []Message
	egress bool // installed
	kinds  []fault.Kind

	observer *observe.Observer // of all cases
	close    func()
}

// Options say how cases are run.
type Options struct {
	Trace Tracer
	Keep  bool // leave the case's objects
	// Said is what istioctl analyze is known to say of the case, which hangs on
	// its objects alone; nil asks it, at the price of a third of a case.
	Said []Message
}

// Tracer is trace.Trace.
type Tracer func(labs.Request, snapshot.Snapshot) labs.Path

// Open prepares a cluster that holds nothing of anybody's.
func Open(ctx context.Context, h *cluster.Handle, now func() time.Time, dir string) (*Lane, error) {
	e, err := fault.Open(h.REST, now, h.Scope)
	if err != nil {
		return nil, err
	}
	e.UseImages(h.Images)
	l := &Lane{handle: h, engine: e, now: now, dir: dir}
	if l.kinds, err = fault.Discover(ctx, h.REST); err != nil {
		return nil, err
	}
	if err := e.Sweep(ctx, picture); err != nil && !errors.Is(err, fault.ErrForgotten) {
		return nil, err // what an earlier run left
	}
	world := labs.World{Change: labs.Change{Objects: []labs.Manifest{outside.Home(snapshot.ZoneNamespace), Case{}.zone(false)}}}
	if err := e.World(ctx, world, func(string) {}); err != nil {
		return nil, err
	}
	if err := e.Keep(ctx, picture); err != nil {
		return nil, err
	}
	if l.known, err = l.analyze(ctx); err != nil {
		return nil, err
	}
	return l, l.follow(ctx)
}

// follow opens the observer that all cases are looked at by: what it keeps by
// watch need not be listed for each look.
func (l *Lane) follow(ctx context.Context) error {
	var err error
	if l.observer, err = observe.New(l.handle, observe.Options{Clock: l.now}); err != nil {
		return err
	}
	follows, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { l.observer.Follow(follows) })
	l.close = func() {
		stop()
		wg.Wait()
		l.observer.Close()
	}
	end := l.now().Add(readyWithin)
	for {
		missing := l.observer.Objects(ctx).Missing
		if len(missing) == 0 {
			return nil
		}
		if l.now().After(end) {
			l.close()
			return fmt.Errorf("watch %s: not after %s: %v", l.handle.Name, readyWithin, missing)
		}
		if err := pause(ctx, betweenGlances); err != nil {
			l.close()
			return err
		}
	}
}

// Close ends what watches the cluster.
func (l *Lane) Close() { l.close() }

// Result is what became of a case.
type Result struct {
	Case    Case
	NotRun  string // why it was not run, "" when it was
	Problem string // why the case is not what it claims, "" when it is
	Told    Told
	Analyze []Message // errors and warnings that the case brought
	Took    time.Duration

	Snapshot snapshot.Snapshot // what was judged
	Path     labs.Path
}

// Run runs a case, and takes its objects out again. An error is the cluster's
// or the context's; what is wrong with the case is in the result.
func (l *Lane) Run(ctx context.Context, c Case, o Options) (Result, error) {
	began := l.now()
	r := Result{Case: c}
	var err error
	if r.NotRun, err = l.lacks(ctx, c); r.NotRun != "" || err != nil {
		return r, err
	}
	if err := l.play(ctx, c, o, &r); err != nil {
		r.Problem = err.Error()
	}
	if !o.Keep {
		if err := l.engine.Sweep(context.WithoutCancel(ctx), picture); err != nil {
			r.Problem = strings.TrimPrefix(r.Problem+"; "+err.Error(), "; ") // the next case may find what is left
		}
	}
	r.Took = l.now().Sub(began)
	return r, context.Cause(ctx)
}

// play puts the case in and judges it.
func (l *Lane) play(ctx context.Context, c Case, o Options, r *Result) error {
	lab := c.lab()
	if err := l.engine.Install(ctx, lab, outside.Certificates(c.Outside), c.world()); err != nil {
		return err
	}
	if err := l.engine.Install(ctx, lab, c.Certificates, c.change()); err != nil {
		return err
	}
	e, err := l.eye(ctx, c)
	if err != nil {
		return err
	}
	if err := e.settle(ctx); err != nil {
		return err
	}
	var said []Message
	var failed error
	var asked sync.WaitGroup
	if o.Said == nil {
		asked.Go(func() { said, failed = l.analyze(ctx) })
	}
	r.Snapshot, err = e.symptom(ctx)
	asked.Wait()
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	r.Analyze = o.Said
	if o.Said == nil {
		r.Analyze = slices.DeleteFunc(said, func(m Message) bool { return slices.Contains(l.known, m) })
	}
	r.Path = o.Trace(c.Request, r.Snapshot)
	r.Told = TellPath(r.Path)
	if c.Heal == "" {
		return nil
	}
	if err := l.engine.Apply(ctx, lab, c.Healing); err != nil {
		return err
	}
	return e.healed(ctx, o.Trace)
}

// lacks says why a case cannot run here. What it needs and can be had is
// brought in.
func (l *Lane) lacks(ctx context.Context, c Case) (string, error) {
	for _, need := range c.Needs {
		has, err := l.has(ctx, need)
		if err != nil {
			return "", err
		}
		if !has {
			return l.handle.Name + " has no " + need, nil
		}
	}
	return "", nil
}

func (l *Lane) has(ctx context.Context, need string) (bool, error) {
	switch need {
	case NeedsSidecar:
		return l.handle.Has(labs.CapabilitySidecar), nil
	case NeedsAmbient:
		return l.handle.Has(labs.CapabilityAmbient), nil
	case NeedsWaypoint:
		return l.engine.Exists(ctx, labs.Object{Kind: "GatewayClass", Name: "istio-waypoint"})
	case NeedsExperimental:
		return slices.ContainsFunc(l.kinds, func(k fault.Kind) bool { return k.Kind == "TCPRoute" }), nil
	case NeedsEgress:
		if l.handle.Egress == nil || l.egress {
			return l.egress, nil
		}
		if err := l.handle.Egress(ctx); err != nil {
			return false, err
		}
		l.egress = true
		return true, l.engine.Keep(ctx, picture)
	}
	return false, fmt.Errorf("nothing is known of the need %q", need)
}

// eye turns the observer to a case.
func (l *Lane) eye(ctx context.Context, c Case) (*eye, error) {
	trust, certs, err := l.engine.Identities(ctx, c.lab())
	if err != nil {
		return nil, err
	}
	if ns, name, ok := strings.Cut(c.Request.Cert, "/"); ok {
		pair, err := l.engine.Pair(ctx, ns, name)
		if err != nil {
			return nil, err
		}
		certs[c.Request.Cert] = pair
	}
	l.observer.SetRequests([]labs.Request{c.Request}, trust, certs)
	return &eye{observer: l.observer, c: c, now: l.now}, nil
}
