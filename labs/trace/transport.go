package trace

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// judgeTransport reads from the answer how the connection to the upstream
// went, where the objects alone do not tell.
func (w *walk) judgeTransport(r *report, u upstream) {
	a := w.answer
	if !a.Observed {
		return
	}
	switch text := a.Details + " " + a.LogLine; {
	case w.passesThrough() && w.target.tls && a.Error != "" && u.cluster.TLS != nil && u.cluster.Mode() != "ISTIO_MUTUAL":
		r.broken(w.originates(u), "the client's TLS is wrapped in a second TLS", "bytes handed on as they come", w.modeSource(u, u.cluster.Mode()))
	case w.passesThrough() && len(u.pods) > 0 && runsGateway(u.pods[0]) && strings.HasPrefix(a.Error, "tls: "):
		// Of a proxy, its own hop tells why.
	case w.passesThrough() && a.Error == "tls: not TLS":
		r.broken(w.leadsToPlain(u), "TLS passes through to a port that does not speak TLS",
			"a backend port that speaks TLS", u.name+" answers in plain text")
	case strings.Contains(text, "TLS_error"):
		w.tlsFailed(r, u, text)
	case strings.Contains(text, "Connection_refused") || hasFlag(a.Flag, "UF"):
		w.refusedPort(r, u)
	case hasFlag(a.Flag, "UC") && u.cluster.Mode() == "SIMPLE":
		r.broken(w.originates(u), "the upstream ends the connection after the TLS handshake", "TLS as the upstream wants it: it may ask for a client certificate", w.modeSource(u, "SIMPLE"))
	case hasFlag(a.Flag, "UC") && u.cluster.Mode() == "MUTUAL":
		r.broken(w.clientSecret(u), "the upstream ends the connection after the TLS handshake", "a client certificate that the upstream accepts", w.modeSource(u, "MUTUAL"))
	case hasFlag(a.Flag, "UC"), hasFlag(a.Flag, "UR"):
		w.endedUnanswered(r, u)
	case a.Error == "timeout" && hasFlag(a.Flag, "DC"):
		w.unansweredInTime(r, u)
	case hasFlag(a.Flag, "UPE") && upgradesToHTTP2(u.rule):
		r.broken(u.rule.Ref(), "the upstream does not take in HTTP/2 what it is asked", "HTTP/1.1 as the port says", u.rule.Ref().String()+" says h2UpgradePolicy UPGRADE")
	case hasFlag(a.Flag, "UPE"):
		r.broken(w.addressee(u), "the upstream does not speak the protocol of its port", "an upstream that speaks what name or appProtocol of the port say", a.Details)
	case hasFlag(a.Flag, "UO"):
		r.broken(u.rule.Ref(), "the connection pool is full", "room for the request", "overflow")
	}
}

// leadsToPlain is to blame where TLS reaches a port that speaks none: the route,
// when it passes by another port of the Service that is for TLS, else the
// Service, which says where its port leads.
func (w *walk) leadsToPlain(u upstream) labs.Object {
	forTLS := func(p object) bool {
		return p.Num("port") != u.port && (p.Num("port") == 443 || strings.HasPrefix(p.Str("name"), "https") || strings.HasPrefix(p.Str("name"), "tls"))
	}
	if w.routed != nil && slices.ContainsFunc(u.service.Items("spec", "ports"), forTLS) {
		return w.routed.Ref()
	}
	return u.service.Ref()
}

// upgradesToHTTP2 says whether a DestinationRule makes proxies speak HTTP/2
// to an upstream, whatever its port says.
func upgradesToHTTP2(rule object) bool {
	return slices.ContainsFunc(settings(rule), func(p object) bool { return p.Str("connectionPool", "http", "h2UpgradePolicy") == "UPGRADE" })
}

// settings are all that a DestinationRule says: for the host, for subsets, and
// for ports of both.
func settings(rule object) []object {
	all := []object{rule.Map("spec", "trafficPolicy")}
	for _, s := range rule.Items("spec", "subsets") {
		all = append(all, s.Map("trafficPolicy"))
	}
	for _, p := range slices.Clone(all) {
		all = append(all, p.Items("portLevelSettings")...)
	}
	return all
}

func hasFlag(flags, flag string) bool { return slices.Contains(strings.Split(flags, ","), flag) }

func (w *walk) tlsFailed(r *report, u upstream, text string) {
	_, reason, _ := strings.Cut(text, "TLS_error")
	reason, _, _ = strings.Cut(reason, ":TLS_error_end")
	reason, _, _ = strings.Cut(strings.Trim(reason, ":|\" "), "}")
	reason = strings.Trim(strings.ReplaceAll(reason, "_", " "), " :")
	if w.missingUpstreamSecret(r, u) {
		return
	}
	if ref := w.expired(u); ref.Name != "" && strings.Contains(reason, "CERTIFICATE VERIFY FAILED") {
		r.broken(ref, "the upstream's certificate has expired", "a certificate valid today", ref.String()+": "+reason)
		return
	}
	own := func(p object) bool { return p.Has("tls", "subjectAltNames") }
	if names := u.entry.Strs("spec", "subjectAltNames"); len(names) > 0 && strings.Contains(reason, "SAN matcher") && !slices.ContainsFunc(settings(u.rule), own) {
		r.broken(u.entry.Ref(), "the upstream's certificate has none of the names that "+u.entry.Ref().String()+" gives it", "a certificate for one of "+quoteAll(names), reason)
		return
	}
	if pod := w.bypassed(u); pod != nil && (u.cluster.Mode() == "AUTO" || u.cluster.Mode() == "ISTIO_MUTUAL") {
		r.broken(w.ownerOf(pod), "mutual TLS reaches the workload itself, past its sidecar", "a sidecar that takes connections to the port",
			pod.Ref().String()+" has annotations that leave the port out: "+reason)
		return
	}
	r.broken(w.originates(u), "TLS to the upstream fails", "a handshake with "+u.name, w.modeSource(u, u.cluster.Mode())+": "+reason)
}

// originates is the object that makes the proxy speak TLS to the upstream.
func (w *walk) originates(u upstream) labs.Object {
	switch policy := w.backendTLS(u); {
	case policy != nil:
		return policy.Ref()
	case u.rule != nil:
		return u.rule.Ref()
	case u.entry != nil:
		return u.entry.Ref()
	}
	return u.service.Ref()
}

// refusedPort: nobody listens at an endpoint. A target port that the pod does
// not declare is the Service's fault, else the workload's.
func (w *walk) refusedPort(r *report, u upstream) {
	list := w.addresses(u)
	if len(list) == 0 || len(u.pods) > 0 && runsGateway(u.pods[0]) {
		return // of a proxy, its own hop tells why
	}
	host, port, err := net.SplitHostPort(list[0])
	if l, ok := w.logOf(w.pods); ok && l.Upstream != "" {
		host, _, _ = net.SplitHostPort(l.Upstream)
	}
	if w.prepared(u) {
		r.broken(w.routed.Ref(), "connections to "+list[0]+" fail", "a route to the port that "+u.rule.Ref().String()+" has settings for", fmt.Sprintf("it leads to port %d", u.port))
		return
	}
	if by := w.placedBy(u, host); by != w.addressee(u) {
		r.broken(by, "connections to "+host+" fail", "a machine that listens there", w.answer.Details)
		return
	}
	if err != nil || len(u.pods) == 0 {
		r.broken(w.addressee(u), "connections to "+list[0]+" fail", "a listening endpoint", w.answer.Details)
		return
	}
	declared := containerPorts(u.pods[0])
	if len(declared) > 0 && !slices.Contains(declared, port) {
		r.broken(u.service.Ref(), "nothing listens on "+list[0],
			fmt.Sprintf("a targetPort that %s listens on: %s", u.pods[0].Ref(), quoteAll(declared)), "targetPort "+port)
		return
	}
	r.broken(w.ownerOf(u.pods[0]), "connections to "+list[0]+" fail", "a process that listens on "+port, w.answer.Details)
}

// prepared says whether the rule of a host outside has settings for other ports
// of its entry, and none for this one: the route has missed the port.
func (w *walk) prepared(u upstream) bool {
	if w.routed == nil || u.entry == nil || u.service != nil {
		return false
	}
	other := false
	for _, p := range u.rule.Items("spec", "trafficPolicy", "portLevelSettings") {
		n := p.Num("port", "number")
		if n == u.port {
			return false
		}
		other = other || slices.Contains(entryPorts(u.entry), n)
	}
	return other
}

// placedBy is the object that names an address of the upstream: the machine's
// own entry, endpoints written by hand, else the addressee.
func (w *walk) placedBy(u upstream, host string) labs.Object {
	for _, by := range []object{w.machineAt(u, host), w.writtenAt(u, host)} {
		if by != nil {
			return by.Ref()
		}
	}
	return w.addressee(u)
}

// addressee is the object that says where the upstream's addresses lead, where
// no pod stands behind them.
func (w *walk) addressee(u upstream) labs.Object {
	switch {
	case u.entry != nil:
		return u.entry.Ref()
	case u.service != nil:
		return u.service.Ref()
	}
	return u.rule.Ref()
}

func containerPorts(pod object) []string {
	var out []string
	for _, c := range pod.Items("spec", "containers") {
		if c.Str("name") == snapshot.ProxyContainer {
			continue
		}
		for _, p := range c.Items("ports") {
			out = append(out, strconv.Itoa(p.Num("containerPort")))
		}
	}
	return out
}

// expired is the Secret beside the upstream's pods that holds a certificate of
// its name which has run out.
func (w *walk) expired(u upstream) labs.Object {
	name := u.host
	if u.cluster.TLS != nil && u.cluster.TLS.SNI != "" {
		name = u.cluster.TLS.SNI
	}
	for _, s := range w.index.All("", "Secret") {
		sealed, _ := snapshot.SealedOf(s)
		certs, err := snapshot.Certificates([]byte(sealed.Certificate))
		beside := slices.ContainsFunc(u.pods, func(p object) bool { return p.Namespace() == s.Namespace() })
		if err == nil && beside && w.snap.At.After(certs[0].NotAfter) && certs[0].VerifyHostname(name) == nil {
			return s.Ref()
		}
	}
	return labs.Object{}
}
