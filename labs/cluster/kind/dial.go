package kind

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// dialer reaches the cluster's network. Addresses of the engine's network are
// dialled directly where this machine has a way to them; everything else, and
// all of it on macOS, in a VM or rootless, goes through the node.
type dialer struct {
	node   node
	room   netip.Prefix
	direct bool // room can be reached from here
	dns    string
}

// dial opens a connection; names are resolved by the cluster's DNS.
func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil, fmt.Errorf("dial %s in kind: network %q is not tcp", addr, network)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial in kind: %w", err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		if ip, err = d.resolve(ctx, host); err != nil {
			return nil, err
		}
	}
	if d.direct && d.room.Contains(ip) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
	}
	return d.through(ctx, ip.String(), port)
}

func (d *dialer) through(ctx context.Context, host, port string) (net.Conn, error) {
	return throughNode(ctx, d.node.command, host, port)
}

func (d *dialer) resolve(ctx context.Context, host string) (netip.Addr, error) {
	r := net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.through(ctx, d.dns, "53")
	}}
	list, err := r.LookupNetIP(ctx, "ip4", strings.TrimSuffix(host, ".")+".")
	if err != nil {
		return netip.Addr{}, fmt.Errorf("dial in kind: %w", err)
	}
	if len(list) == 0 {
		return netip.Addr{}, errors.New("dial in kind: " + host + " has no IPv4 address")
	}
	return list[0].Unmap(), nil
}
