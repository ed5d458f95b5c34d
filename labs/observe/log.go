package observe

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/probe"
)

// log is what one proxy wrote of late. Every result is looked for in it, and
// those of a few seconds anew with each that comes, so lines are found by what
// they tell of: the numbers of those that bear an id, that are of whole
// connections, and of connections from an address.
type log struct {
	place
	lines  []*probe.Line
	byID   map[string][]int
	unread []int
	from   map[string][]int
}

func newLog(p place, lines []*probe.Line) log {
	l := log{place: p, lines: lines, byID: map[string][]int{}, from: map[string][]int{}}
	for i, line := range lines {
		agent := line.Agent[strings.LastIndexByte(line.Agent, '/')+1:]
		l.byID[agent] = append(l.byID[agent], i)
		if line.RequestID != agent {
			l.byID[line.RequestID] = append(l.byID[line.RequestID], i)
		}
		if line.Method == "" {
			l.unread = append(l.unread, i)
			l.from[line.Source] = append(l.from[line.Source], i)
		}
	}
	return l
}

// of returns what tells of a probe.
func (l log) of(r probe.Result) []trail {
	connections := l.unread
	if r.Local != "" {
		connections = l.from[r.Local]
	}
	at := slices.Concat(l.byID[r.ID], connections)
	slices.Sort(at)
	return l.latest(at, func(line *probe.Line) bool { return line.Of(&r) })
}

// next returns what tells of the connection that another proxy's line made.
func (l log) next(line *probe.Line) []trail {
	return l.latest(l.from[line.UpstreamLocal], line.Leads)
}

// latest returns the latest of some lines that fits, of each direction.
func (l log) latest(at []int, fits func(*probe.Line) bool) []trail {
	var out []trail
	for _, i := range slices.Backward(at) {
		line := l.lines[i]
		if !fits(line) {
			continue
		}
		if t := (trail{l.place, line, l.inbound(line)}); !slices.ContainsFunc(out, t.same) {
			out = append(out, t)
		}
	}
	return out
}
