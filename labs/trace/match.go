package trace

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// exactHost is the specificity of a pattern that is the name itself.
const exactHost = 10_000

// specificity says how well a host pattern ("a.b", "*.b", "*") fits a name:
// -1 not at all, else the higher the closer.
func specificity(pattern, name string) int {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	switch {
	case pattern == name:
		return exactHost
	case pattern == "*" || pattern == "":
		return 0
	case strings.HasPrefix(pattern, "*") && len(name) > len(pattern)-1 && strings.HasSuffix(name, pattern[1:]):
		return len(pattern)
	}
	return -1
}

func best(patterns []string, name string) int {
	top := -1
	for _, p := range patterns {
		top = max(top, specificity(p, name))
	}
	return top
}

// connection is what Envoy knows of a connection when it picks a chain.
type connection struct {
	port int
	dest string // address of the pod, "" when not known
	tls  bool
	sni  string
	alpn []string
}

// pickChain chooses as Envoy does: criterion after criterion, keeping those
// chains that fit most specifically, without ever going back.
func pickChain(l envoy.Listener, c connection) *envoy.Chain {
	chains := make([]*envoy.Chain, len(l.Chains))
	for i := range l.Chains {
		chains[i] = &l.Chains[i]
	}
	if !l.Inspects {
		c.sni, c.alpn, c.tls = "", nil, false
	}
	transport := "raw_buffer"
	if c.tls {
		transport = "tls"
	}
	chains = narrow(chains, func(m envoy.Match) int {
		return rank(m.Port == 0, m.Port == c.port)
	})
	chains = narrow(chains, func(m envoy.Match) int { return prefixRank(m.Prefixes, c.dest) })
	chains = narrow(chains, func(m envoy.Match) int {
		if len(m.Names) == 0 {
			return 0
		}
		return best(m.Names, c.sni)
	})
	chains = narrow(chains, func(m envoy.Match) int {
		return rank(m.Transport == "", m.Transport == transport)
	})
	chains = narrow(chains, func(m envoy.Match) int {
		return rank(len(m.ALPN) == 0, slices.ContainsFunc(c.alpn, func(p string) bool { return slices.Contains(m.ALPN, p) }))
	})
	if len(chains) > 0 {
		return chains[0]
	}
	return l.Default
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

func prefixRank(prefixes []string, dest string) int {
	if len(prefixes) == 0 {
		return 0
	}
	addr, err := netip.ParseAddr(dest)
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

// narrow keeps the chains of the highest rank; those below 0 never match.
func narrow(chains []*envoy.Chain, rank func(envoy.Match) int) []*envoy.Chain {
	top, kept := -1, []*envoy.Chain(nil)
	for _, c := range chains {
		switch r := rank(c.Match); {
		case r < 0:
		case r > top:
			top, kept = r, []*envoy.Chain{c}
		case r == top:
			kept = append(kept, c)
		}
	}
	return kept
}
