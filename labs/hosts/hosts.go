// Package hosts lists the hosts that a cluster's gateways are configured to
// serve, from both APIs, with the objects behind each, as package intent reads
// them. It is pure: it reads a
// snapshot and judges nothing; whether a host works is for the trace to say,
// by the request that a Host makes.
package hosts

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// API groups.
const (
	istio      = "networking.istio.io"
	gatewayAPI = "gateway.networking.k8s.io"
)

// Kinds are the kinds of objects that the list is made of: where one of them
// was not seen, hosts or routes may be lacking.
func Kinds() []string {
	return []string{"Service", "Pod", "Namespace", "Gateway", "VirtualService", "GatewayClass", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "ListenerSet", "XListenerSet"}
}

// Host is one host on one port of one gateway.
type Host struct {
	Host     string        `json:"host"` // as configured: may begin with "*"
	Port     int           `json:"port"`
	Protocol string        `json:"protocol"`      // as the gateway's object has it: "HTTPS"
	TLS      string        `json:"tls,omitempty"` // SIMPLE, MUTUAL, PASSTHROUGH, …; "" for plain text
	Gateway  labs.Object   `json:"gateway"`
	Routes   []labs.Object `json:"routes"`            // attached by what they say; none is a host without a route
	Service  string        `json:"service,omitempty"` // in front of the gateway: "ns/name"
	Outside  bool          `json:"outside"`           // that Service has an address outside the cluster
	path     string        // that a rule of the first route takes
	method   string
}

// Wildcard says whether the host stands for many, so that none of them can be
// asked for.
func (h Host) Wildcard() bool { return strings.HasPrefix(h.Host, "*") }

// Request is one that the host ought to answer; ok is false where none can be
// made: for a wildcard, for bytes without a protocol, for what is not reached
// from outside.
func (h Host) Request() (labs.Request, bool) {
	if h.Wildcard() || !h.Outside || h.Protocol == "TCP" || h.Protocol == "MONGO" || h.TLS == "ISTIO_MUTUAL" {
		return labs.Request{}, false
	}
	scheme, usual := "http", 80
	if h.TLS != "" {
		scheme, usual = "https", 443
	}
	at := h.Host
	if h.Port != usual {
		at = net.JoinHostPort(h.Host, strconv.Itoa(h.Port))
	}
	return labs.Request{
		Name: h.Host + ":" + strconv.Itoa(h.Port) + " " + h.Gateway.String(), From: "outside",
		URL: scheme + "://" + at + h.path, Method: h.method,
	}, true
}

// List finds the hosts, in order of their names.
func List(s snapshot.Snapshot) []Host {
	l := &lister{index: snapshot.IndexOf(s.Objects), rows: map[row]int{}}
	l.sortServices()
	services, routes := l.virtualServices(), l.routes()
	for _, s := range intent.Servers(l.index) {
		if s.Classic {
			l.classic(s, services)
		} else {
			l.managed(s, routes)
		}
	}
	slices.SortStableFunc(l.found, func(a, b Host) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Gateway.String(), b.Gateway.String()))
	})
	return l.found
}

// lister collects hosts.
type lister struct {
	index   snapshot.Index
	entries []entry
	made    map[string]snapshot.Object // Services that were made for a Gateway, by its namespace/name
	found   []Host
	rows    map[row]int // of found
}

// row is what tells a host of the table from another one.
type row struct {
	host    string
	port    int
	gateway labs.Object
	tls     string
}

// add takes a host up; one that several routes serve stays one row.
func (l *lister) add(h Host, route snapshot.Object) {
	at := row{h.Host, h.Port, h.Gateway, h.TLS}
	i, has := l.rows[at]
	if !has {
		h.path, h.method, h.Routes = "/", "GET", []labs.Object{}
		if route != nil {
			h.path, h.method = reach(route)
		}
		l.found = append(l.found, h)
		i = len(l.found) - 1
		l.rows[at] = i
	}
	if route != nil && !slices.Contains(l.found[i].Routes, route.Ref()) {
		l.found[i].Routes = append(l.found[i].Routes, route.Ref())
	}
}
