package service

import (
	"errors"
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

// batch is how many rules one transaction adds. The kernel answers each rule
// with more than 1 KiB, all at once, and an answer that finds the socket's
// buffer full (208 KiB by default) makes the transaction look failed: 120 rules
// in one went well, 125 did not.
const batch = 64

// Write puts the rules into the table now and deletes the table before. Rules
// grow in chains that nothing leads to; the last transaction opens them and
// drops the other table, so that no packet meets a part of the rules only.
func (p Plan) Write(now, before string) error {
	r := p.rules()
	if err := r.write(now, before); err != nil {
		return fmt.Errorf("write %d service rules: %w", len(r.services)+len(r.refused)+len(r.hairpin), err)
	}
	return nil
}

func (c chains) write(now, before string) error {
	conn, table, err := nft.Fresh(now)
	if err != nil {
		return err
	}
	waiting := 0
	fill := func(name string, rules [][]expr.Any) error {
		to := conn.AddChain(&nftables.Chain{Name: name, Table: table})
		for _, r := range rules {
			conn.AddRule(&nftables.Rule{Table: table, Chain: to, Exprs: r})
			if waiting++; waiting%batch == 0 {
				if err := conn.Flush(); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := errors.Join(fill("services", c.services), fill("refused", c.refused), fill("hairpin", c.hairpin)); err != nil {
		return err
	}
	open := func(name, target string, kind nftables.ChainType, hook *nftables.ChainHook, prio *nftables.ChainPriority) {
		from := conn.AddChain(&nftables.Chain{Name: name, Table: table, Type: kind, Hooknum: hook, Priority: prio})
		conn.AddRule(&nftables.Rule{Table: table, Chain: from, Exprs: nft.Jump(target)})
	}
	open("prerouting", "services", nftables.ChainTypeNAT, nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest)
	open("output", "services", nftables.ChainTypeNAT, nftables.ChainHookOutput, nftables.ChainPriorityNATDest)
	open("postrouting", "hairpin", nftables.ChainTypeNAT, nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource)
	// Whatever still has a Service's address as destination was not rewritten.
	open("refuse-forward", "refused", nftables.ChainTypeFilter, nftables.ChainHookForward, nftables.ChainPriorityFilter)
	open("refuse-output", "refused", nftables.ChainTypeFilter, nftables.ChainHookOutput, nftables.ChainPriorityFilter)
	nft.Drop(conn, before)
	return conn.Flush()
}
