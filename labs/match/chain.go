package match

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Connection is what Envoy knows of a connection when it picks a chain.
type Connection struct {
	Port   int    // that the client meant
	Dest   string // address that the client meant, "" when not known
	Source string // the client's address, "" when not known
	TLS    bool
	SNI    string
	ALPN   []string // of TLS
	HTTP   string   // of plain HTTP: "http/1.1", "h2c"; "" for other bytes
}

// seen is the connection as the listener's inspectors let Envoy see it.
func (c Connection) seen(l envoy.Listener) Connection {
	if !l.Inspects || within(l.NotInspected, c.Port) {
		c.SNI, c.TLS, c.ALPN = "", false, nil
	}
	if c.TLS {
		return c
	}
	c.ALPN = nil
	if l.Sniffs && c.HTTP != "" && !within(l.NotSniffed, c.Port) {
		c.ALPN = []string{c.HTTP}
	}
	return c
}

func (c Connection) transport() string {
	if c.TLS {
		return "tls"
	}
	return "raw_buffer"
}

func within(ranges []envoy.PortRange, port int) bool {
	return slices.ContainsFunc(ranges, func(r envoy.PortRange) bool { return r.First <= port && port <= r.Last })
}

// Chain chooses the filter chain of a connection: criterion after criterion,
// keeping those chains that fit most specifically, without ever going back;
// or by the listener's tree.
func Chain(l envoy.Listener, c Connection) (*envoy.Chain, Result) {
	c = c.seen(l)
	if l.Matcher != nil {
		return byTree(l, c)
	}
	criteria := c.criteria()
	n := narrowing{chains: make([]*envoy.Chain, len(l.Chains)), left: "listener " + l.Name + " has no chains"}
	for i := range l.Chains {
		n.chains[i] = &l.Chains[i]
	}
	for _, by := range criteria {
		n.by(by)
	}
	if why := n.doubt(l, criteria); why != "" {
		return nil, unknown(why)
	}
	switch {
	case len(n.chains) > 0:
		return n.chains[0], yes()
	case l.Default != nil:
		return l.Default, yes()
	}
	return nil, no(n.left)
}

// criterion ranks a chain by one thing: below 0 it never matches, 0 where it
// does not ask, else the closer the higher.
type criterion struct {
	what string
	// unseen says why what is asked for is not known of the connection.
	unseen string
	rank   func(envoy.Match) int
}

// criteria are in Envoy's order.
func (c Connection) criteria() []criterion {
	address := func(what, address string, prefixes func(envoy.Match) []string) criterion {
		out := criterion{what: what + " address " + address, rank: func(m envoy.Match) int { return prefixRank(prefixes(m), address) }}
		if address == "" {
			out.unseen = "the " + what + " address of the connection, by which filter chains differ"
		}
		return out
	}
	return []criterion{
		{what: fmt.Sprintf("port %d", c.Port), rank: func(m envoy.Match) int { return rank(m.Port == 0, m.Port == c.Port) }},
		address("destination", c.Dest, func(m envoy.Match) []string { return m.Prefixes }),
		{what: fmt.Sprintf("server name %q", c.SNI), rank: func(m envoy.Match) int {
			if len(m.Names) == 0 {
				return 0
			}
			if fit := Best(m.Names, c.SNI); fit >= 0 {
				return fit + 1
			}
			return -1
		}},
		{what: "transport " + c.transport(), rank: func(m envoy.Match) int { return rank(m.Transport == "", m.Transport == c.transport()) }},
		{what: "protocols [" + strings.Join(c.ALPN, " ") + "]", rank: func(m envoy.Match) int {
			return rank(len(m.ALPN) == 0, slices.ContainsFunc(c.ALPN, func(p string) bool { return slices.Contains(m.ALPN, p) }))
		}},
		address("source", c.Source, func(m envoy.Match) []string { return m.Sources }),
	}
}

// narrowing is the chains that are left, what ruled out the last ones, and
// those that were put aside because what they ask for is not known.
type narrowing struct {
	chains []*envoy.Chain
	left   string
	aside  []*envoy.Chain
	unseen string
}

// by keeps the chains of the highest rank.
func (n *narrowing) by(c criterion) {
	top, kept := -1, []*envoy.Chain(nil)
	for _, ch := range n.chains {
		r := c.rank(ch.Match)
		if r != 0 && c.unseen != "" {
			n.aside, n.unseen = append(n.aside, ch), c.unseen
			continue
		}
		switch {
		case r < 0:
		case r > top:
			top, kept = r, []*envoy.Chain{ch}
		case r == top:
			kept = append(kept, ch)
		}
	}
	if len(kept) == 0 && len(n.chains) > 0 {
		n.left = "no filter chain takes " + c.what
	}
	n.chains = kept
}

// doubt says why the pick cannot be told: a chain that was put aside may take
// the connection, or one that is left asks for what is not held.
func (n *narrowing) doubt(l envoy.Listener, criteria []criterion) string {
	for _, ch := range n.aside {
		fits := true
		for _, c := range criteria {
			fits = fits && (c.unseen != "" || c.rank(ch.Match) >= 0)
		}
		if fits {
			return n.unseen
		}
	}
	for _, ch := range n.chains {
		if len(ch.Match.Unknown) > 0 {
			return fmt.Sprintf("a filter chain of %s asks for %s", l.Name, strings.Join(ch.Match.Unknown, ", "))
		}
	}
	return ""
}

func rank(unset, fits bool) int {
	switch {
	case unset:
		return 0
	case fits:
		return 1
	}
	return -1
}

// prefixRank is 0 where nothing is asked for, -1 where nothing fits, else
// grows with the length of the prefix that does.
func prefixRank(prefixes []string, address string) int {
	if len(prefixes) == 0 {
		return 0
	}
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return -1
	}
	top := -1
	for _, p := range prefixes {
		if pre, err := netip.ParsePrefix(p); err == nil && pre.Contains(addr) {
			top = max(top, pre.Bits()+1)
		}
	}
	return top
}
