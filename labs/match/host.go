package match

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Exact is how well a pattern fits that is the name itself.
const Exact = 10_000

// Pattern says how well a host pattern ("a.b", "*.b", "*") fits a name: -1 not
// at all, else the higher the closer.
func Pattern(pattern, name string) int {
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	switch {
	case pattern == name:
		return Exact
	case pattern == "*" || pattern == "":
		return 0
	case strings.HasPrefix(pattern, "*") && len(name) > len(pattern)-1 && strings.HasSuffix(name, pattern[1:]):
		return len(pattern)
	}
	return -1
}

// Best is how well the closest of the patterns fits, -1 when none does.
func Best(patterns []string, name string) int {
	top := -1
	for _, p := range patterns {
		top = max(top, Pattern(p, name))
	}
	return top
}

// Meet says whether two patterns have a name in common.
func Meet(a, b string) bool {
	wildA, wildB := strings.HasPrefix(a, "*"), strings.HasPrefix(b, "*")
	if wildA && wildB {
		a, b = strings.ToLower(a[1:]), strings.ToLower(b[1:])
		return strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
	}
	return !wildB && Pattern(a, b) >= 0 || !wildA && Pattern(b, a) >= 0
}

// Both is the narrower of two patterns that have a name in common.
func Both(a, b string) (string, bool) {
	if !Meet(a, b) {
		return "", false
	}
	wild := func(p string) bool { return p == "" || strings.HasPrefix(p, "*") }
	if wild(a) && (!wild(b) || len(b) >= len(a)) {
		return b, true
	}
	return a, true
}

// Host chooses the virtual host of an authority: an exact domain, then the
// longest suffix ("*.b"), then the longest prefix ("a.*"), then "*".
func Host(rc envoy.RouteConfig, authority string) (*envoy.VirtualHost, Result) {
	name := strings.ToLower(authority)
	if rc.IgnorePort {
		name = WithoutPort(name)
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
	switch {
	case found == nil && rc.Unknown != "":
		return nil, unknown("route table " + rc.Name + " gets its virtual hosts by " + rc.Unknown)
	case found == nil:
		return nil, no("no domain of route table " + rc.Name + " takes \"" + name + "\"")
	}
	return found, yes()
}

func domainRank(domain, name string) int {
	switch {
	case domain == name:
		return 1_000_000
	case domain == "*":
		return 0
	case strings.HasPrefix(domain, "*") && len(name) >= len(domain) && strings.HasSuffix(name, domain[1:]):
		return Exact + len(domain)
	case strings.HasSuffix(domain, "*") && len(name) >= len(domain) && strings.HasPrefix(name, domain[:len(domain)-1]):
		return len(domain)
	}
	return -1
}
