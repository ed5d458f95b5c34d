package kind

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

var services = schema.GroupVersionResource{Version: "v1", Resource: "services"}

// balancer stands for a cloud's load balancer: each Service of that type gets
// an address of the engine's network. The node holds the address on its
// loopback, so that it answers ARP for it, and kube-proxy does the rest once
// the Service's status names it.
type balancer struct {
	client dynamic.Interface
	run    func(ctx context.Context, name string, args ...string) (string, error) // on the node
	room   netip.Prefix                                                           // the node's network
	self   netip.Addr                                                             // the node's own address
	held   map[netip.Addr]bool
}

// newBalancer looks at the node's network, and at what it holds already.
func newBalancer(ctx context.Context, c dynamic.Interface, run func(context.Context, string, ...string) (string, error)) (*balancer, error) {
	b := &balancer{client: c, run: run, held: map[netip.Addr]bool{}}
	out, err := run(ctx, "ip", "-4", "-o", "address", "show", "scope", "global")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		dev, p, ok := address(line)
		switch {
		case !ok:
		case dev == "lo":
			b.held[p.Addr()] = true
		case dev == "eth0":
			b.room, b.self = p.Masked(), p.Addr()
		}
	}
	if !b.room.IsValid() {
		return nil, fmt.Errorf("the node has no IPv4 address on eth0: %q", out)
	}
	return b, nil
}

// address reads a line of `ip -o address`: "2: eth0    inet 172.18.0.2/16 …".
func address(line string) (dev string, p netip.Prefix, ok bool) {
	f := strings.Fields(line)
	if len(f) < 4 || f[2] != "inet" {
		return "", p, false
	}
	text := f[3]
	if !strings.Contains(text, "/") {
		text += "/32"
	}
	p, err := netip.ParsePrefix(text)
	return f[1], p, err == nil
}

// serveAll gives addresses until ctx ends. It returns when the API server does
// not answer any more.
func (b *balancer) serveAll(ctx context.Context) error {
	for {
		list, err := b.client.Resource(services).List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("list Services: %w", err)
		}
		if err := b.serve(ctx, list.Items); err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			return err
		} else if err != nil {
			continue // somebody else changed it: look again
		}
		if err := b.wait(ctx, list.GetResourceVersion()); err != nil {
			return err
		}
	}
}

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
		return nil
	}
}

// serve gives addresses to the Services that wait for one, and sees to it
// that the node holds those that are given, and no others.
func (b *balancer) serve(ctx context.Context, list []unstructured.Unstructured) error {
	slices.SortStableFunc(list, func(x, y unstructured.Unstructured) int {
		return x.GetCreationTimestamp().Compare(y.GetCreationTimestamp().Time)
	})
	used, waiting := map[netip.Addr]bool{}, []unstructured.Unstructured{}
	for _, s := range list {
		if kind, _, _ := unstructured.NestedString(s.Object, "spec", "type"); kind != "LoadBalancer" || s.GetDeletionTimestamp() != nil {
			continue
		}
		given := addressesOf(s)
		if len(given) == 0 {
			waiting = append(waiting, s)
		}
		for _, a := range given {
			used[a] = true
		}
	}
	for _, s := range waiting {
		a, err := pick(b.room, b.self, used)
		if err != nil {
			return err
		}
		used[a] = true
		if err := b.hold(ctx, a); err != nil {
			return err
		}
		if err := b.give(ctx, s, a); err != nil {
			return err
		}
	}
	for a := range used {
		if err := b.hold(ctx, a); err != nil {
			return err
		}
	}
	return b.drop(ctx, used)
}

func addressesOf(s unstructured.Unstructured) []netip.Addr {
	var out []netip.Addr
	list, _, _ := unstructured.NestedSlice(s.Object, "status", "loadBalancer", "ingress")
	for _, i := range list {
		m, _ := i.(map[string]any)
		text, _ := m["ip"].(string)
		if a, err := netip.ParseAddr(text); err == nil {
			out = append(out, a)
		}
	}
	return out
}

// give writes the address into the Service's status, unless the Service has
// changed since.
func (b *balancer) give(ctx context.Context, s unstructured.Unstructured, a netip.Addr) error {
	patch := fmt.Sprintf(`{"metadata":{"resourceVersion":%q},"status":{"loadBalancer":{"ingress":[{"ip":%q}]}}}`, s.GetResourceVersion(), a)
	_, err := b.client.Resource(services).Namespace(s.GetNamespace()).
		Patch(ctx, s.GetName(), types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "gatedrill-balancer"}, "status")
	if err != nil {
		return fmt.Errorf("give Service %s/%s its address: %w", s.GetNamespace(), s.GetName(), err)
	}
	return nil
}

func (b *balancer) hold(ctx context.Context, a netip.Addr) error {
	if b.held[a] {
		return nil
	}
	if _, err := b.run(ctx, "ip", "address", "replace", a.String()+"/32", "dev", "lo"); err != nil {
		return err
	}
	b.held[a] = true
	return nil
}

func (b *balancer) drop(ctx context.Context, used map[netip.Addr]bool) error {
	for a := range b.held {
		if used[a] || !b.room.Contains(a) {
			continue
		}
		if _, err := b.run(ctx, "ip", "address", "delete", a.String()+"/32", "dev", "lo"); err != nil {
			return err
		}
		delete(b.held, a)
	}
	return nil
}

var errNoRoom = errors.New("no address is left for a load balancer")

// pick chooses an address for a load balancer from the upper end of the
// engine's network, which hands out its own from the lower end. Nodes of
// other clusters share the network, so that each node takes from a part of
// its own, by its own last byte, where there is room for parts.
func pick(room netip.Prefix, self netip.Addr, used map[netip.Addr]bool) (netip.Addr, error) {
	const each = 64
	size := 1 << min(32-room.Bits(), 20)
	first := size - 1 - each // the last is for broadcast
	if size >= 1<<15 {
		first -= each * int(self.As4()[3])
	}
	for i := max(first, size/2); i < min(first+each, size-1); i++ {
		if a := offset(room.Masked().Addr(), i); !used[a] && a != self {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%w in %s", errNoRoom, room)
}

func offset(a netip.Addr, n int) netip.Addr {
	b := a.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += uint32(n)
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}
