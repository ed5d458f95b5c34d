package kubecontext

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

// Look returns a way into the cluster of a context for looking alone: nothing
// is made there, no choice is noted and no credential is copied. Without a
// context in the settings it is the kubeconfig's current one. Its Dial reaches
// addresses from this machine as it is; those in open were named by the person
// and are dialled as they are, private ones only where a gateway answers.
func Look(ctx context.Context, o Options, open []string) (*cluster.Handle, error) {
	if o.within == 0 {
		o.within = answerWithin
	}
	name := o.Settings.Context
	if name == "" {
		var err error
		if name, err = current(o.Settings.Kubeconfig); err != nil {
			return nil, err
		}
	}
	cfg, err := load(o.Settings.Kubeconfig, name)
	if err != nil {
		return nil, err
	}
	c, err := newClient(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	if err := c.answers(ctx); err != nil {
		return nil, err
	}
	d := &lookDialer{open: open, proves: routable, dial: new(net.Dialer).DialContext}
	return &cluster.Handle{Name: "context " + name, REST: c.rest, Dial: d.dialContext, Namespace: cfg.Contexts[name].Namespace}, nil
}

// current is the context that the kubeconfig says is in use.
func current(files []string) (string, error) {
	cfg, err := (&clientcmd.ClientConfigLoadingRules{Precedence: files}).Load()
	if err != nil {
		return "", fmt.Errorf("read the kubeconfig: %w", err)
	}
	if cfg.CurrentContext == "" {
		return "", fmt.Errorf("%s has no current context (name one: --context NAME)", strings.Join(files, ", "))
	}
	return cfg.CurrentContext, nil
}

// lookDialer reaches gateways from this machine.
type lookDialer struct {
	open   []string
	proves func(context.Context, netip.AddrPort) bool
	dial   cluster.DialFunc
}

// dialContext opens a connection to an address that is the gateway's for sure.
// A private one belongs to somebody in every network: it is dialled if Envoy
// answers on its status port there.
func (d *lookDialer) dialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", addr, err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || slices.Contains(d.open, host) || slices.Contains(d.open, addr) {
		return d.dial(ctx, network, addr)
	}
	ip = ip.Unmap()
	own := ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
	if own && !d.proves(ctx, netip.AddrPortFrom(ip, statusPort)) {
		return nil, fmt.Errorf("%s: %w: it is a private address, and no gateway answers on its port %d (ask from a machine that reaches it, or name a way: --connect-to ADDRESS)", host, refusal.ErrNoWay, statusPort)
	}
	return d.dial(ctx, network, addr)
}
