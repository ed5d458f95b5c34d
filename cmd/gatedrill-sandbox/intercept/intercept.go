// Package intercept sends a sidecar's traffic through its proxy: it does in a
// pod's network namespace what Istio's init container (istio-iptables) asks
// for, with the mark of the proxy's sockets in place of its uid.
package intercept

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/nft"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
)

// hbonePort is the port of tunnelled traffic; the proxy takes it by itself.
const hbonePort = 15008

// Options are the arguments of istio-iptables that matter here.
type Options struct {
	OutboundPort    uint16         // -p
	InboundPort     uint16         // -z
	ExcludeInbound  []uint16       // -d
	ExcludeOutbound []uint16       // -o
	IncludeInbound  []uint16       // -b; empty: every port
	NoInbound       bool           // -b ""
	ExcludeNets     []netip.Prefix // -x
	IncludeNets     []netip.Prefix // -i; empty: everywhere
	NoNets          bool           // -i ""
	IncludeOutbound []uint16       // -q: these ports wherever they lead
}

// Rule is one redirect rule: where it hooks, its text, and its expressions.
type Rule struct {
	Inbound bool
	Text    string
	Exprs   []expr.Any
}

// Parse reads the init container's arguments, "istio-iptables" not included.
func Parse(args []string) (Options, error) {
	o := Options{OutboundPort: 15001, InboundPort: 15006}
	for i := 0; i+1 < len(args); i++ {
		v := args[i+1]
		var err error
		switch args[i] {
		case "-p":
			o.OutboundPort, err = port(v)
		case "-z":
			o.InboundPort, err = port(v)
		case "-d":
			o.ExcludeInbound, err = each(v, port)
		case "-o":
			o.ExcludeOutbound, err = each(v, port)
		case "-b":
			o.NoInbound = v == ""
			if v != "*" {
				o.IncludeInbound, err = each(v, port)
			}
		case "-x":
			o.ExcludeNets, err = each(v, prefix)
		case "-q":
			o.IncludeOutbound, err = each(v, port)
		case "-i":
			o.NoNets = v == ""
			if v != "*" {
				o.IncludeNets, err = each(v, prefix)
			}
		default:
			continue
		}
		if err != nil {
			return o, fmt.Errorf("istio-iptables %s %q: %w", args[i], v, err)
		}
		i++
	}
	return o, nil
}

func port(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err
}

func prefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return nft.Host(a), nil
	}
	return netip.ParsePrefix(s)
}

func each[T any](list string, parse func(string) (T, error)) ([]T, error) {
	var out []T
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		v, err := parse(s)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Rules lists what o asks for, in order.
func (o Options) Rules() []Rule { return append(o.inbound(), o.outbound()...) }

func (o Options) inbound() []Rule {
	if o.NoInbound {
		return nil
	}
	var rules []Rule
	add := func(text string, parts ...[]expr.Any) {
		rules = append(rules, Rule{Inbound: true, Text: text, Exprs: nft.Rule(parts...)})
	}
	for _, p := range append(o.ExcludeInbound, hbonePort) {
		add(fmt.Sprintf("tcp dport %d return", p), nft.Port(unix.IPPROTO_TCP, p), nft.Return())
	}
	for _, p := range o.IncludeInbound {
		add(fmt.Sprintf("tcp dport %d redirect to :%d", p, o.InboundPort), nft.Port(unix.IPPROTO_TCP, p), nft.RedirectTo(o.InboundPort))
	}
	if len(o.IncludeInbound) == 0 {
		add(fmt.Sprintf("meta l4proto tcp redirect to :%d", o.InboundPort), nft.Protocol(unix.IPPROTO_TCP), nft.RedirectTo(o.InboundPort))
	}
	return rules
}

func (o Options) outbound() []Rule {
	var rules []Rule
	add := func(text string, parts ...[]expr.Any) {
		rules = append(rules, Rule{Text: text, Exprs: nft.Rule(parts...)})
	}
	// 127.0.0.6 is what the proxy calls its own application from.
	passthrough, self := netip.MustParsePrefix("127.0.0.6/32"), netip.MustParsePrefix("127.0.0.1/32")
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	tcp := nft.Protocol(unix.IPPROTO_TCP)
	add("ip saddr 127.0.0.6 oifname lo return", nft.Source(passthrough), nft.OutLoopback(), nft.Return())
	add(fmt.Sprintf("ip daddr != 127.0.0.1 oifname lo meta mark %d tcp redirect to :%d", launch.Mark, o.InboundPort),
		tcp, nft.NotDestination(self), nft.OutLoopback(), nft.Mark(launch.Mark), nft.RedirectTo(o.InboundPort))
	add(fmt.Sprintf("meta mark %d return", launch.Mark), nft.Mark(launch.Mark), nft.Return())
	add("ip daddr 127.0.0.0/8 return", nft.Destination(loopback), nft.Return())
	for _, p := range o.ExcludeOutbound {
		add(fmt.Sprintf("tcp dport %d return", p), nft.Port(unix.IPPROTO_TCP, p), nft.Return())
	}
	for _, n := range o.ExcludeNets {
		add(fmt.Sprintf("ip daddr %s return", n), nft.Destination(n), nft.Return())
	}
	for _, p := range o.IncludeOutbound {
		add(fmt.Sprintf("tcp dport %d redirect to :%d", p, o.OutboundPort), nft.Port(unix.IPPROTO_TCP, p), nft.RedirectTo(o.OutboundPort))
	}
	for _, n := range o.IncludeNets {
		add(fmt.Sprintf("ip daddr %s tcp redirect to :%d", n, o.OutboundPort), tcp, nft.Destination(n), nft.RedirectTo(o.OutboundPort))
	}
	if len(o.IncludeNets) == 0 && !o.NoNets {
		add(fmt.Sprintf("meta l4proto tcp redirect to :%d", o.OutboundPort), tcp, nft.RedirectTo(o.OutboundPort))
	}
	return rules
}

// Install puts the rules into the current network namespace, in place of any
// that are there, and returns them as the init container's log.
func Install(args []string) (string, error) {
	o, err := Parse(args)
	if err != nil {
		return "", err
	}
	c, t, err := nft.Fresh("istio")
	if err != nil {
		return "", fmt.Errorf("redirect rules: %w", err)
	}
	nat := func(name string, hook *nftables.ChainHook) *nftables.Chain {
		return c.AddChain(&nftables.Chain{Name: name, Table: t, Type: nftables.ChainTypeNAT, Hooknum: hook, Priority: nftables.ChainPriorityNATDest})
	}
	in, out := nat("inbound", nftables.ChainHookPrerouting), nat("outbound", nftables.ChainHookOutput)
	var log strings.Builder
	fmt.Fprintln(&log, "redirect rules of the sandbox for: istio-iptables", strings.Join(args, " "))
	for _, r := range o.Rules() {
		chain := out
		if r.Inbound {
			chain = in
		}
		c.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: r.Exprs})
		fmt.Fprintf(&log, "%s: %s\n", chain.Name, r.Text)
	}
	if err := c.Flush(); err != nil {
		return "", fmt.Errorf("redirect rules: %w", err)
	}
	return log.String(), nil
}
