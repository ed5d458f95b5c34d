package observe

import (
	"context"
	"sync"
	"time"
)

// The scheduler's intervals: the only place that knows them.
const (
	burstEvery = 50 * time.Millisecond // after a change
	burstFor   = 2 * time.Second
	idleEvery  = time.Second            // while somebody watches
	dumpEvery  = 150 * time.Millisecond // at most, of one Envoy
)

// Run watches and asks until the context ends. It may run once.
func (o *Observer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	o.mu.Lock()
	o.follow = func(g *gateway) {
		lctx, stop := context.WithCancel(ctx)
		g.cancel = stop
		wg.Go(func() { g.follow(lctx, func() { signal(o.logged) }) })
	}
	for _, g := range o.gateways {
		o.follow(g)
	}
	o.mu.Unlock()
	for _, s := range o.stores {
		wg.Go(func() { s.run(ctx) })
	}
	wg.Go(func() { o.beat(ctx) })
	s := &scheduler{o: o, group: &wg}
	s.loop(ctx)
	o.closeAll()
	return ctx.Err()
}

func (o *Observer) closeAll() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, g := range o.gateways {
		g.close()
		delete(o.gateways, k)
	}
	o.follow = nil
}

// scheduler decides when to look.
type scheduler struct {
	o      *Observer
	group  *sync.WaitGroup
	until  time.Time // end of the burst
	dumped time.Time // when the Envoys were last read
	dumps  sync.Mutex
}

func (s *scheduler) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.o.poked:
			s.until = s.o.clock().Add(burstFor)
			s.look(ctx)
		case <-s.o.logged:
			s.publish()
			continue // the timer stands
		case <-timer.C:
			s.look(ctx)
		}
		timer.Reset(s.next())
	}
}

// next is the time to the next look.
func (s *scheduler) next() time.Duration {
	s.o.mu.Lock()
	watched := s.o.watched
	s.o.mu.Unlock()
	switch {
	case s.o.clock().Before(s.until):
		return burstEvery
	case watched:
		return idleEvery
	}
	return time.Hour // until something changes
}

// look starts one round: each request that is not on its way already, and
// the Envoys, unless they were read just now. Each publishes when it is done.
func (s *scheduler) look(ctx context.Context) {
	objects, missing := s.o.objects()
	s.o.syncGateways(objects, missing)
	now := s.o.assemble(objects, missing, nil, nil)

	s.o.mu.Lock()
	requests := s.o.requests
	s.o.mu.Unlock()
	for _, r := range requests {
		if !s.o.claim(r.Name) {
			continue
		}
		s.group.Go(func() {
			res := s.o.ask(ctx, r, now)
			s.o.keep(r.Name, res)
			s.o.release(r.Name)
			s.publish()
		})
	}
	if s.o.clock().Sub(s.dumped) >= dumpEvery && s.dumps.TryLock() {
		s.dumped = s.o.clock()
		s.group.Go(func() {
			defer s.dumps.Unlock()
			s.o.refresh(ctx)
			s.publish()
		})
	}
	s.publish()
}

func (s *scheduler) publish() {
	objects, missing := s.o.objects()
	answers, peers := s.o.answers()
	s.o.publish(s.o.assemble(objects, missing, answers, peers))
}

// claim marks a request as on its way; false when it is already.
func (o *Observer) claim(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[name] {
		return false
	}
	o.busy[name] = true
	return true
}

func (o *Observer) release(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, name)
}

// refresh reads every gateway's Envoy.
func (o *Observer) refresh(ctx context.Context) {
	o.mu.Lock()
	gateways := o.sorted()
	o.mu.Unlock()
	var wg sync.WaitGroup
	for _, g := range gateways {
		wg.Go(func() { g.refresh(ctx) })
	}
	wg.Wait()
}
