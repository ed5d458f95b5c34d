package trace

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/intent"
)

// upstream is one cluster that the request may be sent to.
type upstream struct {
	name    string
	port    int
	subset  string
	host    string
	service object
	entry   object // ServiceEntry
	cluster envoy.Cluster
	pods    []object // behind its endpoints
	rule    object   // DestinationRule
}

// destination asks whether the cluster that the route names can answer.
func (w *walk) destination() *report {
	r := newReport(labs.LayerDestination)
	if m := w.matched; m != nil && (m.route.Redirect != nil || m.route.Direct != 0) {
		r.offPath("the proxy answers by itself")
		return r
	}
	if w.leaves() {
		w.outsideAnswer(r)
		return r
	}
	if len(w.clusters) == 0 {
		r.unknown("no destination is known")
		return r
	}
	r.fact("cluster", w.clusters[0])
	r.fact("clusters", w.clusters)
	for _, name := range w.clusters {
		w.upstreams = append(w.upstreams, w.upstream(name))
	}
	ups := w.upstreams
	w.upstreamFacts(r, ups[0])
	if w.config == nil {
		r.unknown("%s", w.noConfig)
		return r
	}
	w.judgeDrawn(r)
	u := w.last()
	if !r.decided() {
		w.judgePolicy(r, u)
	}
	if !r.decided() {
		w.judgeTransport(r, u)
	}
	if !r.decided() {
		r.healthy("%s  %s, %s%s%s%s", u.name, count(w.healthyCount(u.name), "healthy endpoint"), tlsWords(u.cluster.Mode()), w.failover(u), ruleWords(u.rule), w.drawnWords())
		r.staleNote("cluster "+u.name, w.refusal("cluster", u.name))
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
	return "   " + rule.Ref().String()
}

// upstream looks everything up that hangs on a cluster's name
// (direction|port|subset|host).
func (w *walk) upstream(name string) upstream {
	u := upstream{name: name}
	if f := strings.Split(name, "|"); len(f) == 4 {
		u.port, _ = strconv.Atoi(f[1])
		u.subset, u.host = f[2], f[3]
		u.service = intent.Service(w.index, u.host)
		u.entry = w.entryFor(u.host)
	}
	if w.config != nil {
		u.cluster, _ = w.config.Cluster(name)
	}
	if u.rule = w.fromPath(u.cluster.Config); u.rule == nil {
		u.rule = w.ruleFor(u.host)
	}
	u.pods = w.podsWith(hostsOf(w.reached(u))...)
	return u
}

// addresses are the endpoints Envoy has, else those the Service has; of a
// cluster without any of its own, where the client meant to go.
func (w *walk) addresses(u upstream) []string {
	out := []string{}
	if u.cluster.OwnAddress && w.dest != "" {
		return append(out, net.JoinHostPort(w.dest, strconv.Itoa(w.target.port)))
	}
	if w.config != nil {
		for _, e := range w.config.Endpoints[u.name] {
			out = append(out, e.Address)
		}
		if len(out) > 0 {
			return out
		}
	}
	for _, p := range u.service.Items("spec", "ports") {
		if p.Num("port") == u.port {
			out = append(out, w.readyEndpoints(u.service, p)...)
		}
	}
	return out
}

func (w *walk) healthyCount(cluster string) int {
	n := 0
	for _, e := range w.config.Endpoints[cluster] {
		if e.Up() {
			n++
		}
	}
	return n
}

func (w *walk) upstreamFacts(r *report, u upstream) {
	if u.service != nil {
		r.fact("service", u.service.Ref().String())
		r.involve(u.service.Ref())
	} else if u.entry != nil {
		r.involve(u.entry.Ref())
	}
	if u.rule != nil {
		r.fact("rule", u.rule.Ref().String())
		r.involve(u.rule.Ref())
	}
	if w.config != nil {
		_, there := w.config.Cluster(u.name)
		r.fact("endpointsHealthy", there && w.healthyCount(u.name) > 0)
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
		mode, _ := w.peerTLS(u.pods[0], w.podPort(u, u.pods[0]))
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
	if u.cluster.Type == "ORIGINAL_DST" && w.role != labs.RoleSidecar && u.entry != nil {
		r.broken(u.entry.Ref(), "the upstream is the address that the client connected to, which is this gateway's own",
			"a resolution of DNS, STATIC or DYNAMIC_DNS", w.entryAddresses(u.entry))
		return
	}
	w.judgeBackendTLS(r, u)
	if u.cluster.Type == "EDS" || u.cluster.Type == "STRICT_DNS" || u.cluster.Type == "STATIC" {
		if w.healthyCount(u.name) == 0 {
			w.noEndpoints(r, u)
			return
		}
	}
	r.see("cluster %s: %s", u.name, count(w.healthyCount(u.name), "healthy endpoint"))
	w.seePriorities(r, u)
	w.judgeEndpoints(r, u)
	w.judgePorts(r, u)
	w.judgePeer(r, u)
}

// judgeEndpoints looks for addresses of a Service that has a selector behind
// which no pod stands: a part of the requests ends there.
func (w *walk) judgeEndpoints(r *report, u upstream) {
	if u.service == nil || !u.service.Has("spec", "selector") || w.missingIn(u.service.Namespace(), "Pod") != "" {
		return
	}
	for _, host := range hostsOf(w.reached(u)) {
		if w.podAt(host) == nil && net.ParseIP(host) != nil && w.machineAt(u, host) == nil {
			culprit, got := u.service.Ref(), quoteAll(w.addresses(u))
			if u.entry != nil {
				culprit, got = u.entry.Ref(), u.entry.Ref().String()+" has the same host: "+got
			} else if s := w.writtenAt(u, host); s != nil {
				culprit = s.Ref()
			}
			r.broken(culprit, "no pod stands behind "+host, "endpoints that are pods", got)
			r.certain = true
			return
		}
	}
}

// judgePorts looks for pods that do not have the port that they are sent to,
// beside others that have it: a part of the requests ends there, or is tried
// again.
func (w *walk) judgePorts(r *report, u upstream) {
	var without object
	has, sent := false, ""
	for _, pod := range u.pods {
		declared, port := containerPorts(pod), strconv.Itoa(w.podPort(u, pod))
		switch {
		case len(declared) == 0:
		case slices.Contains(declared, port):
			has = true
		default:
			without, sent = pod, port
		}
	}
	if !has || without == nil {
		return
	}
	r.broken(w.ownerOf(without), "one of the pods does not listen on "+sent, "pods that all listen on "+sent,
		without.Ref().String()+" has ports "+quoteAll(containerPorts(without)))
	r.certain = true
}
