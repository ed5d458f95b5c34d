package match

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// byTree walks a listener's tree to the name of a chain.
func byTree(l envoy.Listener, c Connection) (*envoy.Chain, Result) {
	name, res := c.walk(l.Matcher)
	if res.Outcome == Unknown {
		return nil, res
	}
	if !res.OK() {
		if l.Default != nil {
			return l.Default, yes()
		}
		return nil, res
	}
	for i := range l.Chains {
		if l.Chains[i].Name == name {
			return &l.Chains[i], yes()
		}
	}
	return nil, no("listener " + l.Name + " has no filter chain " + name)
}

// walk follows one branch; where it leads nowhere, the tree's own way out is
// taken.
func (c Connection) walk(m *envoy.Matcher) (string, Result) {
	switch {
	case m == nil:
		return "", no("no branch of the listener's tree takes the connection")
	case m.Chain != "":
		return m.Chain, yes()
	case m.Unknown != "":
		return "", unknown("the listener picks its filter chain by a " + m.Unknown)
	}
	value, ok := c.input(m.Input)
	if !ok {
		return "", unknown("the listener picks its filter chain by " + m.Input)
	}
	branch := m.Exact[value]
	top := -1
	for _, r := range m.Ranges {
		if rank := prefixRank(r.CIDRs, value); rank > top {
			top, branch = rank, r.Then
		}
	}
	if branch != nil {
		if name, res := c.walk(branch); res.Outcome != FitsNot {
			return name, res
		}
	}
	if m.Otherwise == nil {
		return "", no(fmt.Sprintf("no branch of the listener's tree takes %s %s", m.Input, value))
	}
	return c.walk(m.Otherwise)
}

// input is what a tree asks of a connection; ok is false where it is not
// known.
func (c Connection) input(name string) (string, bool) {
	switch name {
	case "DestinationIP":
		return c.Dest, c.Dest != ""
	case "DestinationPort":
		return strconv.Itoa(c.Port), c.Port != 0
	case "SourceIP", "DirectSourceIP":
		return c.Source, c.Source != ""
	case "ServerName":
		return c.SNI, true
	case "TransportProtocol":
		return c.transport(), true
	case "ApplicationProtocol":
		var quoted []string
		for _, p := range c.ALPN {
			quoted = append(quoted, "'"+p+"'")
		}
		return strings.Join(quoted, ","), true
	}
	return "", false
}
