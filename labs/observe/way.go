package observe

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/probe"
)

// trail is one proxy's line of a request.
type trail struct {
	place
	line    *probe.Line
	inbound bool
}

// wayOf finds the lines that tell of a probe, from the client inwards: one of
// each proxy, and two of one that both sent the request and took it in.
func wayOf(logs []log, r probe.Result) []trail {
	var found []trail
	for _, l := range logs {
		found = append(found, l.of(r)...)
	}
	found = own(found, r)
	// Proxies that passed the bytes on unread know neither id nor name; the
	// connection itself leads from one to the next.
	for i := 0; i < len(found); i++ {
		for _, l := range logs {
			for _, n := range l.next(found[i].line) {
				if !slices.ContainsFunc(found, n.same) {
					found = append(found, n)
				}
			}
		}
	}
	return ordered(found)
}

// own drops the lines that bear the request's id by somebody else's hand: a
// server that hands the id on when it asks others names itself as the agent.
func own(found []trail, r probe.Result) []trail {
	byAgent := func(t trail) bool { return strings.HasSuffix(t.line.Agent, r.ID) }
	if !slices.ContainsFunc(found, byAgent) {
		return found
	}
	return slices.DeleteFunc(found, func(t trail) bool { return t.line.Method != "" && !byAgent(t) })
}

// same says whether both are the one line of one proxy.
func (t trail) same(o trail) bool {
	return t.namespace == o.namespace && t.pod == o.pod && t.inbound == o.inbound
}

// inbound says whether a sidecar took the request in for its workload.
func (p place) inbound(l *probe.Line) bool {
	host, _, _ := net.SplitHostPort(l.Local)
	return p.role == labs.RoleSidecar && (strings.HasPrefix(l.Cluster, "inbound|") || host != "" && host == p.ip)
}

// ordered sorts lines from the client inwards: each is followed by the one of
// the proxy that it names as its upstream, or else by the earliest. The
// client's own sidecar is the first, the server's the last.
func ordered(found []trail) []trail {
	slices.SortStableFunc(found, func(a, b trail) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.line.At.Compare(b.line.At))
	})
	out := make([]trail, 0, len(found))
	for len(found) > 0 {
		i := slices.IndexFunc(found, func(t trail) bool {
			return t.rank() == found[0].rank() && !slices.ContainsFunc(found, func(o trail) bool { return o.leadsTo(t) })
		})
		if i < 0 {
			i = 0 // a ring: as the clocks say
		}
		out = append(out, found[i])
		found = slices.Delete(found, i, i+1)
	}
	return out
}

func (t trail) rank() int {
	switch {
	case t.inbound:
		return 2
	case t.role == labs.RoleSidecar:
		return 0
	}
	return 1
}

// leadsTo says whether the line's upstream is the other one's proxy.
func (t trail) leadsTo(o trail) bool {
	host := t.report().Host()
	return host != "" && host == o.ip && !(t.namespace == o.namespace && t.pod == o.pod)
}

// join adds to an answer what the proxies on the way logged of it.
func join(a labs.Answer, way []trail) labs.Answer {
	if len(way) == 0 {
		return a
	}
	a = way[0].line.Join(a)
	a.Logs = nil
	for _, t := range way {
		a.Logs = append(a.Logs, t.report())
	}
	return a
}

func (t trail) report() labs.ProxyLog {
	l := t.line
	return labs.ProxyLog{
		Proxy: t.ref(), Code: l.Code, Flag: l.Flags, Details: cmp.Or(l.Details, l.Closed), Failure: l.Failure,
		Upstream: l.Upstream, Cluster: l.Cluster, Route: l.Route, Inbound: t.inbound, Line: l.Text,
	}
}
