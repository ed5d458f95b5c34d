package intent

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Routes compiles a route of the Gateway API: HTTPRoute, GRPCRoute, TLSRoute
// or TCPRoute.
func (v View) Routes(route object) []Rule {
	var out []Rule
	for i, rule := range route.Items("spec", "rules") {
		r := Rule{Name: fmt.Sprintf("rule %d", i), managed: true}
		action := envoy.Route{Name: rule.Str("name"), NotFound: 500}
		if action.Name == "" {
			action.Name = fmt.Sprintf("%s.%s.%d", route.Namespace(), route.Name(), i)
		}
		sum := 0
		for _, b := range rule.Items("backendRefs") {
			weight := 1
			if b.Has("weight") {
				weight = b.Num("weight")
			}
			cluster, refused := v.backend(route, b)
			if refused != "" {
				r.Refused = append(r.Refused, refused)
			}
			if sum += weight; weight > 0 {
				action.Clusters = append(action.Clusters, cluster)
			}
			action.Weighted = append(action.Weighted, envoy.Weighted{Cluster: cluster, Weight: weight})
		}
		r.Clusters = action.Clusters
		switch route.Kind() {
		case "TLSRoute":
			r.Chains = []envoy.Chain{{Clusters: r.Clusters, Weighted: action.Weighted, Match: envoy.Match{Names: route.Strs("spec", "hostnames")}}}
		case "TCPRoute":
			r.Chains = []envoy.Chain{{Clusters: r.Clusters, Weighted: action.Weighted}}
		default:
			v.filters(route, rule, &action)
			if sum == 0 && action.Redirect == nil {
				action.Direct = 500
			}
			r.Routes = matches(route.Kind(), rule, action)
		}
		out = append(out, r)
	}
	return out
}

// matches is one route for each match of a rule; a rule without takes all.
func matches(kind string, rule object, action envoy.Route) []envoy.Route {
	list := rule.Items("matches")
	if len(list) == 0 {
		list = []object{{}}
	}
	var out []envoy.Route
	for _, m := range list {
		var r envoy.Route
		if kind == "GRPCRoute" {
			r.Path = grpcPath(m.Map("method"))
		} else {
			r.Path = httpPath(m.Map("path"))
			if method := m.Str("method"); method != "" {
				r.Headers = append(r.Headers, envoy.HeaderMatch{Name: ":method", Kind: "exact", Value: method})
			}
		}
		for _, h := range m.Items("headers") {
			r.Headers = append(r.Headers, named(h))
		}
		for _, q := range m.Items("queryParams") {
			r.Query = append(r.Query, named(q))
		}
		out = append(out, with(action, r))
	}
	return out
}

// named compiles a header or parameter with its type.
func named(m object) envoy.HeaderMatch {
	out := envoy.HeaderMatch{Name: m.Str("name"), Kind: "exact", Value: m.Str("value")}
	switch t := m.Str("type"); t {
	case "", "Exact":
	case "RegularExpression":
		out.Kind = "regex"
	default:
		out.Kind, out.Value = envoy.Unknown, t
	}
	return out
}

func httpPath(p object) envoy.PathMatch {
	value := p.Str("value")
	if value == "" {
		value = "/"
	}
	switch t := p.Str("type"); t {
	case "Exact":
		return envoy.PathMatch{Kind: "path", Value: value}
	case "RegularExpression":
		return envoy.PathMatch{Kind: "regex", Value: value}
	case "", "PathPrefix":
		return prefix(value)
	default:
		return envoy.PathMatch{Kind: envoy.Unknown, Value: t}
	}
}

// prefix matches whole parts of a path.
func prefix(value string) envoy.PathMatch {
	if value == "/" {
		return envoy.PathMatch{Kind: "prefix", Value: value}
	}
	return envoy.PathMatch{Kind: "separated", Value: strings.TrimSuffix(value, "/")}
}

// grpcPath is the path of a method: /service/method.
func grpcPath(m object) envoy.PathMatch {
	service, method := m.Str("service"), m.Str("method")
	switch regular := m.Str("type") == "RegularExpression"; {
	case service == "" && method == "":
		return envoy.PathMatch{}
	case service == "":
		return envoy.PathMatch{Kind: "regex", Value: "/[^/]+/" + method}
	case regular && method == "":
		return envoy.PathMatch{Kind: "regex", Value: "/" + service + "/.+"}
	case regular:
		return envoy.PathMatch{Kind: "regex", Value: "/" + service + "/" + method}
	case method == "":
		return prefix("/" + service + "/")
	}
	return envoy.PathMatch{Kind: "path", Value: "/" + service + "/" + method}
}

// filters compiles what a rule's filters change; header modifiers decide no
// path.
func (v View) filters(route, rule object, r *envoy.Route) {
	r.Timeout = duration(rule.Str("timeouts", "request"))
	if b := duration(rule.Str("timeouts", "backendRequest")); b > 0 {
		r.Timeout = b
	}
	for _, f := range rule.Items("filters") {
		switch f.Str("type") {
		case "RequestRedirect":
			r.Redirect = redirect(f.Map("requestRedirect"))
		case "URLRewrite":
			w := f.Map("urlRewrite")
			r.Rewrite = &envoy.Rewrite{Host: w.Str("hostname"), Prefix: w.Str("path", "replacePrefixMatch")}
			if full := w.Str("path", "replaceFullPath"); full != "" {
				r.Rewrite.Regex, r.Rewrite.Substitution = ".*", full
			}
		case "RequestMirror":
			cluster, _ := v.backend(route, f.Map("requestMirror", "backendRef"))
			r.Mirrors = append(r.Mirrors, envoy.Mirror{Cluster: cluster, Percent: mirrored(f.Map("requestMirror"))})
		}
	}
}

func mirrored(m object) float64 {
	if m.Has("percent") {
		return float64(m.Num("percent"))
	}
	if n, d := m.Num("fraction", "numerator"), m.Num("fraction", "denominator"); n > 0 {
		if d == 0 {
			d = 100
		}
		return 100 * float64(n) / float64(d)
	}
	return 100
}

func redirect(d object) *envoy.Redirect {
	out := &envoy.Redirect{
		Scheme: d.Str("scheme"), Host: d.Str("hostname"), Port: d.Num("port"), Code: d.Num("statusCode"),
		Path: d.Str("path", "replaceFullPath"), Prefix: d.Str("path", "replacePrefixMatch"),
	}
	if out.Code == 0 {
		out.Code = 302
	}
	return out
}
