package network

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Attach links the network namespace of process pid to the node. id names the
// link and is at most 14 bytes; want is a fixed address or empty. It returns
// the pod's address.
func (n *Node) Attach(pid int, id, want string) (string, error) {
	n.mu.Lock()
	ip, err := n.addresses.take(id, want)
	n.mu.Unlock()
	if err != nil {
		return "", err
	}
	pod := host(ip.String())
	if err := nodeSide(pid, link(id), pod); err != nil {
		n.Detach(id)
		return "", fmt.Errorf("link pod to the node: %w", err)
	}
	if err := podSide(pid, pod); err != nil {
		n.Detach(id)
		return "", fmt.Errorf("set up the pod's network: %w", err)
	}
	return ip.String(), nil
}

// Detach removes a pod's link and gives its address back.
func (n *Node) Detach(id string) {
	if l, err := netlink.LinkByName(link(id)); err == nil {
		_ = netlink.LinkDel(l) // gone with its pod's namespace already
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses.free(id)
}

func link(id string) string { return "v" + id }

func host(ip string) *net.IPNet {
	return &net.IPNet{IP: net.ParseIP(ip).To4(), Mask: net.CIDRMask(32, 32)}
}

func nodeSide(pid int, name string, pod *net.IPNet) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	attrs.MTU = 1500
	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "eth0", PeerNamespace: netlink.NsPid(pid)}); err != nil {
		return fmt.Errorf("make the pair: %w", err)
	}
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(l, &netlink.Addr{IPNet: host(podGateway), Scope: int(netlink.SCOPE_LINK)}); err != nil {
		return fmt.Errorf("gateway address: %w", err)
	}
	if err := netlink.LinkSetUp(l); err != nil {
		return err
	}
	// Replace: a fixed address may still be routed to the pod before this one.
	route := &netlink.Route{LinkIndex: l.Attrs().Index, Scope: netlink.SCOPE_LINK, Src: net.ParseIP(NodeIP), Dst: pod}
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("route: %w", err)
	}
	return nil
}

func podSide(pid int, pod *net.IPNet) error {
	ns, err := netns.GetFromPid(pid)
	if err != nil {
		return err
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns)
	if err != nil {
		return err
	}
	defer h.Close()
	lo, err := h.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := h.LinkSetUp(lo); err != nil {
		return err
	}
	eth, err := h.LinkByName("eth0")
	if err != nil {
		return err
	}
	if err := h.AddrAdd(eth, &netlink.Addr{IPNet: pod}); err != nil {
		return err
	}
	if err := h.LinkSetUp(eth); err != nil {
		return err
	}
	gw := host(podGateway)
	if err := h.RouteAdd(&netlink.Route{LinkIndex: eth.Attrs().Index, Scope: netlink.SCOPE_LINK, Dst: gw}); err != nil {
		return fmt.Errorf("route to the gateway: %w", err)
	}
	if err := h.RouteAdd(&netlink.Route{LinkIndex: eth.Attrs().Index, Gw: gw.IP}); err != nil {
		return fmt.Errorf("default route: %w", err)
	}
	return nil
}
