package trace

import (
	"net"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/match"
)

// endedUnanswered: the server took the connection, and ended it without an
// answer. Where its port is declared as TLS it was spoken to in plain text,
// which nobody asked the proxy to mend; else it is the server's own doing, for
// there is nothing in the mesh that could be set otherwise.
func (w *walk) endedUnanswered(r *report, u upstream) {
	for _, l := range w.beside(u) {
		if hasFlag(l.Flag, "UF") {
			w.sidecarError(r, u, l)
			return
		}
	}
	if u.cluster.Mode() == "ISTIO_MUTUAL" || slices.ContainsFunc(u.pods, func(p object) bool { return runsGateway(p) || hasSidecar(p) }) {
		return // of a proxy, its own words tell why
	}
	if w.opaque(u) {
		w.plainToTLS(r, u)
		return
	}
	r.broken(w.serverRef(u), "the server ends the connection without an answer", "an answer", w.answer.Details)
}

// unansweredInTime: the client gave up while this proxy waited for the server.
func (w *walk) unansweredInTime(r *report, u upstream) {
	list := w.addresses(u)
	if len(list) == 0 || slices.ContainsFunc(u.pods, runsGateway) {
		return // of a proxy, its own hop tells why
	}
	if len(u.pods) == 0 {
		host, _, _ := net.SplitHostPort(list[0])
		r.broken(w.placedBy(u, host), "nobody answers at "+strings.Join(list, ", "), "an address at which a server listens", "the client gave up after "+w.waited())
		return
	}
	r.broken(w.serverRef(u), "the server has not answered when the client gave up", "an answer in time", "none after "+w.waited())
}

// waited is how long the client did.
func (w *walk) waited() string { return w.whole.Took.String() }

// plainToTLS: the proxy speaks plain text to a port that wants TLS. To blame is
// the rule that says so, or one that would have made it speak TLS and does not
// count here; else what declares the port.
func (w *walk) plainToTLS(r *report, u upstream) {
	culprit, got := u.rule.Ref(), w.modeSource(u, u.cluster.Mode())
	if u.rule == nil {
		culprit = w.sayingPlain(u)
		if p, why := w.idleBackendTLS(u); p != nil {
			culprit, got = p.Ref(), why
		} else if d := w.ruleElsewhere(u); d != nil {
			culprit, got = d.Ref(), d.Ref().String()+" does not count for this proxy: by its namespace, or by exportTo"
		} else if d := w.ruleMisspelt(u); d != nil {
			culprit, got = d.Ref(), d.Ref().String()+" is for host "+ruleHost(d)+", which the mesh does not know"
		}
	}
	r.override(culprit, "the proxy speaks plain HTTP to a port that wants TLS", "TLS to "+u.name, got)
}

// ruleMisspelt is a DestinationRule that would make proxies speak TLS, for a
// host that nobody has and that is nearly the upstream's, or its short name
// read in another namespace.
func (w *walk) ruleMisspelt(u upstream) object {
	for _, d := range w.index.All(istioNetworking, "DestinationRule") {
		if d.Has("spec", "trafficPolicy", "tls") && w.misspells(ruleHost(d), u) {
			return d
		}
	}
	return nil
}

// misspells says whether a host that nobody has is nearly the upstream's, or
// its short name read in another namespace.
func (w *walk) misspells(host string, u upstream) bool {
	_, close := near(host, u.host)
	name, _, _ := strings.Cut(host, ".")
	return (close || strings.HasPrefix(u.host, name+".")) && !w.known(host)
}

// known says whether a Service or ServiceEntry has a host.
func (w *walk) known(host string) bool {
	short, inside := strings.CutSuffix(host, ".svc.cluster.local")
	if name, ns, _ := strings.Cut(short, "."); inside && w.index.Get("", "Service", ns, name) != nil {
		return true
	}
	return slices.ContainsFunc(w.index.All(istioNetworking, "ServiceEntry"), func(e object) bool { return match.Best(e.Strs("spec", "hosts"), host) >= 0 })
}

// unawaited: the proxy before this one begins TLS with the very name that the
// client asked for, and no server here is for it. Then it is this Gateway that
// has another name, not the rule that speaks TLS.
func (w *walk) unawaited() {
	p, here := w.previous, w.report(labs.LayerListener)
	if p == nil || p.leaves() || !w.target.tls || w.chain != nil || w.intended != nil || here.Verdict != labs.Broken || w.target.sni != w.hops[0].target.name() {
		return
	}
	r := p.report(labs.LayerDestination)
	if r.Verdict == labs.Broken && p.last().cluster.TLS != nil && slices.ContainsFunc(w.servers, func(s server) bool { return s.selects && s.Port == w.target.port && s.TLS() }) {
		r.Verdict, r.Summary, r.Want, r.Got = labs.Healthy, "TLS with the server name "+w.target.sni+", which the next proxy ends", "", ""
		delete(r.Facts, "culprit")
		here.certain = true
	}
}

// misspoken: the proxy before this one speaks plain text, and this one's server
// for the name wants TLS. Both proxies are the mesh's, and how one speaks to
// the next is its destination's matter: of the rule for it, or of the route
// that sends requests to such a port without one.
func (w *walk) misspoken() {
	p := w.previous
	if p == nil || p.leaves() || w.target.tls || w.chain != nil || w.intended == nil || !w.intended.TLS() || w.report(labs.LayerListener).Verdict != labs.Broken {
		return
	}
	r, u := p.report(labs.LayerDestination), p.last()
	if r.Verdict != labs.Healthy {
		return
	}
	culprit := p.routed
	if u.rule != nil {
		culprit = u.rule
	}
	r.involve(w.intended.Owner.Ref())
	r.override(culprit.Ref(), "the proxy speaks plain HTTP to a port of the next one that wants TLS",
		"TLS as "+w.intended.Owner.Ref().String()+" asks for: "+w.intended.Mode, p.modeSource(u, u.cluster.To(p.endpointAt(u, "")).Mode()))
}
