package kind

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
	"sigs.k8s.io/kind/pkg/log"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/hostshell"
	"github.com/gatedrill/gatedrill/labs/cluster/install"
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
	b.mu.Lock()
	have := b.handle
	b.mu.Unlock()
	if have != nil {
		return have, nil
	}
	e, err := findEngine(ctx, r.Engine)
	if err != nil {
		return nil, err
	}
	list, err := b.nodes(e.provider(log.NoopLogger{}))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, cluster.ErrEnded
	}
	n, err := nodeutils.BootstrapControlPlaneNode(list)
	if err != nil {
		return nil, fmt.Errorf("find the control plane of kind cluster %s: %w", b.set.Name, err)
	}
	return b.attach(ctx, n)
}

// attach makes the handle, and begins what runs for it.
func (b *Backend) attach(ctx context.Context, n nodes.Node) (*cluster.Handle, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.handle != nil {
		return b.handle, nil
	}
	cfg, err := b.restConfig()
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	bal, err := newBalancer(ctx, client, n)
	if err != nil {
		return nil, err
	}
	d := &dialer{node: n, room: bal.room, direct: routable(ctx, bal.self)}
	if d.dns, err = dnsAddress(ctx, client); err != nil {
		return nil, err
	}
	b.keep = keepGoing(func(ctx context.Context) error {
		bal, err := newBalancer(ctx, client, n) // the node may have been started anew
		if err != nil {
			return err
		}
		return bal.run(ctx)
	})
	shell := &hostshell.Shell{
		Name: b.Name(), Self: b.o.Self, Environ: b.o.Environ, Kubeconfig: b.kubeconfig(), Tools: b.o.Tools,
		Client: client, Dir: b.dir,
	}
	if !d.direct {
		shell.Dial = d.dial
	}
	b.handle = &cluster.Handle{
		Name: b.Name(), REST: cfg, Kubeconfig: b.kubeconfig(), Dial: d.dial,
		Capabilities: []cluster.Capability{cluster.Sidecar, cluster.MeshAdmin},
		Shell:        shell.Command, Names: shell.Names,
		Egress: func(ctx context.Context) error {
			return install.EnsureEgress(ctx, cfg, install.Options{Profile: b.set.profile()})
		},
	}
	return b.handle, nil
}

// dnsAddress is the address of the cluster's DNS.
func dnsAddress(ctx context.Context, c dynamic.Interface) (string, error) {
	o, err := c.Resource(services).Namespace("kube-system").Get(ctx, "kube-dns", metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("find the cluster's DNS: %w", err)
	}
	ip, _, err := unstructured.NestedString(o.Object, "spec", "clusterIP")
	if err != nil || ip == "" {
		return "", fmt.Errorf("find the cluster's DNS: Service kube-system/kube-dns has no address (%w)", err)
	}
	return ip, nil
}

// restConfig reads our kubeconfig.
func (b *Backend) restConfig() (*rest.Config, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", b.kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig of kind cluster %s: %w", b.set.Name, err)
	}
	cfg.QPS, cfg.Burst = 200, 400
	return cfg, nil
}

// answers asks the API server once whether it is ready. ErrEnded says
// that nobody is there to answer.
func (b *Backend) answers(ctx context.Context) error {
	cfg, err := b.restConfig()
	if errors.Is(err, fs.ErrNotExist) {
		return cluster.ErrNotRunning
	}
	if err != nil {
		return err
	}
	cfg.Timeout = answerWithin
	hc, err := rest.HTTPClientFor(cfg)
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.Host+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	resp, err := hc.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return cluster.ErrEnded
	}
	if os.IsTimeout(err) {
		return fmt.Errorf("the API server of kind cluster %s does not answer within %s", b.set.Name, answerWithin)
	}
	if err != nil {
		return fmt.Errorf("reach kind cluster %s: %w", b.set.Name, err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the API server of kind cluster %s is not ready: %s", b.set.Name, resp.Status)
	}
	return nil
}

// answering waits until the API server is ready.
func (b *Backend) answering(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWithin, fmt.Errorf("not within %s", readyWithin))
	defer cancel()
	for {
		err := b.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the API server: %w: %w", context.Cause(ctx), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
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
			_ = f(ctx) // what it is about is seen where it lacks: a Service without an address
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
