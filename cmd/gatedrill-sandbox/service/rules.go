package service

import (
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/nft"
)

// chains are where a plan's rules go.
type chains struct {
	services, refused, hairpin [][]expr.Any
}

// rules turns a plan into rules. One of n endpoints is picked as kube-proxy
// does it: the first with chance 1/n, the second with 1/(n-1), and so on.
func (p Plan) rules() chains {
	var c chains
	for _, f := range p.Fronts {
		match := nft.Rule(nft.Destination(nft.Host(f.At.Addr())), nft.Port(f.Proto, f.At.Port()))
		for i, b := range f.Backends {
			var chance []expr.Any
			if left := len(f.Backends) - i; left > 1 {
				chance = nft.OneIn(left)
			}
			c.services = append(c.services, nft.Rule(match, chance, nft.SendTo(b.Addr(), b.Port())))
		}
	}
	for _, a := range p.Addresses {
		to := nft.Destination(nft.Host(a))
		c.refused = append(c.refused,
			nft.Rule(to, nft.Protocol(unix.IPPROTO_TCP), nft.ResetTCP()),
			nft.Rule(to, nft.Unreachable()))
	}
	for _, a := range p.Pods {
		c.hairpin = append(c.hairpin, nft.Rule(nft.Source(nft.Host(a)), nft.Destination(nft.Host(a)), nft.Masquerade()))
	}
	return c
}

// Write replaces the node's Service rules in one transaction.
func (p Plan) Write() error {
	conn, table, err := nft.Fresh("gatedrill")
	if err != nil {
		return fmt.Errorf("service rules: %w", err)
	}
	chain := func(name string, kind nftables.ChainType, hook *nftables.ChainHook, prio *nftables.ChainPriority) *nftables.Chain {
		return conn.AddChain(&nftables.Chain{Name: name, Table: table, Type: kind, Hooknum: hook, Priority: prio})
	}
	add := func(to *nftables.Chain, rules ...[]expr.Any) {
		for _, r := range rules {
			conn.AddRule(&nftables.Rule{Table: table, Chain: to, Exprs: r})
		}
	}
	services := conn.AddChain(&nftables.Chain{Name: "services", Table: table})
	refused := conn.AddChain(&nftables.Chain{Name: "refused", Table: table})
	r := p.rules()
	add(services, r.services...)
	add(refused, r.refused...)
	add(chain("prerouting", nftables.ChainTypeNAT, nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest), nft.Jump("services"))
	add(chain("output", nftables.ChainTypeNAT, nftables.ChainHookOutput, nftables.ChainPriorityNATDest), nft.Jump("services"))
	add(chain("postrouting", nftables.ChainTypeNAT, nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource), r.hairpin...)
	// Whatever still has a Service's address as destination was not rewritten.
	add(chain("refuse-forward", nftables.ChainTypeFilter, nftables.ChainHookForward, nftables.ChainPriorityFilter), nft.Jump("refused"))
	add(chain("refuse-output", nftables.ChainTypeFilter, nftables.ChainHookOutput, nftables.ChainPriorityFilter), nft.Jump("refused"))
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("write %d service rules: %w", len(r.services)+len(r.refused)+len(r.hairpin), err)
	}
	return nil
}
