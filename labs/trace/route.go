package trace

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/match"
)

// taken is the route that takes the request.
type taken struct {
	config envoy.RouteConfig
	host   *envoy.VirtualHost
	route  *envoy.Route
}

// route asks which route takes the request, and from which object it came;
// when none does, which object was meant to and why it does not.
func (w *walk) route() *report {
	r := newReport(labs.LayerRoute)
	meant := sync.OnceValue(w.bestCandidate)
	if !w.brief {
		lines := []string{}
		for _, c := range w.candidates() {
			lines = append(lines, c.String())
		}
		r.fact("candidates", lines)
	}
	defer w.routeFacts(r, meant)

	switch {
	case w.direct:
		r.offPath("no proxy takes the request")
	case w.config == nil:
		r.unknown("%s", w.noConfig)
	case w.chain == nil:
		r.unknown("no filter chain takes the connection, so no route can be looked up")
	case !w.chain.HTTP:
		w.tcpRoute(r)
	default:
		w.httpRoute(r, meant)
	}
	return r
}

// routeFacts fills in where the request goes, or would go.
func (w *walk) routeFacts(r *report, meant func() *candidate) {
	if len(w.clusters) == 0 && (w.matched == nil || r.Verdict == labs.Broken) {
		if c := meant(); c != nil {
			w.clusters, w.routed = c.dest, c.obj
		}
	}
	if w.routed != nil {
		r.fact("object", w.routed.Ref().String())
		r.involve(w.routed.Ref())
	}
	if len(w.clusters) > 0 {
		r.fact("cluster", w.clusters[0])
		r.fact("clusters", w.clusters)
	}
}

// tcpRoute: the filter chain itself is the route; TLS passes through.
func (w *walk) tcpRoute(r *report) {
	w.clusters = w.chain.Clusters
	if w.refusedOutside(nil) {
		w.unknownOutside(r)
		return
	}
	all := w.candidates()
	if i := slices.IndexFunc(all, func(c candidate) bool { return c.attached && slices.Equal(c.dest, w.clusters) }); i >= 0 {
		w.routed = all[i].obj
	}
	if len(w.clusters) == 0 {
		r.broken(labs.Object{}, "the filter chain leads nowhere", "a cluster", "none")
		return
	}
	r.fact("match", chainName(*w.chain))
	r.healthy("%s → %s", chainName(*w.chain), strings.Join(w.clusters, ", "))
}

func (w *walk) httpRoute(r *report, meant func() *candidate) {
	r.fact("name", w.chain.Route)
	rc, ok := w.config.RouteConfig(w.chain.Route)
	if !ok {
		w.refusedRoutes(r, meant)
		r.unknown("route table %q has not reached Envoy", w.chain.Route)
		return
	}
	host, fits := match.Host(rc, w.target.authority)
	if fits.Outcome == match.Unknown {
		r.unknown("%s", fits.Why)
		return
	}
	if w.refusedOutside(host) {
		w.unknownOutside(r)
		return
	}
	if host == nil || blackhole(host) {
		if w.refusedRoutes(r, meant) || w.refusedSet(r) {
			return
		}
		w.noHost(r, rc, meant())
		return
	}
	r.fact("vhost", host.Name)
	r.fact("domains", append([]string{}, host.Domains...))
	route, fits := match.Route(host, w.asked())
	switch fits.Outcome {
	case match.Unknown:
		r.unknown("%s", fits.Why)
		return
	case match.FitsNot:
		r.see("%s", fits.Why)
		w.refusedRoutes(r, meant)
		w.noRoute(r, host, meant())
		return
	}
	w.matched = &taken{rc, host, route}
	w.clusters = route.Clusters
	w.routed = w.source(*route)
	r.fact("match", routeText(*route))
	r.fact("rule", route.Name)
	r.see("route table %s, virtual host %s, %s", rc.Name, host.Name, routeText(*route))
	w.judgeRoute(r, *route)
	r.staleNote("route table "+rc.Name, w.refusal("route", rc.Name))
}

// blackhole recognises the virtual host that Istio gives to a route table
// without any.
func blackhole(h *envoy.VirtualHost) bool { return strings.HasPrefix(h.Name, "blackhole:") }

func (w *walk) judgeRoute(r *report, route envoy.Route) {
	from := ""
	if w.routed != nil {
		from = "   " + w.routed.Ref().String()
	}
	if w.injected(r, route) {
		return
	}
	switch {
	case route.Direct >= 400:
		r.broken(w.answersItself(), fmt.Sprintf("the route answers %d by itself", route.Direct), "a destination", "a direct response")
	case route.Direct != 0:
		r.healthy("%s answers %d by itself%s", routeText(route), route.Direct, from)
	case route.Redirect != nil:
		to := w.target.location(route)
		r.fact("redirect", to)
		r.healthy("%s redirects to %s%s", routeText(route), to, from)
	default:
		r.healthy("%s %s → %s%s", match.WithoutPort(w.target.authority), routeText(route), strings.Join(route.Clusters, ", "), from)
	}
}

// injected judges what the route itself does to requests: aborts them, holds
// them until the client gives up, or gives the server too little time.
func (w *walk) injected(r *report, route envoy.Route) bool {
	a := w.answer
	switch {
	case route.Abort != 0:
		r.broken(w.routed.Ref(), fmt.Sprintf("the route aborts %g %% of the requests with %d", route.AbortPercent, route.Abort), "no injected fault", "fault: abort")
	case route.Delay > 0 && a.Observed && a.Error == "timeout":
		r.broken(w.routed.Ref(), fmt.Sprintf("the route holds %g %% of the requests for %s", route.DelayPercent, route.Delay), "no injected fault", "fault: delay")
	case hasFlag(a.Flag, "UT") && w.routed != nil:
		allowed := "the whole answer " + route.Timeout.String()
		if strings.Contains(a.Details, "per_try") {
			allowed = "each try too little"
		}
		r.broken(w.saidBy([]string{"timeout", "timeouts", "retries", "retry"}, `"timeout"`, `"per_try_timeout"`), "the route gives up before the server has answered", "time enough for the server", "it gives "+allowed+": "+a.Details)
		r.passed = true // the server had the request, and was not given the time to answer
	default:
		return false
	}
	r.certain = true
	return true
}

func routeText(r envoy.Route) string {
	text := "every path"
	if r.Path.Kind != "" {
		text = r.Path.Kind + " " + r.Path.Value
	}
	for _, h := range r.Headers {
		text += fmt.Sprintf(", %s %s %s", h.Name, h.Kind, h.Value)
	}
	for _, c := range r.Claims {
		text += fmt.Sprintf(", %s %s %s", c, c.Text.Kind, c.Text.Value)
	}
	return text
}

// noHost: no virtual host takes the authority.
func (w *walk) noHost(r *report, rc envoy.RouteConfig, meant *candidate) {
	var domains []string
	for i := range rc.Hosts {
		if !blackhole(&rc.Hosts[i]) {
			domains = append(domains, rc.Hosts[i].Domains...)
		}
	}
	r.fact("domains", append([]string{}, domains...))
	want := "a VirtualService or HTTPRoute with this host"
	if w.intended != nil {
		want += ", attached to " + w.intended.Owner.Ref().String()
	}
	if why := w.lacking(); why != "" {
		r.see("%s", why)
	}
	culprit, got := labs.Object{}, "route table "+rc.Name+" has domains "+quoteAll(domains)
	if meant != nil {
		culprit, got = w.besideServerName(*meant), meant.String()
		r.see("route table %s has domains %s", rc.Name, quoteAll(domains))
	}
	r.broken(culprit, fmt.Sprintf("no virtual host for %q", match.WithoutPort(w.target.authority)), want, got)
}

// noRoute: the virtual host has no route for the path, method or headers.
func (w *walk) noRoute(r *report, host *envoy.VirtualHost, meant *candidate) {
	var have []string
	var culprit labs.Object
	for _, route := range host.Routes {
		have = append(have, routeText(route))
		if o := w.source(route); o != nil && culprit.Name == "" {
			culprit = o.Ref()
		}
	}
	if culprit.Name == "" && meant != nil {
		culprit = meant.ref
	}
	if ns, name, ok := strings.Cut(strings.TrimPrefix(culprit.String(), culprit.Kind+" "), "/"); ok && w.routed == nil {
		w.routed = w.index.Get(istioNetworking, culprit.Kind, ns, name)
	}
	if by := w.loser(culprit); by.Name != "" {
		culprit = by
	}
	r.broken(culprit, fmt.Sprintf("virtual host %s has no route for %s %s", host.Name, w.target.method, match.PathOnly(w.target.path)),
		fmt.Sprintf("a route that matches %s %s", w.target.method, match.PathOnly(w.target.path)), quoteAll(have))
}
