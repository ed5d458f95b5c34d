package kind

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
	"github.com/gatedrill/gatedrill/labs/outside"
)

// answerWithin bounds one question to the API server.
const answerWithin = 3 * time.Second

// Attach returns the way into the running cluster. Its kubeconfig holds the
// certificate of the very cluster that we made, so that another one of its
// name is never taken for it.
func (b *Backend) Attach(ctx context.Context) (*cluster.Handle, error) {
	r, err := b.recorded()
	if err != nil {
		return nil, err
	}
	if r == nil || r.Stage != complete {
		return nil, cluster.ErrNotRunning
	}
	if err := b.answers(ctx); err != nil {
		return nil, err
	}
	if h := b.held(r.ID); h != nil {
		return h, nil
	}
	e, err := b.engineOf(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := e.nodes(ctx, b.set.Name)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, cluster.ErrEnded
	}
	if !b.ours(list) {
		return nil, b.foreign()
	}
	c, err := controlPlane(list)
	if err != nil {
		return nil, err
	}
	return b.attach(ctx, node{e, c.Name}, r.ID)
}

// held returns the handle that is in use, if it is of the cluster with the
// id. One of a cluster that was deleted since is given up.
func (b *Backend) held(id string) *cluster.Handle {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.way != nil && b.way.id == id {
		return b.way.handle
	}
	return nil
}

// way is a handle and what runs for it.
type way struct {
	id       string // of the cluster's record
	handle   *cluster.Handle
	balancer *balancer
	keep     *keeper // of the balancer
	shell    *hostshell.Shell
}

// attach makes the handle, and begins what runs for it.
func (b *Backend) attach(ctx context.Context, n node, id string) (*cluster.Handle, error) {
	if h := b.held(id); h != nil {
		return h, nil
	}
	cfg, err := b.restConfig()
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	d, err := b.newDialer(ctx, cfg, client, n)
	if err != nil {
		return nil, err
	}
	w := &way{id: id, shell: &hostshell.Shell{
		Name: b.Name(), Self: b.o.Self, Environ: b.o.Environ, Kubeconfig: b.kubeconfig(), Tools: b.o.Tools,
		Client: client, Dir: b.dir,
	}}
	if !d.direct {
		w.shell.Dial = d.dial
	}
	w.handle = &cluster.Handle{
		Name: b.Name(), REST: cfg, Kubeconfig: b.kubeconfig(), Dial: d.dial,
		Capabilities: []labs.Capability{labs.CapabilitySidecar, labs.CapabilityEgress, labs.CapabilityNames, labs.CapabilityMeshAdmin},
		Shell:        w.shell.Command, Names: w.shell.Names, Resolver: true,
		Egress: func(ctx context.Context) error { return b.egress(ctx, cfg, client) },
	}
	w.balancer = &balancer{client: client, node: n.output, lock: filepath.Join(b.dir, "balancer.lock")}
	w.keep = keepGoing(func(ctx context.Context) error {
		_ = n.settle(ctx) // the node may have been started anew; without it some refusals look like silence
		return w.balancer.run(ctx)
	})
	return b.use(w), nil
}

// egress brings istio-egressgateway, which asks the labs' resolver for names.
func (b *Backend) egress(ctx context.Context, cfg *rest.Config, client dynamic.Interface) error {
	o := outside.ResolverService()
	address, err := cluster.ServiceAddress(ctx, client, o.Namespace, o.Name)
	if err != nil {
		return fmt.Errorf("let istio-egressgateway ask for names: %w", err)
	}
	return install.EnsureEgress(ctx, cfg, install.Options{Profile: b.set.profile(), Resolver: address})
}

// use puts a way in place of the one in use, unless another call was quicker.
func (b *Backend) use(w *way) *cluster.Handle {
	b.mu.Lock()
	old := b.way
	if old != nil && old.id == w.id {
		old, w = w, old
	}
	b.way = w
	b.mu.Unlock()
	old.close()
	return w.handle
}

func (w *way) close() {
	if w != nil {
		w.keep.close()
		w.shell.Close()
	}
}

// trouble is what keeps load balancers from their addresses, if anything.
func (b *Backend) trouble() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.way == nil {
		return nil
	}
	return b.way.balancer.lastError()
}

// newDialer looks which addresses can be reached from here.
func (b *Backend) newDialer(ctx context.Context, cfg *rest.Config, client dynamic.Interface, n node) (*dialer, error) {
	at, err := look(ctx, n.output)
	if err != nil {
		return nil, err
	}
	d := &dialer{node: n, room: at.room, direct: !b.o.Indirect && routable(ctx, cfg, at.self)}
	d.dns, err = cluster.ServiceAddress(ctx, client, "kube-system", "kube-dns")
	return d, err
}

// apiPort is where the API server listens in the node.
const apiPort = "6443"

// routable says whether the node's own address can be reached from here: the
// one that answers there must be our API server, by its certificate.
func routable(ctx context.Context, cfg *rest.Config, self netip.Addr) bool {
	c := rest.CopyConfig(cfg)
	c.Timeout = 500 * time.Millisecond
	c.Host = "https://" + net.JoinHostPort(self.String(), apiPort)
	c.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	hc, err := rest.HTTPClientFor(c)
	if err != nil {
		return false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Host+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := hc.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}

// Close ends what this program does for the cluster; the cluster stays.
func (b *Backend) Close() {
	b.mu.Lock()
	w := b.way
	b.way = nil
	b.mu.Unlock()
	w.close()
}

// keeper does something over and over until it is closed: the API server may
// be away for a while.
type keeper struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// again is the pause after a failure.
const again = time.Second

func keepGoing(f func(context.Context) error) *keeper {
	ctx, cancel := context.WithCancel(context.Background())
	k := &keeper{cancel: cancel}
	k.wg.Go(func() {
		for ctx.Err() == nil {
			_ = f(ctx) // it keeps its last error itself
			select {
			case <-ctx.Done():
			case <-time.After(again):
			}
		}
	})
	return k
}

func (k *keeper) close() {
	k.cancel()
	k.wg.Wait()
}
