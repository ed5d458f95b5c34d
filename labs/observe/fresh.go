package observe

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// listWithin bounds the list of one kind, so that one that hangs keeps nobody
// from seeing the others.
const listWithin = 8 * time.Second

// askedAtOnce bounds the requests of one look that are on their way together.
const askedAtOnce = 32

// Follow keeps the objects by watch until the context ends, for somebody who
// looks again and again: Fresh and Look take them from there, which may be some
// milliseconds old, and list none.
func (o *Observer) Follow(ctx context.Context) {
	o.mu.Lock()
	o.followed = true
	o.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range o.stores {
		wg.Go(func() { s.run(ctx) })
	}
	wg.Wait()
}

// known are all objects: what is watched, or else what a list tells now.
func (o *Observer) known(ctx context.Context) ([]snapshot.Object, map[string]string) {
	if o.follows() {
		return o.objects()
	}
	return o.listAll(ctx)
}

func (o *Observer) follows() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.followed
}

// Objects are all objects and what of them could not be seen, and nothing else.
func (o *Observer) Objects(ctx context.Context) snapshot.Snapshot {
	objects, missing := o.known(ctx)
	return snapshot.Snapshot{At: o.clock(), Objects: objects, Missing: missing, Kinds: o.looked, Partly: o.partly()}
}

// Look looks at objects and at the Envoys, as far as they may have changed, and
// sends nothing.
func (o *Observer) Look(ctx context.Context) (snapshot.Snapshot, error) {
	o.fresh.Lock()
	defer o.fresh.Unlock()
	objects, missing := o.known(ctx)
	o.syncProxies(objects, missing)
	o.refresh(ctx, false)
	if err := ctx.Err(); err != nil {
		return snapshot.Snapshot{}, err
	}
	return o.assemble(objects, missing, newHeard()), nil
}

// Fresh looks at everything again, now: lists every kind, reads the Envoys on
// the way, sends every request and waits for its log lines. It needs no Run.
// The error is the context's; what could not be seen is in Missing.
func (o *Observer) Fresh(ctx context.Context) (snapshot.Snapshot, error) {
	o.fresh.Lock()
	defer o.fresh.Unlock()
	objects, missing := o.known(ctx)
	o.syncProxies(objects, missing)
	before := o.assemble(objects, maps.Clone(missing), newHeard()) // its proxies are not read yet

	o.mu.Lock()
	requests := o.requests
	o.mu.Unlock()
	results := make([]probe.Result, len(requests))
	var wg sync.WaitGroup
	wg.Go(func() { o.refresh(ctx, true) })
	slots := make(chan struct{}, askedAtOnce)
	for i, r := range requests {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			results[i] = o.ask(ctx, r, before)
		})
	}
	wg.Wait()
	ways := o.awaitLines(ctx, results, clients(requests, before.Objects), func() {
		o.syncProxies(objects, missing)
		o.refresh(ctx, false)
	})
	if err := ctx.Err(); err != nil {
		return snapshot.Snapshot{}, err
	}
	if o.follows() {
		objects, missing = o.objects() // of later than the answers
	}
	if o.moved(objects) {
		objects, missing = o.known(ctx)
		o.syncProxies(objects, missing)
		o.refresh(ctx, false)
	}
	out := newHeard()
	for i, r := range requests {
		out.add(r.Name, results[i], ways[i])
	}
	s := o.assemble(objects, missing, out)
	o.publish(s)
	return s, nil
}

// listAll reads every kind now.
func (o *Observer) listAll(ctx context.Context) ([]snapshot.Object, map[string]string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	missing := map[string]string{}
	var out []snapshot.Object
	for _, s := range o.stores {
		wg.Go(func() {
			list, err := s.listNow(ctx)
			mu.Lock()
			defer mu.Unlock()
			out = append(out, list...)
			if err != nil {
				missing[s.kind.name] = err.Error()
			} else if _, why := s.part(); why != "" {
				missing[s.kind.name] = why
			}
		})
	}
	wg.Wait()
	return out, missing
}

// listNow reads the objects of a kind past the watch.
func (s *store) listNow(ctx context.Context) ([]snapshot.Object, error) {
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	list, err := s.list(ctx, metav1.ListOptions{})
	if err != nil && ctx.Err() != nil && whole.Err() == nil {
		return nil, fmt.Errorf("the API server did not list them within %s", listWithin)
	}
	if apierrors.IsNotFound(err) {
		s.unknownKind()
		return nil, nil // no such kind: no such objects
	}
	if err != nil {
		return nil, err
	}
	objects := map[string]snapshot.Object{}
	for i := range list.Items {
		objects[key(&list.Items[i])] = trim(list.Items[i].Object)
	}
	out := make([]snapshot.Object, 0, len(objects))
	for _, k := range sortedKeys(objects) {
		out = append(out, objects[k])
	}
	return out, nil
}

// Close ends the connections that Fresh opened, where no Run does.
func (o *Observer) Close() { o.closeAll() }
