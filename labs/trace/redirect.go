package trace

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
)

// location is where a redirect sends the client, as a URL.
func (t target) location(route envoy.Route) string {
	rd := route.Redirect
	scheme := "http"
	if t.tls {
		scheme = "https"
	}
	host, port := t.host, t.port
	if h := match.WithoutPort(t.authority); h != "" {
		host = h
	}
	if rd.Scheme != "" && rd.Scheme != scheme {
		scheme, port = rd.Scheme, 0
	}
	if rd.Host != "" {
		host = rd.Host
	}
	if rd.Port != 0 {
		port = rd.Port
	}
	u := scheme + "://" + host
	if port != 0 && port != map[string]int{"http": 80, "https": 443}[scheme] {
		u += ":" + strconv.Itoa(port)
	}
	return u + t.redirected(route)
}

// redirected is the path, with its query, to which a redirect points.
func (t target) redirected(route envoy.Route) string {
	rd := route.Redirect
	path, query, hasQuery := strings.Cut(t.path, "?")
	if rd.Path != "" {
		path = rd.Path
	} else {
		path = replaced(path, route.Path.Value, rd.Prefix, rd.Regex, rd.Substitution)
	}
	if hasQuery && !rd.StripQuery && !strings.Contains(path, "?") {
		path += "?" + query
	}
	return path
}

// redirect is where the last proxy sends the client instead of an answer, ""
// when it does not.
func (j *journey) redirect() string {
	last := j.hops[len(j.hops)-1]
	if last.matched == nil || last.matched.route.Redirect == nil || j.broken() {
		return ""
	}
	return last.target.location(*last.matched.route)
}

// sentOn is where the server behind the last proxy sent the client, "" when it
// did not, or the client did not follow. The redirects before it led here.
func (j *journey) sentOn(before int) string {
	if !j.request.Follow || len(j.whole.Redirects) <= before || j.broken() || j.hops[len(j.hops)-1].matched == nil {
		return ""
	}
	from, err := url.Parse(j.request.URL)
	if err != nil {
		return ""
	}
	to, err := from.Parse(j.whole.Redirects[before].Location)
	if err != nil || to.Hostname() == "" {
		return ""
	}
	return to.String()
}

// followTo goes where a redirect leads, as a client does: to the very URL that
// was asked for, to one that was visited, or to one that does not work is the
// fault of the route that sends it there.
func (j *journey) followTo(to string, visited []string) {
	last := j.hops[len(j.hops)-1]
	r := last.report(labs.LayerRoute)
	asked := normalURL(j.request.URL)
	visited = append(slices.Clone(visited), asked)
	sender := last.redirector()
	if last.serverRedirects() {
		r = last.report(labs.LayerDestination)
	}
	switch {
	case normalURL(to) == asked:
		r.override(sender, "redirects to the very URL that was asked for", "an answer, or another URL", to)
		return
	case !j.request.Follow:
		return
	case slices.Contains(visited, normalURL(to)):
		r.override(sender, "redirects in a circle", "a URL that was not asked before", strings.Join(append(visited, to), " → "))
		return
	}
	next := j.request.Forwarded()
	next.URL, next.Gateway = to, j.gatewayFor(to)
	p := j.traced(next, visited, j.brief)
	if b, broken := p.Broken(); broken {
		if b.Layer == labs.LayerDestination && len(b.Objects) > 0 && !last.serverRedirects() {
			last.report(b.Layer).override(b.Objects[0], "redirects to "+to+", where "+b.Summary, b.Want, b.Got)
			return // the redirect leads where a route is: what is there is wrong
		}
		if last.serverRedirects() && len(b.Objects) > 0 {
			sender = last.unentered(to, b) // the server knows its own URLs: what is there is wrong
		}
		if last.serverRedirects() && last.role == labs.RoleSidecar && b.Layer == labs.LayerRoute {
			r = last.report(b.Layer) // whatever is asked next, this proxy has no way for it
		}
		r.override(sender, "redirects to "+to+", which does not work: "+b.Summary, "a URL that answers", b.Got)
		return
	}
	for _, l := range p.Layers() {
		if l.Verdict == labs.Unknown {
			r.doubt(fmt.Sprintf("redirects to %s; there %s is unknown: %s", to, l.Layer, l.Summary))
		}
	}
}

// unentered is to blame where the server sent the client on, and the next URL is
// broken: where nothing unknown may leave, and the URL is of a neighbour of the
// server in its domain, the entry that has the server and not the neighbour; else
// what is wrong there.
func (w *walk) unentered(to string, b labs.LayerReport) labs.Object {
	u, err := url.Parse(to)
	closed := b.Objects[0].Kind == "Sidecar" || b.Objects[0] == meshConfig().Ref()
	entry := w.last().entry
	if err != nil || !closed || entry == nil {
		return b.Objects[0]
	}
	_, domain, _ := strings.Cut(u.Hostname(), ".")
	_, own, _ := strings.Cut(w.target.name(), ".")
	if domain != own {
		return b.Objects[0]
	}
	return entry.Ref()
}

// serverRedirects says whether a redirect is the server's own. One that does
// not see the path that was asked for cannot know its URLs: then it is the
// route's again.
func (w *walk) serverRedirects() bool {
	return w.matched.route.Redirect == nil && w.matched.route.Rewrite == nil
}

// redirector is what sends the client elsewhere: the route, or the server.
func (w *walk) redirector() labs.Object {
	switch {
	case w.serverRedirects():
		return w.serverRef(w.last())
	case w.routed == nil && w.intended != nil:
		return w.intended.Owner.Ref() // its httpsRedirect
	}
	return w.routed.Ref()
}

// gatewayFor keeps the gateway that the request names, for another URL of the
// same host.
func (j *journey) gatewayFor(to string) string {
	u, err := url.Parse(to)
	if err == nil && u.Hostname() == match.WithoutPort(j.hops[0].target.authority) {
		return j.request.Gateway
	}
	return ""
}

// normalURL writes a URL so that equal ones are equal: host in lower case, no
// default port, "/" for an empty path.
func normalURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	u.Host = strings.ToLower(u.Host)
	if p := u.Port(); p == "80" && u.Scheme == "http" || p == "443" && u.Scheme == "https" {
		u.Host = u.Hostname()
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// rewritten is the request as it is sent on.
func (t target) rewritten(route envoy.Route) target {
	rw := route.Rewrite
	if rw == nil {
		return t
	}
	path, query, hasQuery := strings.Cut(t.path, "?")
	path = replaced(path, route.Path.Value, rw.Prefix, rw.Regex, rw.Substitution)
	if hasQuery {
		path += "?" + query
	}
	t.path = path
	t.headers = maps.Clone(t.headers)
	if rw.Host != "" {
		t.authority = strings.ToLower(rw.Host)
		t.headers[":authority"] = t.authority
	}
	t.headers[":path"] = path
	return t
}

// replaced is a path with the matched prefix replaced, or, without a prefix to
// put there, what a regular expression finds in it. Envoy writes "\1" for a
// group, Go "$1".
func replaced(path, matched, prefix, expr, substitution string) string {
	if prefix != "" {
		return prefix + strings.TrimPrefix(path, matched)
	}
	if re, err := regexp.Compile(expr); expr != "" && err == nil {
		return re.ReplaceAllString(path, strings.ReplaceAll(substitution, `\`, "$"))
	}
	return path
}
