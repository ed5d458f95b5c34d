package labs

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Role is what a hop does for a request.
type Role string

// The roles. A sidecar is the client's: the one beside the server belongs to
// the destination layer of the hop before it.
const (
	RoleGateway  Role = "gateway"
	RoleSidecar  Role = "sidecar"
	RoleEgress   Role = "egress"
	RoleWaypoint Role = "waypoint"
	RoleServer   Role = "server"
)

// Roles lists the roles of proxies; a path's hops are named by them. A second
// hop of one role has a number: "gateway-2".
func Roles() []Role { return []Role{RoleGateway, RoleSidecar, RoleEgress, RoleWaypoint} }

// IsHopName says whether a path's hop can be called so.
func IsHopName(name string) bool {
	role, count, numbered := strings.Cut(name, "-")
	n, err := strconv.Atoi(count)
	return slices.Contains(Roles(), Role(role)) && (!numbered || err == nil && n > 1 && count == strconv.Itoa(n))
}

// Hop is one stop of a request on its way: a proxy with the layers that apply
// to it, or, last, the server that should answer, without layers.
type Hop struct {
	Name   string        `json:"name"` // how questions call it: "egress"
	Role   Role          `json:"role"`
	Proxy  Object        `json:"proxy"` // the pod; of a server whatever names it
	Layers []LayerReport `json:"layers,omitempty"`
}

// Path is the walk of one request, hop by hop, with the real answer that
// closes it.
type Path struct {
	Request Request   `json:"request"`
	Hops    []Hop     `json:"hops"` // in the order in which the request takes them
	Answer  Answer    `json:"answer"`
	At      time.Time `json:"at"` // when the snapshot was taken
}

// Hop returns the hop of that name.
func (p Path) Hop(name string) (Hop, bool) {
	for _, h := range p.Hops {
		if h.Name == name {
			return h, true
		}
	}
	return Hop{}, false
}

// Proxies are the hops that have layers: all but the server.
func (p Path) Proxies() []Hop {
	var out []Hop
	for _, h := range p.Hops {
		if h.Role != RoleServer {
			out = append(out, h)
		}
	}
	return out
}

// Layer returns the report of one layer of a hop.
func (h Hop) Layer(l Layer) LayerReport {
	for _, r := range h.Layers {
		if r.Layer == l {
			return r
		}
	}
	return LayerReport{Layer: l, Hop: h.Name, Verdict: Unknown, Summary: "not looked at"}
}

// LayerAt returns the report of one layer of the hop of that name. A hop that
// the request does not get to is off its path, unless it is not known how far
// the request gets.
func (p Path) LayerAt(name string, l Layer) LayerReport {
	if h, ok := p.Hop(name); ok {
		return h.Layer(l)
	}
	r := LayerReport{Layer: l, Hop: name, Verdict: OffPath, Summary: "the request takes no hop called " + name}
	if _, broken := p.Broken(); broken {
		r.Summary = "not reached"
		return r
	}
	for _, layer := range p.Layers() {
		if layer.Verdict == Unknown {
			r.Verdict = Unknown
		}
	}
	return r
}

// Layer sums up one layer over all hops: it is the report of the first hop
// where it is broken, else of the first where it is unknown, else of the
// first where it is healthy, else of the first hop.
func (p Path) Layer(l Layer) LayerReport {
	for _, v := range []Verdict{Broken, Unknown, Healthy, OffPath} {
		for _, h := range p.Hops {
			for _, r := range h.Layers {
				if r.Layer == l && r.Verdict == v {
					return r
				}
			}
		}
	}
	return LayerReport{Layer: l, Verdict: Unknown, Summary: "not looked at"}
}

// Layers sums up all six layers, in order.
func (p Path) Layers() []LayerReport {
	out := make([]LayerReport, 0, len(Layers()))
	for _, l := range Layers() {
		out = append(out, p.Layer(l))
	}
	return out
}

// First returns the first report of a verdict on the way; ok is false when
// there is none.
func (p Path) First(v Verdict) (LayerReport, bool) {
	for _, h := range p.Hops {
		for _, r := range h.Layers {
			if r.Verdict == v {
				return r, true
			}
		}
	}
	return LayerReport{}, false
}

// Broken returns the report in which the path breaks; ok is false when it
// does not. It is the first on the way.
func (p Path) Broken() (LayerReport, bool) { return p.First(Broken) }

// BrokenAt returns the layer in which the path breaks, "" when it does not.
func (p Path) BrokenAt() Layer {
	r, _ := p.Broken()
	return r.Layer
}
