// Package network makes the node's network inside the sandbox's own network
// namespace: an address for the node, a point-to-point link for each pod.
//
// Pods do not hang on a bridge: there the reply of a pod → Service → pod
// connection would go back by layer 2, past the connection tracking that must
// rewrite it. Point-to-point links with /32 routes also let a pod have any
// address, such as one of the simulated internet.
package network

import (
	"fmt"
	"net"
	"os"
	"sync"

	"github.com/vishvananda/netlink"
)

// The sandbox's addresses. They exist only in its own network namespace.
const (
	NodeIP      = "172.18.0.2"
	nodeBits    = "/16"
	podGateway  = "10.244.0.1"
	DNSIP       = "10.96.0.10"
	ServiceCIDR = "10.96.0.0/16"
	// FirstLoadBalancer is the first address for Services of type LoadBalancer.
	FirstLoadBalancer = "172.18.255.200"
)

// AddressAnnotation gives a pod a fixed address, such as one outside the
// cluster's ranges: "the internet".
const AddressAnnotation = "gatedrill.dev/address"

// Node is the node's network.
type Node struct {
	mu        sync.Mutex
	addresses *addresses
}

// NewNode sets the current network namespace up as the node's.
func NewNode() (*Node, error) {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return nil, fmt.Errorf("find lo: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return nil, fmt.Errorf("set lo up: %w", err)
	}
	// Of the scope "host", so that it is never picked as a source address.
	if err := addAddress(lo, DNSIP+"/32", netlink.SCOPE_HOST); err != nil {
		return nil, err
	}
	eth, err := ethernet()
	if err != nil {
		return nil, err
	}
	// A default route gives connections made here to a Service's address their
	// source and a first way; the rewritten destination is then routed anew.
	route := &netlink.Route{LinkIndex: eth.Attrs().Index, Src: net.ParseIP(NodeIP), Scope: netlink.SCOPE_LINK}
	if err := netlink.RouteAdd(route); err != nil {
		return nil, fmt.Errorf("add the default route: %w", err)
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return nil, fmt.Errorf("forward packets: %w", err)
	}
	return &Node{addresses: newAddresses()}, nil
}

// ethernet makes eth0. A veth pair, not a dummy or a bridge: pods need veth
// anyway, so no other kernel module has to be there.
func ethernet() (netlink.Link, error) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "eth0"
	eth := &netlink.Veth{LinkAttrs: attrs, PeerName: "uplink"}
	if err := netlink.LinkAdd(eth); err != nil {
		return nil, fmt.Errorf("make the virtual link eth0 (kernel module veth): %w", err)
	}
	peer, err := netlink.LinkByName("uplink")
	if err != nil {
		return nil, fmt.Errorf("find uplink: %w", err)
	}
	if err := netlink.LinkSetUp(peer); err != nil {
		return nil, fmt.Errorf("set uplink up: %w", err)
	}
	if err := addAddress(eth, NodeIP+nodeBits, netlink.SCOPE_UNIVERSE); err != nil {
		return nil, err
	}
	if err := netlink.LinkSetUp(eth); err != nil {
		return nil, fmt.Errorf("set eth0 up: %w", err)
	}
	return eth, nil
}

func addAddress(l netlink.Link, cidr string, scope netlink.Scope) error {
	a, err := netlink.ParseAddr(cidr)
	if err != nil {
		return err
	}
	a.Scope = int(scope)
	if err := netlink.AddrAdd(l, a); err != nil {
		return fmt.Errorf("give %s to %s: %w", cidr, l.Attrs().Name, err)
	}
	return nil
}
