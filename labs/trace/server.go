package trace

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// outsideAnswer: the request went to the address that the client resolved,
// by no rule of the mesh; the answer says whether a server is there.
func (w *walk) outsideAnswer(r *report) {
	to := w.target.host
	if w.dest != "" {
		to = net.JoinHostPort(w.dest, strconv.Itoa(w.target.port))
	}
	r.fact("cluster", passthroughCluster)
	policy := w.strictServer()
	switch a := w.answer; {
	case w.afterLeaving() != nil:
		r.healthy("goes to %s as it is", to)
	case a.Error == "reset" && policy != nil:
		r.broken(policy.Ref(), "the client speaks plain text, the workload wants mutual TLS", "a client with a sidecar", policy.Ref().String()+" says STRICT")
	case !a.Observed:
		r.unknown("goes straight to %s; no answer was seen", to)
	case unconnected(a), a.Error == "timeout":
		r.broken(labs.Object{}, "nobody answers at "+to, "a server there", a.Error)
	default:
		r.healthy("goes straight to %s, by no rule of the mesh", to)
	}
}

// strictServer is the PeerAuthentication for which a client without a sidecar
// is refused, nil when none is.
func (w *walk) strictServer() object {
	svc := w.serviceAt(w.dest)
	if svc == nil || !w.direct {
		return nil
	}
	for _, pod := range w.podsOf(svc.Namespace(), svc.Labels("spec", "selector")) {
		if mode, policy := w.peerTLS(pod, 0); hasSidecar(pod) && mode == "STRICT" {
			return policy
		}
	}
	return nil
}

// serverError: the server behind the last proxy, or its own sidecar, answered
// with an error. That is never six green layers.
func (w *walk) serverError() {
	r, a, u := w.report(labs.LayerDestination), w.whole, w.last()
	if r.Verdict != labs.Healthy {
		return
	}
	for _, l := range w.whole.Logs {
		if l.Inbound && l.Flag != "" {
			w.sidecarError(r, u, l)
			return
		}
	}
	said := fmt.Sprintf("the server itself answers %d", a.Code)
	body := strings.ToLower(a.Body)
	switch {
	case strings.Contains(body, "http request to an https server"), strings.Contains(body, "plain http request was sent to https"):
		w.plainToTLS(r, u)
	case a.Code >= 500:
		r.override(w.serverRef(u), said, "an answer below 500", strings.TrimSpace(fmt.Sprint(a.Code, " ", firstLine(a.Body))))
	case w.preflight():
	case w.request.Refused:
		r.Summary = "refused, as it should be: " + said
	default:
		r.doubt(said + "; whether it should is not for the proxies to say")
	}
}

// sayingPlain is the object that declares the port as plain HTTP; of an entry
// that says better, the route that leads plain HTTP there.
func (w *walk) sayingPlain(u upstream) labs.Object {
	for _, p := range u.entry.Items("spec", "ports") {
		if p.Num("number") == u.port && slices.Contains([]string{"HTTPS", "TLS"}, strings.ToUpper(p.Str("protocol"))) && w.routed != nil {
			return w.routed.Ref()
		}
	}
	return w.addressee(u)
}

// serverRef is what the server is called.
func (w *walk) serverRef(u upstream) labs.Object {
	switch {
	case len(u.pods) > 0:
		return w.ownerOf(u.pods[0])
	case u.entry != nil:
		return u.entry.Ref()
	}
	return u.service.Ref()
}

// sidecarError: the proxy beside the server could not hand the request on, or
// would not.
func (w *walk) sidecarError(r *report, u upstream, l labs.ProxyLog) {
	r.see("log of %s: %s", l.Proxy, l.Line)
	switch {
	case hasFlag(l.Flag, "UF"):
		r.Verdict, r.certain = "", true
		w.handedElsewhere(r, u, l)
		w.refusedPort(r, u)
	default:
		r.override(w.serverRef(u), fmt.Sprintf("the server's sidecar answers %d", l.Code), "an answer of the server", strings.TrimSpace(l.Flag+" "+l.Details))
	}
}

// handedElsewhere: the sidecar hands requests on to a port that the pod does
// not have, because a Sidecar's ingress listener says so.
func (w *walk) handedElsewhere(r *report, u upstream, l labs.ProxyLog) {
	pod := w.index.Get("", "Pod", l.Proxy.Namespace, l.Proxy.Name)
	s, port := w.sidecarOf(pod), portOf(l.Upstream)
	for _, in := range s.Items("spec", "ingress") {
		if to := in.Str("defaultEndpoint"); to != "" && portOf(to) == port && !slices.Contains(containerPorts(pod), port) {
			r.broken(s.Ref(), "the server's sidecar hands requests on to port "+port+", where nobody listens",
				"a defaultEndpoint that the pod listens on: "+quoteAll(containerPorts(pod)), s.Ref().String()+" says "+to)
			return
		}
	}
}

// portOf is the port of an address, "" when it has none.
func portOf(address string) string {
	return address[strings.LastIndex(address, ":")+1:]
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line[:min(len(line), 120)]
}
