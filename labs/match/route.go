package match

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// Route returns the first route that takes the request. Where one before it
// cannot be told, neither can the pick. A virtual host that asks for TLS
// redirects plain HTTP whatever its routes are.
func Route(h *envoy.VirtualHost, r Request) (*envoy.Route, Result) {
	if h.RequireTLS == "ALL" && r.Scheme == "http" {
		return &envoy.Route{Name: "require_tls", Redirect: &envoy.Redirect{Scheme: "https", Code: 301}}, yes()
	}
	if h.Unknown != "" {
		return nil, unknown("virtual host " + h.Name + " picks its routes by a " + h.Unknown)
	}
	why := "virtual host " + h.Name + " has no routes"
	for i := range h.Routes {
		switch res := RouteFits(h.Routes[i], r); res.Outcome {
		case Fits:
			return &h.Routes[i], res
		case Unknown:
			return nil, res
		default:
			why = res.Why
		}
	}
	return nil, no(why)
}

// RouteFits says whether one route takes the request.
func RouteFits(route envoy.Route, r Request) Result {
	out := pathFits(route.Path, r)
	for _, h := range route.Headers {
		v, ok := r.header(h.Name)
		out = out.and(valueFits("header", h, v, ok))
	}
	for _, q := range route.Query {
		v, ok := r.query(q.Name)
		out = out.and(valueFits("query parameter", q, v, ok))
	}
	for _, c := range route.Claims {
		out = out.and(claimFits(c, r.Token))
	}
	for _, u := range route.Unknown {
		out = out.and(unknown("the route " + named(route) + "asks for " + u))
	}
	return out
}

func named(r envoy.Route) string {
	if r.Name == "" {
		return ""
	}
	return r.Name + " "
}

func pathFits(m envoy.PathMatch, r Request) Result {
	if m.Kind == envoy.Unknown {
		return unknown("the path is matched by " + m.Value)
	}
	if m.Kind != "" && (m.Kind == "connect") != (r.Method == "CONNECT") {
		return no("method is " + r.Method)
	}
	path, value := PathOnly(r.Path), m.Value
	if m.IgnoreCase {
		path, value = strings.ToLower(path), strings.ToLower(value)
	}
	ok := false
	switch m.Kind {
	case "", "connect":
		ok = true
	case "path":
		ok = path == value
	case "prefix":
		ok = strings.HasPrefix(path, value)
	case "separated":
		ok = path == value || strings.HasPrefix(path, value+"/")
	case "regex":
		return expression(m.Value, PathOnly(r.Path), "path")
	case "template":
		return expression(templateRegex(m.Value), PathOnly(r.Path), "path")
	default:
		return unknown("the path is matched by " + m.Kind)
	}
	if !ok {
		return no(fmt.Sprintf("path is %s, not %s %s", PathOnly(r.Path), m.Kind, m.Value))
	}
	return yes()
}

// expression matches a regular expression against all of a text. Envoy
// refuses one that it cannot compile, so that none is in its routes.
func expression(expr, text, what string) Result {
	re, err := regexp.Compile("^(?:" + expr + ")$")
	if err != nil {
		return unknown(fmt.Sprintf("the expression %q of the %s is not understood", expr, what))
	}
	if !re.MatchString(text) {
		return no(fmt.Sprintf("%s is %s, not regex %s", what, text, expr))
	}
	return yes()
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

// valueFits matches a header or query parameter. An absent one fits no value,
// inverted or not, unless it counts as empty.
func valueFits(what string, m envoy.HeaderMatch, value string, present bool) Result {
	what += " " + m.Name
	if m.Kind == envoy.Unknown {
		return unknown(what + " is matched by " + m.Value)
	}
	if m.Kind == "present" {
		switch want := m.Absent == m.Invert; {
		case present == want:
			return yes()
		case want:
			return no(what + " is absent")
		}
		return no(what + " is there")
	}
	if !present && !m.Empty {
		return no(what + " is absent")
	}
	res := textFits(what, envoy.StringMatch{Kind: m.Kind, Value: m.Value, IgnoreCase: m.IgnoreCase}, value)
	switch {
	case res.Outcome == Unknown:
		return res
	case res.OK() != m.Invert:
		return yes()
	case m.Invert:
		return no(fmt.Sprintf("%s is %q", what, value))
	}
	return no(fmt.Sprintf("%s is %q, not %s %s", what, value, m.Kind, m.Value))
}

// textFits compares a text.
func textFits(what string, m envoy.StringMatch, text string) Result {
	want := m.Value
	if m.Kind == "regex" {
		return expression(want, text, what)
	}
	if m.IgnoreCase {
		text, want = strings.ToLower(text), strings.ToLower(want)
	}
	ok := false
	switch m.Kind {
	case "exact":
		ok = text == want
	case "prefix":
		ok = strings.HasPrefix(text, want)
	case "suffix":
		ok = strings.HasSuffix(text, want)
	case "contains":
		ok = strings.Contains(text, want)
	case "range":
		ok = inRange(want, text)
	default:
		return unknown(what + " is matched by " + m.Kind)
	}
	if ok {
		return yes()
	}
	return no("")
}

// inRange reads "first-last"; the last is left out. Both may be negative.
func inRange(span, text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || span == "" {
		return false
	}
	i := strings.Index(span[1:], "-") + 1
	first, err1 := strconv.ParseInt(span[:i], 10, 64)
	last, err2 := strconv.ParseInt(span[i+1:], 10, 64)
	return err1 == nil && err2 == nil && n >= first && n < last
}
