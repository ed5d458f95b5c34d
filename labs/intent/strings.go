package intent

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// text compiles Istio's StringMatch; one without a value, and the "*" that
// looks like an expression, ask for presence.
func text(m object) envoy.StringMatch {
	for _, kind := range []string{"exact", "prefix", "regex"} {
		if m.Has(kind) && (kind != "regex" || m.Str(kind) != "*") {
			return envoy.StringMatch{Kind: kind, Value: m.Str(kind)}
		}
	}
	return envoy.StringMatch{Kind: "present"}
}

func header(name string, m object) envoy.HeaderMatch {
	t := text(m)
	return envoy.HeaderMatch{Name: name, Kind: t.Kind, Value: t.Value}
}

// claims begins the names of headers that are none, but claims of a token.
const claims = "@request.auth.claims"

// claim reads "@request.auth.claims.realm.role", or "…claims[realm][role]"
// where names have dots.
func claim(name string, m object) envoy.Claim {
	t := text(m)
	c := envoy.Claim{Text: envoy.StringMatch{Kind: t.Kind, Value: t.Value}}
	rest := strings.TrimPrefix(name, claims)
	if strings.HasPrefix(rest, "[") {
		c.Path = strings.Split(strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]"), "][")
	} else {
		c.Path = strings.Split(strings.TrimPrefix(rest, "."), ".")
	}
	return c
}

// httpMatch compiles one match of an http rule.
func httpMatch(m object) envoy.Route {
	var r envoy.Route
	if m.Has("uri") {
		t := text(m.Map("uri"))
		kind := map[string]string{"exact": "path", "prefix": "prefix", "regex": "regex"}[t.Kind]
		r.Path = envoy.PathMatch{Kind: kind, Value: t.Value, IgnoreCase: m.Str("ignoreUriCase") == "true"}
	}
	for _, name := range keys(m.Map("headers")) {
		if strings.HasPrefix(name, claims) {
			r.Claims = append(r.Claims, claim(name, m.Map("headers", name)))
			continue
		}
		r.Headers = append(r.Headers, header(name, m.Map("headers", name)))
	}
	for _, name := range keys(m.Map("withoutHeaders")) {
		if strings.HasPrefix(name, claims) {
			c := claim(name, m.Map("withoutHeaders", name))
			c.Invert = true
			r.Claims = append(r.Claims, c)
			continue
		}
		h := header(name, m.Map("withoutHeaders", name))
		h.Invert, h.Empty = true, h.Kind != "present"
		r.Headers = append(r.Headers, h)
	}
	for _, pseudo := range []string{"method", "authority", "scheme"} {
		if m.Has(pseudo) {
			r.Headers = append(r.Headers, header(":"+pseudo, m.Map(pseudo)))
		}
	}
	for _, name := range keys(m.Map("queryParams")) {
		r.Query = append(r.Query, header(name, m.Map("queryParams", name)))
	}
	return r
}

func keys(m object) []string { return slices.Sorted(maps.Keys(m)) }

// duration reads "1.5s"; the API refuses what it cannot read.
func duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0
	}
	return d
}
