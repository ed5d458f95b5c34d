package kubecontext

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
	"github.com/gatedrill/gatedrill/labs/cluster/workload"
	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/portforward"
)

// Attach returns the way into a cluster that was brought up from this data
// directory, and renews the Lease. It changes nothing else.
func (b *Backend) Attach(ctx context.Context) (*cluster.Handle, error) {
	r, err := b.recorded()
	if err != nil {
		return nil, err
	}
	if r == nil || !r.Up {
		return nil, cluster.ErrNotRunning
	}
	b.mu.Lock()
	lost := b.lost
	b.mu.Unlock()
	if lost != nil {
		return nil, lost
	}
	c, err := b.connect(ctx)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	have := b.handle
	b.mu.Unlock()
	if have != nil && have.REST == c.rest {
		return have, nil
	}
	l, err := b.lease(c)
	if err != nil {
		return nil, err
	}
	if _, err := l.hold(ctx, false); err != nil {
		return nil, err
	}
	return b.attach(ctx, c, *r)
}

// attach makes the handle, and begins what runs for it.
func (b *Backend) attach(ctx context.Context, c *client, r record) (*cluster.Handle, error) {
	b.attaching.Lock()
	defer b.attaching.Unlock()
	l, err := b.lease(c)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	if b.handle != nil && b.handle.REST == c.rest {
		defer b.mu.Unlock()
		return b.handle, nil
	}
	b.mu.Unlock()
	b.Close() // of a credential of before
	tunnel := portforward.New(c.rest, c.base, fault.Namespace, relayName, relayPort)
	k := &keeper{relay: make(chan struct{}, 1)}
	d := &dialer{
		client: c.dynamic, spaces: append(append([]string{}, b.labs().Namespaces...), istioSystem),
		direct: r.Direct, tunnel: tunnel, now: b.o.Now, broken: k.mendRelay,
	}
	shell := &hostshell.Shell{
		Name: b.Name(), Self: b.o.Self, Environ: b.o.Environ, Kubeconfig: b.kubeconfig(), Tools: b.o.Tools,
		Client: c.dynamic, Dir: b.dir,
	}
	if !r.Direct {
		shell.Dial = d.dial
	}
	h := &cluster.Handle{
		Name: b.Name(), REST: c.rest, Kubeconfig: b.kubeconfig(), Dial: d.dial, Scope: b.scope(),
		Shell: shell.Command, Names: shell.Names, Resolver: r.Names, Capabilities: b.capabilities(ctx, c, r),
	}
	if b.set.Image != workload.Image {
		h.Images = map[string]string{workload.Image: b.set.Image}
	}
	k.end = func() {
		shell.Close()
		tunnel.Close()
	}
	k.start(func(ctx context.Context) { b.renew(ctx, l) }, func(ctx context.Context) {
		// What comes of it is seen by the next dial.
		_ = c.ensureRelay(ctx, b.set.Image, func(string) {})
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handle, b.keep = h, k
	return h, nil
}

// capabilities are what labs can have here. An egress gateway of other people's
// asks the cluster's DNS, which does not know the labs' names: it is never
// among them.
func (b *Backend) capabilities(ctx context.Context, c *client, r record) []labs.Capability {
	var out []labs.Capability
	if ok, _ := c.injects(ctx); ok {
		out = append(out, labs.CapabilitySidecar)
	}
	if r.Names {
		out = append(out, labs.CapabilityNames)
	}
	if b.set.MeshAdmin {
		out = append(out, labs.CapabilityMeshAdmin)
	}
	return out
}

// renew renews the Lease. One that another data directory has by now, as
// after a laptop's long sleep, ends what this one may do.
func (b *Backend) renew(ctx context.Context, l *lease) {
	_, err := l.hold(ctx, false)
	if errors.Is(err, cluster.ErrTaken) {
		b.mu.Lock()
		b.lost = err
		b.mu.Unlock()
	} // else the API server may be back the next time
}

// Close ends what this program does for the cluster; the cluster stays.
func (b *Backend) Close() {
	b.mu.Lock()
	k := b.keep
	b.keep, b.handle = nil, nil
	b.mu.Unlock()
	if k != nil {
		k.close()
	}
}

// keeper renews the Lease and mends the relay while there is a handle.
type keeper struct {
	relay  chan struct{}
	cancel context.CancelFunc
	wg     sync.WaitGroup
	end    func()
}

// mendRelay asks for a look at the relay, without waiting for it.
func (k *keeper) mendRelay() {
	select {
	case k.relay <- struct{}{}:
	default:
	}
}

func (k *keeper) start(renew, mend func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	k.wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(leaseEvery):
				renew(ctx)
			}
		}
	})
	k.wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-k.relay:
				mend(ctx)
				_ = pause(ctx, 2*time.Second)
			}
		}
	})
}

func (k *keeper) close() {
	k.cancel()
	k.wg.Wait()
	k.end()
}
