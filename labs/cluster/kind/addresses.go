package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// command runs a command on a node and returns what it printed.
type command func(ctx context.Context, name string, args ...string) (string, error)

// network is where a node is.
type network struct {
	room netip.Prefix        // the engine's network
	self netip.Addr          // the node's own address
	held map[netip.Addr]bool // what its loopback holds
}

// look asks a node where it is, and what it holds.
func look(ctx context.Context, node command) (network, error) {
	at := network{held: map[netip.Addr]bool{}}
	out, err := node(ctx, "ip", "-4", "-o", "address", "show", "scope", "global")
	if err != nil {
		return at, err
	}
	for line := range strings.Lines(out) {
		dev, p, ok := address(line)
		switch {
		case !ok:
		case dev == "lo":
			at.held[p.Addr()] = true
		case dev == "eth0":
			at.room, at.self = p.Masked(), p.Addr()
		}
	}
	if !at.room.IsValid() {
		return at, fmt.Errorf("the node has no IPv4 address on eth0: %q", out)
	}
	return at, nil
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

// free says whether a load balancer may have an address: it is of the
// network, and neither the node's own, the network's gateway nor its broadcast.
func (n network) free(a netip.Addr) bool {
	return n.room.Contains(a) && a != n.self && a != offset(n.room.Addr(), 0) && a != offset(n.room.Addr(), 1) &&
		a != offset(n.room.Addr(), 1<<(32-n.room.Bits())-1)
}

var errNoRoom = errors.New("no address is left for a load balancer")

// candidates are the addresses to give, in order: of the upper end of the
// engine's network, which hands out its own from the lower end. Nodes of other
// clusters share the network, so that each node takes from a part of its own,
// by its own last byte, where there is room for parts.
func (n network) candidates() iter.Seq[netip.Addr] {
	const each = 64
	size := 1 << min(32-n.room.Bits(), 20)
	first := size - 1 - each // the last is for broadcast
	if size >= 1<<15 {
		first -= each * int(n.self.As4()[3])
	}
	return func(yield func(netip.Addr) bool) {
		for i := max(first, size/2); i < min(first+each, size-1); i++ {
			if a := offset(n.room.Addr(), i); n.free(a) && !yield(a) {
				return
			}
		}
	}
}

func offset(a netip.Addr, n int) netip.Addr {
	b := a.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += uint32(n)
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// hasStatus says whether a Service has an address or a name from anybody.
func hasStatus(s unstructured.Unstructured) bool {
	list, _, _ := unstructured.NestedSlice(s.Object, "status", "loadBalancer", "ingress")
	return len(list) > 0
}

// written says whether a Service's addresses are those that we wrote: the API
// server notes who did, and forgets us when somebody else writes others.
func written(s unstructured.Unstructured) bool {
	for _, m := range s.GetManagedFields() {
		if m.Manager != manager || m.Subresource != "status" || m.FieldsV1 == nil {
			continue
		}
		var fields struct {
			Status struct {
				LoadBalancer struct {
					Ingress *struct{} `json:"f:ingress"`
				} `json:"f:loadBalancer"`
			} `json:"f:status"`
		}
		if json.Unmarshal(m.FieldsV1.Raw, &fields) == nil && fields.Status.LoadBalancer.Ingress != nil {
			return true
		}
	}
	return false
}
