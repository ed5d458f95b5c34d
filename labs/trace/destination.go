package trace

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
)

// upstream is one cluster that the request may be sent to.
type upstream struct {
	name    string
	port    int
	subset  string
	host    string
	service object
	cluster envoy.Cluster
	pods    []object // behind its endpoints
	rule    object   // DestinationRule
}

// destination asks whether the cluster that the route names can answer.
func (w *walk) destination() *report {
	r := newReport(labs.LayerDestination)
	if m := w.matched; m != nil && (m.route.Redirect || m.route.Direct != 0) {
		r.offPath("the gateway answers by itself")
		return r
	}
	if len(w.clusters) == 0 {
		r.unknown("no destination is known")
		return r
	}
	r.fact("cluster", w.clusters[0])
	r.fact("clusters", w.clusters)
	var ups []upstream
	for _, name := range w.clusters {
		ups = append(ups, w.upstream(name))
	}
	w.upstreamFacts(r, ups[0])
	if w.config == nil {
		r.unknown("%s", w.noConfig)
		return r
	}
	for _, u := range ups {
		w.judgeUpstream(r, u)
	}
	if !r.decided() {
		w.judgePolicy(r, ups)
	}
	if !r.decided() {
		w.judgeTransport(r, ups[0])
	}
	if !r.decided() {
		u := ups[0]
		r.healthy("%s  %s, %s%s", u.name, count(w.healthyCount(u.name), "healthy endpoint"), tlsWords(u.cluster.Mode()), ruleWords(u.rule))
	}
	return r
}

func tlsWords(mode string) string {
	switch mode {
	case "DISABLE":
		return "plain text"
	case "AUTO":
		return "mutual TLS where the peer has it"
	}
	return "TLS " + mode
}

func ruleWords(rule object) string {
	if rule == nil {
		return ""
	}
	return "   " + rule.ref().String()
}

// upstream looks everything up that hangs on a cluster's name
// (direction|port|subset|host).
func (w *walk) upstream(name string) upstream {
	u := upstream{name: name}
	if f := strings.Split(name, "|"); len(f) == 4 {
		u.port, _ = strconv.Atoi(f[1])
		u.subset, u.host = f[2], f[3]
		u.service = w.serviceOf(u.host)
	}
	if w.config != nil {
		u.cluster, _ = w.config.Cluster(name)
	}
	if u.rule = w.fromPath(u.cluster.Config); u.rule == nil {
		u.rule = w.ruleFor(u.host)
	}
	for _, p := range w.index.all("", "Pod") {
		if alive(p) && slices.Contains(hostsOf(w.addresses(u)), p.str("status", "podIP")) {
			u.pods = append(u.pods, p)
		}
	}
	return u
}

// addresses are the endpoints Envoy has, else those the Service has.
func (w *walk) addresses(u upstream) []string {
	out := []string{}
	if w.config != nil {
		for _, e := range w.config.Endpoints[u.name] {
			out = append(out, e.Address)
		}
		if len(out) > 0 {
			return out
		}
	}
	for _, p := range u.service.items("spec", "ports") {
		if p.num("port") == u.port {
			out = append(out, w.readyEndpoints(u.service, p)...)
		}
	}
	return out
}

func (w *walk) healthyCount(cluster string) int {
	n := 0
	for _, e := range w.config.Endpoints[cluster] {
		if e.Health == "HEALTHY" && len(e.Failed) == 0 {
			n++
		}
	}
	return n
}

func (w *walk) upstreamFacts(r *report, u upstream) {
	if u.service != nil {
		r.fact("service", u.service.ref().String())
		r.involve(u.service.ref())
	}
	if u.rule != nil {
		r.fact("rule", u.rule.ref().String())
		r.involve(u.rule.ref())
	}
	if w.config != nil {
		_, there := w.config.Cluster(u.name)
		r.fact("healthy", there && w.healthyCount(u.name) > 0)
		if there {
			r.fact("tls", u.cluster.Mode())
			if u.cluster.MaxConnections > 0 {
				r.fact("maxConnections", u.cluster.MaxConnections)
			}
		}
		r.fact("endpoints", w.addresses(u))
	}
	if list := w.addresses(u); len(list) > 0 {
		if _, p, err := net.SplitHostPort(list[0]); err == nil {
			n, _ := strconv.Atoi(p)
			r.fact("targetPort", n)
		}
	}
	if len(u.pods) > 0 {
		r.fact("sidecar", hasSidecar(u.pods[0]))
		mode, _ := w.peerTLS(u.pods[0])
		r.fact("peerTLS", mode)
	}
	if names := w.gatewayPolicies(); len(names) > 0 {
		r.fact("policies", names)
	}
}

// judgeUpstream looks at one cluster: is it there, has it endpoints, does
// its TLS fit the peer.
func (w *walk) judgeUpstream(r *report, u upstream) {
	if _, ok := w.config.Cluster(u.name); !ok {
		w.noCluster(r, u)
		return
	}
	if u.cluster.Type == "EDS" || u.cluster.Type == "STRICT_DNS" || u.cluster.Type == "STATIC" {
		if w.healthyCount(u.name) == 0 {
			w.noEndpoints(r, u)
			return
		}
	}
	r.see("cluster %s: %s", u.name, count(w.healthyCount(u.name), "healthy endpoint"))
	w.judgePeer(r, u)
}

// noCluster: the route names a cluster that Envoy does not have.
func (w *walk) noCluster(r *report, u upstream) {
	culprit := w.routed.ref()
	summary := "Envoy has no cluster " + u.name
	want := "a destination that exists"
	got := ""
	switch {
	case w.routed.group() == gatewayAPI && w.unresolved() != "":
		got = w.unresolved()
	case u.host == "":
		got = "the route leads to " + u.name
	case u.service == nil && strings.HasSuffix(u.host, ".svc.cluster.local"):
		got = "there is no Service " + u.host + w.similarService(u.host)
	case u.service != nil && !hasPort(u.service, u.port):
		want = "a port of " + u.service.ref().String()
		got = fmt.Sprintf("port %d; the Service has %s", u.port, quoteAll(ports(u.service)))
	case u.subset != "":
		want = fmt.Sprintf("subset %q in a DestinationRule for %s", u.subset, u.host)
		got = "no DestinationRule for it"
		if u.rule != nil {
			got = u.rule.ref().String() + " has subsets " + quoteAll(subsets(u.rule))
		}
	case u.service != nil && u.service.labels("metadata", "annotations")["networking.istio.io/exportTo"] != "":
		culprit = u.service.ref()
		got = "annotation networking.istio.io/exportTo: " + u.service.labels("metadata", "annotations")["networking.istio.io/exportTo"]
	default:
		got = "nothing by the name " + u.host
	}
	r.broken(culprit, summary, want, got)
}

func (w *walk) unresolved() string {
	for _, st := range w.routed.items("status", "parents") {
		if c := condition(st.items("conditions"), "ResolvedRefs"); c.str("status") == "False" {
			return c.str("reason") + ": " + c.str("message")
		}
	}
	return ""
}

func (w *walk) similarService(host string) string {
	for _, s := range w.index.all("", "Service") {
		name := s.name() + "." + s.namespace() + ".svc.cluster.local"
		if _, close := near(name, host); close {
			return ", but " + s.ref().String()
		}
	}
	return ""
}

func ports(s object) []string {
	var out []string
	for _, p := range s.items("spec", "ports") {
		out = append(out, strconv.Itoa(p.num("port")))
	}
	return out
}

func hasPort(s object, port int) bool { return slices.Contains(ports(s), strconv.Itoa(port)) }

func subsets(rule object) []string {
	var out []string
	for _, s := range rule.items("spec", "subsets") {
		out = append(out, s.str("name"))
	}
	return out
}

// noEndpoints: the cluster is there and empty, or nothing in it is healthy.
func (w *walk) noEndpoints(r *report, u upstream) {
	all := w.config.Endpoints[u.name]
	summary := "no healthy endpoint in " + u.name
	for _, e := range all {
		if len(e.Failed) > 0 {
			r.broken(u.rule.ref(), summary, "a healthy endpoint", fmt.Sprintf("%s: %s", e.Address, strings.Join(e.Failed, ", ")))
			return
		}
	}
	switch {
	case u.service == nil:
		r.broken(labs.Object{}, summary, "an address for "+u.host, "none")
	case u.subset != "" && len(w.readyEndpoints(u.service, nil)) > 0:
		r.broken(u.rule.ref(), summary, fmt.Sprintf("ready pods with the labels of subset %q", u.subset), "none")
	default:
		culprit, want, got := w.whyNoEndpoints(u.service)
		r.broken(culprit, summary, want, got)
	}
}
