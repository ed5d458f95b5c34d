package observe

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// The scheduler's intervals: the only place that knows them.
const (
	burstEvery = 50 * time.Millisecond // after a change
	burstFor   = 2 * time.Second
	idleEvery  = time.Second            // while somebody watches
	dumpEvery  = 150 * time.Millisecond // at most, of one Envoy
	fromEvery  = 250 * time.Millisecond // at most, of a request from a workload: it starts a process there
	dumpShare  = 4                      // reading the Envoys may take a fourth of the time
	dumpAtOnce = 4                      // Envoys read at a time
)

// Run watches and asks until the context ends. It may run once.
func (o *Observer) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	o.mu.Lock()
	o.follow = func(p *proxy) {
		lctx, stop := context.WithCancel(ctx)
		p.cancel = stop
		wg.Go(func() { p.follow(lctx, func() { signal(o.logged) }) })
	}
	for _, p := range o.proxies {
		o.follow(p)
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
	for k, p := range o.proxies {
		p.close()
		delete(o.proxies, k)
	}
	o.follow = nil
}

// scheduler decides when to look.
type scheduler struct {
	o      *Observer
	group  *sync.WaitGroup
	until  time.Time    // end of the burst
	dumped time.Time    // when the Envoys were last read
	took   atomic.Int64 // how long that took, in nanoseconds
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
	s.o.syncProxies(objects, missing)
	now := s.o.assemble(objects, missing, newHeard())

	s.o.mu.Lock()
	requests := s.o.requests
	s.o.mu.Unlock()
	for _, r := range requests {
		if !s.o.claim(r) {
			continue
		}
		s.group.Go(func() {
			res := s.o.ask(ctx, r, now)
			s.o.keep(r.Name, res)
			s.o.release(r.Name)
			s.publish()
		})
	}
	if s.o.clock().Sub(s.dumped) >= max(dumpEvery, dumpShare*time.Duration(s.took.Load())) && s.dumps.TryLock() {
		s.dumped = s.o.clock()
		s.group.Go(func() {
			defer s.dumps.Unlock()
			began := s.o.clock()
			s.o.refresh(ctx, false)
			s.took.Store(int64(s.o.clock().Sub(began)))
			s.publish()
		})
	}
	s.publish()
}

func (s *scheduler) publish() {
	objects, missing := s.o.objects()
	s.o.publish(s.o.assemble(objects, missing, s.o.latest()))
}

// claim marks a request as on its way; false when it is already, or when it
// was sent from its workload just now.
func (o *Observer) claim(r labs.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[r.Name] || !r.Outside() && o.clock().Sub(o.asked[r.Name]) < fromEvery {
		return false
	}
	o.busy[r.Name] = true
	o.asked[r.Name] = o.clock()
	return true
}

func (o *Observer) release(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.busy, name)
}

// refresh reads the Envoys, a few at a time.
func (o *Observer) refresh(ctx context.Context, everything bool) {
	o.mu.Lock()
	proxies := o.sorted()
	o.mu.Unlock()
	var wg sync.WaitGroup
	slots := make(chan struct{}, dumpAtOnce)
	for _, p := range proxies {
		slots <- struct{}{}
		wg.Go(func() {
			p.refresh(ctx, o.clock(), everything)
			<-slots
		})
	}
	wg.Wait()
}
