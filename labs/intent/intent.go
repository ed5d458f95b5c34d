// Package intent compiles what route objects mean: VirtualServices and the
// routes of the Gateway API become the same routes and filter chains that
// package envoy reads from a proxy, so that package match answers for both,
// and nobody has to keep two ways of matching alike. It is pure, looks at
// objects only, and does not judge; package trace compares it with what Envoy
// has.
package intent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Groups whose kinds share names with others.
const (
	istioNetworking = "networking.istio.io"
	gatewayAPI      = "gateway.networking.k8s.io"
	trialAPI        = "gateway.networking.x-k8s.io"
)

// Mesh is the name of the gateway that stands for all sidecars.
const Mesh = "mesh"

type object = snapshot.Object

// View is for whom objects are compiled: a proxy, and the port of its server
// that the request comes to.
type View struct {
	Index     snapshot.Index
	Gateways  []string          // Istio Gateways of the proxy, "ns/name"; Mesh for a sidecar
	Namespace string            // of the proxy
	Labels    map[string]string // of the proxy's pod
	Port      int
	HTTPS     bool // what the client speaks there
}

// Rule is one rule of an object, compiled.
type Rule struct {
	Name     string        // "http rule 0"
	Routes   []envoy.Route // one for each of its matches
	Chains   []envoy.Chain // the same of a rule for connections
	Clusters []string      // where it leads
	Problem  string        // why nothing comes of it
	Blame    labs.Object   // whose problem it is, when not the route's
	// Lost are the matches of which, for that problem, nothing comes.
	Lost []envoy.Route
	// Left are the matches that do not count for this view, with the reason.
	Left []string
	// Refused are the backends that it may not, or cannot, lead to.
	Refused []string
	managed bool // of the Gateway API, which has an order of its own
}

// Loses says whether the rule would take a request, were it not for its problem.
func (r Rule) Loses(req match.Request) bool {
	return r.Problem != "" && slices.ContainsFunc(r.Lost, func(route envoy.Route) bool { return match.RouteFits(route, req).OK() })
}

// Takes says whether the rule takes a request, or, of a rule for connections,
// a connection.
func (r Rule) Takes(req match.Request, c match.Connection) match.Result {
	if r.Problem != "" {
		return match.Result{Why: r.Problem}
	}
	why := slices.Clone(r.Left)
	var doubt *match.Result
	for _, route := range r.Routes {
		res := match.RouteFits(route, req)
		if res.OK() {
			return res
		}
		if res.Outcome == match.Unknown && doubt == nil {
			doubt = &res
		}
		why = append(why, res.Why)
	}
	for _, chain := range r.Chains {
		_, res := match.Chain(envoy.Listener{Inspects: true, Sniffs: true, Chains: []envoy.Chain{chain}}, c)
		if res.OK() {
			return res
		}
		if res.Outcome == match.Unknown && doubt == nil {
			doubt = &res
		}
		why = append(why, whyNoChain(chain, c, res))
	}
	if doubt != nil {
		return *doubt
	}
	return match.Result{Why: strings.Join(why, ", ")}
}

func whyNoChain(chain envoy.Chain, c match.Connection, res match.Result) string {
	if names := chain.Match.Names; len(names) > 0 && match.Best(names, c.SNI) < 0 {
		return fmt.Sprintf("sniHosts [%s], the client's SNI is %q", strings.Join(names, " "), c.SNI)
	}
	return res.Why
}

// Pick is the rule that takes the request: the one whose route comes first in
// Envoy's order. Where it cannot be told, or none does, it is nil.
func Pick(rules []Rule, req match.Request, c match.Connection) (*Rule, match.Result) {
	type owned struct {
		route envoy.Route
		rule  *Rule
	}
	var all []owned
	for i := range rules {
		r := &rules[i]
		if r.Problem != "" {
			continue
		}
		if len(r.Chains) > 0 {
			switch res := r.Takes(req, c); res.Outcome {
			case match.Fits:
				return r, res
			case match.Unknown:
				return nil, res
			}
		}
		for _, route := range r.Routes {
			all = append(all, owned{route, r})
		}
	}
	slices.SortStableFunc(all, func(a, b owned) int {
		if !a.rule.managed {
			return 0 // as they are written
		}
		return precedence(a.route, b.route)
	})
	host := envoy.VirtualHost{Name: "of the objects"}
	for _, o := range all {
		host.Routes = append(host.Routes, o.route)
	}
	route, res := match.Route(&host, req)
	for i := range host.Routes {
		if route == &host.Routes[i] {
			return all[i].rule, res
		}
	}
	return nil, res
}

// precedence is the Gateway API's: exact paths, then prefixes, then
// expressions, the longer first, then a method, headers and parameters.
func precedence(a, b envoy.Route) int {
	rank := func(r envoy.Route) []int {
		method, headers := 0, 0
		for _, h := range r.Headers {
			if h.Name == ":method" {
				method = 1
			} else {
				headers++
			}
		}
		kind := map[string]int{"path": 3, "separated": 2, "prefix": 2, "regex": 1}[r.Path.Kind]
		return []int{kind, len(r.Path.Value), method, headers, len(r.Query)}
	}
	return slices.Compare(rank(b), rank(a))
}
