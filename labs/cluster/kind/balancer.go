package kind

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

var services = schema.GroupVersionResource{Version: "v1", Resource: "services"}

// balancer stands for a cloud's load balancer: each Service of that type gets
// an address of the engine's network. The node holds the address on its
// loopback, so that it answers ARP for it, and kube-proxy does the rest once
// the Service's status names it.
type balancer struct {
	client dynamic.Interface
	node   command
	lock   string // file that one process at a time holds: the one that gives addresses
	at     network

	mu   sync.Mutex
	last error
}

// manager writes the addresses: by it they are known as ours later, whatever
// address the node itself has by then.
const manager = "gatedrill-balancer"

// lastError is why there is a Service without an address, if we know why.
func (b *balancer) lastError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *balancer) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = err
}

// run gives addresses until ctx ends, while no other process does. It returns
// when the API server or the node does not answer any more.
func (b *balancer) run(ctx context.Context) error {
	l := flock.New(b.lock)
	if _, err := l.TryLockContext(ctx, again); err != nil {
		if ctx.Err() == nil {
			err = fmt.Errorf("lock the load balancer: %w", err)
			b.note(err)
		}
		return err
	}
	defer func() { _ = l.Close() }()
	err := b.follow(ctx)
	if ctx.Err() == nil {
		b.note(err)
	}
	return err
}

// follow serves now, and again whenever a Service changes.
func (b *balancer) follow(ctx context.Context) error {
	for {
		list, err := b.client.Resource(services).List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("list Services: %w", err)
		}
		err = b.serve(ctx, list.Items)
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			continue // somebody else changed it: look again
		}
		if err != nil && !errors.Is(err, errNoRoom) {
			return err
		}
		if ctx.Err() == nil {
			b.note(err)
		}
		if err := b.wait(ctx, list.GetResourceVersion()); err != nil {
			return err
		}
	}
}

// anyway is how long the balancer believes a watch that tells nothing, and the
// node to hold what it held: it may have been started anew, or an address of
// the network been left by the machine that had it.
const anyway = 30 * time.Second

// wait returns at the next change of a Service.
func (b *balancer) wait(ctx context.Context, version string) error {
	w, err := b.client.Resource(services).Watch(ctx, metav1.ListOptions{ResourceVersion: version})
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch Services: %w", err)
	}
	defer w.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ResultChan(): // closed, or news: listed anew in either case
	case <-time.After(anyway):
	}
	return nil
}

// serve gives addresses to the Services that wait for one, and sees to it
// that the node holds those that it gave, and no others. A status that
// somebody else wrote is left alone, and its addresses to whoever has them.
func (b *balancer) serve(ctx context.Context, list []unstructured.Unstructured) (err error) {
	if b.at, err = look(ctx, b.node); err != nil { // not what it was: another process may have been at work
		return err
	}
	slices.SortStableFunc(list, func(x, y unstructured.Unstructured) int {
		return x.GetCreationTimestamp().Compare(y.GetCreationTimestamp().Time)
	})
	used, ours, waiting := map[netip.Addr]bool{}, map[netip.Addr]bool{}, []unstructured.Unstructured{}
	for _, s := range list {
		if kind, _, _ := unstructured.NestedString(s.Object, "spec", "type"); kind != "LoadBalancer" || s.GetDeletionTimestamp() != nil {
			continue
		}
		wrote := written(s)
		good := 0
		for _, a := range cluster.LoadBalanced(&s) {
			used[a] = true
			if wrote && b.at.free(a) {
				ours[a] = true
				good++
			}
		}
		if good == 0 && (wrote || !hasStatus(s)) {
			waiting = append(waiting, s)
		}
	}
	if err := b.hold(ctx, ours); err != nil {
		return err
	}
	var errs []error
	for _, s := range waiting {
		errs = append(errs, b.provide(ctx, s, used, ours))
	}
	return errors.Join(append(errs, b.drop(ctx, ours))...)
}

// provide gives a Service an address. The node holds it first: whoever reads
// it can use it at once.
func (b *balancer) provide(ctx context.Context, s unstructured.Unstructured, used, ours map[netip.Addr]bool) error {
	a, err := b.pick(ctx, used)
	if err != nil {
		return err
	}
	used[a], ours[a] = true, true
	if err := b.hold(ctx, ours); err != nil {
		return err
	}
	return b.give(ctx, s, a)
}

// give writes the address into the Service's status, unless the Service has
// changed since.
func (b *balancer) give(ctx context.Context, s unstructured.Unstructured, a netip.Addr) error {
	patch := fmt.Sprintf(`{"metadata":{"resourceVersion":%q},"status":{"loadBalancer":{"ingress":[{"ip":%q}]}}}`, s.GetResourceVersion(), a)
	_, err := b.client.Resource(services).Namespace(s.GetNamespace()).
		Patch(ctx, s.GetName(), types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager}, "status")
	if err != nil {
		return fmt.Errorf("give Service %s/%s its address: %w", s.GetNamespace(), s.GetName(), err)
	}
	return nil
}

// hold puts addresses on the node's loopback.
func (b *balancer) hold(ctx context.Context, list map[netip.Addr]bool) error {
	for a := range list {
		if b.at.held[a] {
			continue
		}
		if _, err := b.node(ctx, "ip", "address", "replace", a.String()+"/32", "dev", "lo"); err != nil {
			return err
		}
		b.at.held[a] = true
	}
	return nil
}

// drop takes all others of the network off the node's loopback.
func (b *balancer) drop(ctx context.Context, ours map[netip.Addr]bool) error {
	for a := range b.at.held {
		if ours[a] || !b.at.room.Contains(a) {
			continue
		}
		if _, err := b.node(ctx, "ip", "address", "delete", a.String()+"/32", "dev", "lo"); err != nil {
			return err
		}
		delete(b.at.held, a)
	}
	return nil
}

// pick chooses an address that nobody on the network answers for.
func (b *balancer) pick(ctx context.Context, used map[netip.Addr]bool) (netip.Addr, error) {
	for a := range b.at.candidates() {
		if used[a] {
			continue
		}
		if b.at.held[a] {
			return a, nil // it is the node that would answer
		}
		taken, err := b.answered(ctx, a)
		if err != nil || !taken {
			return a, err
		}
	}
	return netip.Addr{}, fmt.Errorf("%w in %s", errNoRoom, b.at.room)
}

// ask has the node send one datagram to an address, which nobody has to
// receive: the kernel asks first whose address it is (ARP). It prints the
// answer as soon as there is one, within 200 ms: a neighbour is there in one.
const ask = `ip neigh delete $0 dev eth0 2>/dev/null; echo >/dev/udp/$0/9
for i in 1 2 3 4; do ip -4 neigh show to $0 dev eth0 | grep lladdr && break; sleep .05; done; true`

// answered says whether another machine has an address.
func (b *balancer) answered(ctx context.Context, a netip.Addr) (bool, error) {
	out, err := b.node(ctx, "bash", "-c", ask, a.String())
	if err != nil {
		return false, fmt.Errorf("ask the network for %s: %w", a, err)
	}
	return strings.Contains(out, "lladdr"), nil
}
