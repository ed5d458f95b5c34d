package trace

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// truth is what can be said of a condition from what was observed.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func truthOf(ok bool) truth {
	if ok {
		return yes
	}
	return no
}

// caller is a request as an AuthorizationPolicy sees it at one workload.
type caller struct {
	target    target
	tcp       bool   // the port is not read as HTTP
	port      int    // of the workload
	principal string // "cluster.local/ns/x/sa/y"; "" without an identity
	hidden    string // the identity that it does not show
	plain     object // since this makes it speak plain text
	source    string // address of the peer; "" when not known
}

// matches says whether one of a policy's rules takes the request. The
// semantics are Istio's: rules are alternatives, from, to and when must all
// hold; on a port that is not HTTP an ALLOW rule with HTTP fields never
// matches, and a DENY rule loses them.
// https://istio.io/latest/docs/reference/config/security/authorization-policy/
func (c caller) matches(policy object) truth {
	out := no
	for _, rule := range policy.Items("spec", "rules") {
		out = max(out, c.rule(rule, policy.Str("spec", "action") == "DENY"))
	}
	return out
}

// unknownTo is one of the policies that would take the request if it showed the
// identity that it has; nil when none would, or it shows it.
func (c caller) unknownTo(policies []object) object {
	known := c
	known.principal = c.hidden
	for _, p := range policies {
		if c.plain != nil && c.matches(p) == no && known.matches(p) == yes {
			return p
		}
	}
	return nil
}

func (c caller) rule(rule object, deny bool) truth {
	all := yes
	if from := rule.Items("from"); len(from) > 0 {
		all = min(all, c.any(from, "source", c.sourceField, deny))
	}
	if to := rule.Items("to"); len(to) > 0 {
		all = min(all, c.any(to, "operation", c.operationField, deny))
	}
	for _, cond := range rule.Items("when") {
		all = min(all, c.condition(cond))
	}
	return all
}

// any: one of the alternatives holds, each with all of its fields.
func (c caller) any(list []object, key string, field func(name string, values []string) (truth, bool), deny bool) truth {
	out := no
	for _, x := range list {
		all := yes
		for name := range x.Map(key) {
			positive := strings.ToLower(strings.TrimPrefix(name, "not"))
			holds, http := field(positive, x.Strs(key, name))
			switch {
			case http && c.tcp && deny:
				continue
			case http && c.tcp:
				holds = no
			case strings.HasPrefix(name, "not"):
				holds = yes - holds
			}
			all = min(all, holds)
		}
		out = max(out, all)
	}
	return out
}

// operationField evaluates a field of an operation; http says that it is one
// of HTTP only.
func (c caller) operationField(name string, values []string) (holds truth, http bool) {
	switch name {
	case "hosts":
		return truthOf(slices.ContainsFunc(values, func(v string) bool {
			return policyMatch(strings.ToLower(v), c.target.authority) || policyMatch(strings.ToLower(v), match.WithoutPort(c.target.authority))
		})), true
	case "methods":
		return truthOf(slices.ContainsFunc(values, func(v string) bool { return policyMatch(v, c.target.method) })), true
	case "paths":
		path := match.PathOnly(c.target.path)
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "{") }) {
			return maybe, true
		}
		return truthOf(slices.ContainsFunc(values, func(v string) bool { return policyMatch(v, path) })), true
	case "ports":
		if c.port == 0 {
			return maybe, false
		}
		return truthOf(slices.Contains(values, strconv.Itoa(c.port))), false
	}
	return maybe, false
}

func (c caller) sourceField(name string, values []string) (holds truth, http bool) {
	switch name {
	case "principals":
		return c.identity(values, c.principal), false
	case "namespaces":
		_, rest, _ := strings.Cut(c.principal, "/ns/")
		namespace, _, _ := strings.Cut(rest, "/")
		return c.identity(values, namespace), false
	case "serviceaccounts":
		return maybe, false
	case "ipblocks":
		return inBlocks(values, c.source), false
	case "requestprincipals":
		if c.target.headers["authorization"] == "" {
			return no, true
		}
		return maybe, true
	}
	return maybe, name == "remoteipblocks"
}

func (c caller) identity(values []string, have string) truth {
	if have == "" {
		return no
	}
	return truthOf(slices.ContainsFunc(values, func(v string) bool { return policyMatch(v, have) }))
}

func (c caller) condition(cond object) truth {
	key, values := cond.Str("key"), cond.Strs("values")
	have := ""
	name, header := strings.CutPrefix(key, "request.headers[")
	name = strings.ToLower(strings.TrimSuffix(name, "]"))
	switch {
	case header && name == clientCertHeader && c.target.certified:
		return maybe
	case header:
		have = c.target.headers[name]
	case key == "connection.sni":
		have = c.target.sni
	case strings.HasPrefix(key, "request.auth.") && c.target.headers["authorization"] == "":
	default:
		return maybe
	}
	hit := func(list []string) bool {
		return slices.ContainsFunc(list, func(v string) bool { return have != "" && policyMatch(v, have) })
	}
	return truthOf((len(values) == 0 || hit(values)) && !hit(cond.Strs("notValues")))
}

// policyMatch is Istio's: exact, "prefix*", "*suffix", or "*" for anything
// that is not empty.
func policyMatch(pattern, value string) bool {
	switch {
	case pattern == "*":
		return value != ""
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(value, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(value, pattern[:len(pattern)-1])
	}
	return pattern == value
}

func inBlocks(blocks []string, source string) truth {
	host, err := netip.ParseAddrPort(source)
	addr := host.Addr()
	if err != nil {
		if addr, err = netip.ParseAddr(source); err != nil {
			return maybe
		}
	}
	for _, b := range blocks {
		if !strings.Contains(b, "/") && b == addr.String() {
			return yes
		}
		if p, err := netip.ParsePrefix(b); err == nil && p.Contains(addr) {
			return yes
		}
	}
	return no
}
