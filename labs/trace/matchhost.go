package trace

import (
	"regexp"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// pickHost chooses the virtual host as Envoy does: exact, then the longest
// suffix ("*.b"), then the longest prefix ("a.*"), then "*".
func pickHost(rc envoy.RouteConfig, authority string) *envoy.VirtualHost {
	name := authority
	if rc.IgnorePort {
		name = withoutPort(authority)
	}
	var found *envoy.VirtualHost
	top := -1
	for i, h := range rc.Hosts {
		for _, d := range h.Domains {
			if s := domainRank(strings.ToLower(d), name); s > top {
				top, found = s, &rc.Hosts[i]
			}
		}
	}
	return found
}

func domainRank(domain, name string) int {
	switch {
	case domain == name:
		return 1_000_000
	case domain == "*":
		return 0
	case strings.HasPrefix(domain, "*") && len(name) >= len(domain) && strings.HasSuffix(name, domain[1:]):
		return 10_000 + len(domain)
	case strings.HasSuffix(domain, "*") && len(name) >= len(domain) && strings.HasPrefix(name, domain[:len(domain)-1]):
		return len(domain)
	}
	return -1
}

// pickRoute returns the first route that takes the request.
func pickRoute(h *envoy.VirtualHost, t target) *envoy.Route {
	for i := range h.Routes {
		if routeFits(h.Routes[i], t) == "" {
			return &h.Routes[i]
		}
	}
	return nil
}

// routeFits says why a route does not take the request, "" when it does.
func routeFits(r envoy.Route, t target) string {
	if !pathFits(r.Path, t.path) {
		return "path is " + pathOnly(t.path)
	}
	for _, h := range r.Headers {
		v, ok := t.headers[strings.ToLower(h.Name)]
		if !headerFits(h, v, ok) {
			return "header " + h.Name + " is \"" + v + "\""
		}
	}
	_, query, _ := strings.Cut(t.path, "?")
	for _, q := range r.Query {
		v, ok := queryValue(query, q.Name)
		if !headerFits(q, v, ok) {
			return "query parameter " + q.Name + " is \"" + v + "\""
		}
	}
	return ""
}

func pathOnly(path string) string {
	p, _, _ := strings.Cut(path, "?")
	return p
}

func pathFits(m envoy.PathMatch, full string) bool {
	path, value := pathOnly(full), m.Value
	if m.IgnoreCase {
		path, value = strings.ToLower(path), strings.ToLower(value)
	}
	switch m.Kind {
	case "path":
		return path == value
	case "prefix":
		return strings.HasPrefix(path, value)
	case "separated":
		return path == value || strings.HasPrefix(path, value+"/")
	case "regex":
		return whole(value, path)
	case "template":
		return whole(templateRegex(value), path)
	}
	return true
}

// whole matches a regular expression against all of s; one that cannot be
// compiled matches nothing (Envoy would have refused it).
func whole(expr, s string) bool {
	re, err := regexp.Compile("^(?:" + expr + ")$")
	return err == nil && re.MatchString(s)
}

// templateRegex turns a URI template ("/a/*/**", "/a/{x}") into an expression.
func templateRegex(template string) string {
	var out strings.Builder
	for i, part := range strings.Split(template, "/") {
		if i > 0 {
			out.WriteByte('/')
		}
		switch {
		case part == "**" || strings.HasSuffix(part, "=**}"):
			out.WriteString(".*")
		case part == "*" || strings.HasPrefix(part, "{"):
			out.WriteString("[^/]+")
		default:
			out.WriteString(regexp.QuoteMeta(part))
		}
	}
	return out.String()
}

func headerFits(m envoy.HeaderMatch, value string, present bool) bool {
	if m.Kind == "present" {
		return (present != m.Absent) != m.Invert
	}
	if !present && !m.Empty {
		return false // an absent header fits no value, inverted or not
	}
	want := m.Value
	if m.IgnoreCase {
		value, want = strings.ToLower(value), strings.ToLower(want)
	}
	var fits bool
	switch m.Kind {
	case "exact":
		fits = value == want
	case "prefix":
		fits = strings.HasPrefix(value, want)
	case "suffix":
		fits = strings.HasSuffix(value, want)
	case "contains":
		fits = strings.Contains(value, want)
	case "regex":
		fits = whole(want, value)
	}
	return fits != m.Invert
}

func queryValue(query, name string) (string, bool) {
	for pair := range strings.SplitSeq(query, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == name {
			return v, true
		}
	}
	return "", false
}
