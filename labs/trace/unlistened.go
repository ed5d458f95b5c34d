package trace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/intent"
)

// noListener explains a port that Envoy does not listen on.
func (w *walk) noListener(r *report) {
	if w.refusedListener(r) || w.refusedSet(r) {
		return
	}
	port := w.target.port
	got := fmt.Sprintf("Envoy listens on %s", quoteAll(w.openPorts()))
	if w.targetPort == 0 {
		r.unknown("the port behind the Service is not known")
		return
	}
	if w.badCertificate() {
		// The cause is the certificate, the closed port its consequence.
		r.see("Envoy does not listen on %d: %s", w.targetPort, w.withdrawn)
		r.healthy("listener %q of %s is declared for this host; withdrawn from Envoy because of its certificate",
			w.intended.Name, w.intended.Owner.Ref())
		return
	}
	want := fmt.Sprintf("a Gateway with a server for %s on port %d", w.target.name(), port)
	if why := w.lacking(); why != "" {
		r.see("%s", why)
	}
	culprit, why := w.blameGateway()
	if why != "" {
		got = why + "; " + got
	}
	r.broken(culprit, fmt.Sprintf("Envoy does not listen on %d", w.targetPort), want, got)
}

func (w *walk) openPorts() []string {
	var out []string
	for _, l := range w.config.Listeners {
		if !l.Static {
			out = append(out, strconv.Itoa(l.Port))
		}
	}
	return out
}

// noChain explains a listener none of whose chains takes the connection.
func (w *walk) noChain(r *report, l envoy.Listener) {
	if w.refusedListener(r) || w.refusedSet(r) {
		return
	}
	if w.badCertificate() {
		r.see("no filter chain for it: %s", w.withdrawn)
		r.healthy("listener %q of %s is declared for this host; withdrawn from Envoy because of its certificate",
			w.intended.Name, w.intended.Owner.Ref())
		return
	}
	asked := "plain HTTP"
	if w.target.tls {
		asked = "SNI \"" + w.target.sni + "\""
		if w.target.sni == "" {
			asked = "a connection without SNI"
		}
	}
	if why := w.lacking(); why != "" {
		r.see("%s", why)
	}
	culprit, why := w.blameGateway()
	got := strings.Join(chainLines(l), "; ")
	if why != "" {
		got = why + "; " + got
	}
	r.broken(culprit, fmt.Sprintf("%s:%d has no filter chain for %s", l.Address, l.Port, asked),
		fmt.Sprintf("a filter chain for %s on port %d", asked, w.target.port), got)
}

// badCertificate says whether the Gateway API withdrew the intended listener
// because of its certificate, and notes why.
func (w *walk) badCertificate() bool {
	if w.intended == nil || w.intended.Classic {
		return false
	}
	for _, kind := range []string{"ResolvedRefs", "Accepted"} {
		c := condition(w.intended.Status, kind)
		if c.Str("status") != "False" {
			continue
		}
		switch c.Str("reason") {
		case "InvalidCertificateRef", "RefNotPermitted", "InvalidCACertificateRef", "NoValidCACertificate":
			w.withdrawn = c.Str("message")
			return true
		}
	}
	return false
}

// blameGateway finds the object that should have made a listener or chain
// for the request, and why it did not.
func (w *walk) blameGateway() (labs.Object, string) {
	if s := w.intended; s != nil {
		return w.blameIntended(*s)
	}
	var culprit labs.Object
	top, why := 0, ""
	open := slices.ContainsFunc(w.servers, func(s server) bool { return s.selects && s.Port == w.target.port })
	for _, s := range w.servers {
		if score, reason := w.guilt(s, open); score > top {
			culprit, top, why = s.ref, score, reason
		}
	}
	if top == 0 {
		if c := w.bestCandidate(); c != nil && len(c.why) > 0 {
			return c.culprit(), c.String()
		}
	}
	return culprit, why
}

// guilt is how likely it is that a server was meant to take the request, and
// why it does not; open says that some server has the port.
func (w *walk) guilt(s server, open bool) (score int, why string) {
	name := w.target.name()
	fits := s.covers(name)
	covers := fits > 0 || fits == 0 && !s.selects
	switch {
	case covers && !s.selects && s.Port == w.target.port:
		return 50, s.ref.String() + " " + w.whyNotSelected(s)
	case fits >= 0 && s.unplaced() != "":
		return 45, s.ref.String() + " is on no pods: " + s.unplaced()
	case covers && s.selects && s.TLS() == w.target.tls:
		return 40, fmt.Sprintf("%s serves it on port %d", s.ref, s.Port)
	case s.selects && s.Port == w.target.port && s.TLS() == w.target.tls:
		for _, h := range s.Hosts {
			nearness := max(1, 20-distance(h, name))
			if _, close := near(h, name); close {
				nearness += 10
			}
			score = max(score, nearness)
		}
		return score, fmt.Sprintf("%s: hosts %s", s.ref, quoteAll(s.Hosts))
	case covers && s.selects:
		return 30, fmt.Sprintf("%s serves it on port %d as %s", s.ref, s.Port, s.Mode)
	case s.selects && fits == 0 && !open && s.TLS() == w.target.tls:
		return 25, fmt.Sprintf("%s serves every host on port %d", s.ref, s.Port)
	}
	return 0, ""
}

// whyNotSelected tells why a Gateway is not for the gateway's pods.
func (w *walk) whyNotSelected(s server) string {
	if s.Classic {
		return "selects " + selectorText(s.Owner.Labels("spec", "selector"))
	}
	if class := s.Owner.Str("spec", "gatewayClassName"); w.index.Get(gatewayAPI, "GatewayClass", "", class) == nil && w.missing("GatewayClass") == "" {
		return fmt.Sprintf("is of class %q, which does not exist", class)
	}
	if c := condition(s.Owner.Items("status", "conditions"), "Accepted"); c != nil && c.Str("status") != "True" {
		return fmt.Sprintf("is not accepted: %s: %s", c.Str("reason"), c.Str("message"))
	}
	return "runs on other pods"
}

// blameIntended explains why a server that names the host and port of this
// gateway has no chain: passthrough without a TLS route, a listener that the
// Gateway API refused, or a server that Istio skipped.
func (w *walk) blameIntended(s server) (labs.Object, string) {
	for _, kind := range []string{"Accepted", "Conflicted", "Programmed", "ResolvedRefs"} {
		c := condition(s.Status, kind)
		bad := c.Str("status") == "False"
		if kind == "Conflicted" {
			bad = c.Str("status") == "True"
		}
		if c != nil && bad {
			return s.ref, fmt.Sprintf("listener %q of %s: %s %s: %s", s.Name, s.ref, kind, c.Str("reason"), c.Str("message"))
		}
	}
	if s.Mode == "TCP" && (s.Name == "" || !w.tcpRouted(s)) {
		return s.ref, fmt.Sprintf("%s declares port %d as TCP, where http rules do not count", s.ref, s.Port)
	}
	if s.Mode == "AUTO_PASSTHROUGH" && !w.target.mesh {
		return s.ref, fmt.Sprintf("%s declares port %d as AUTO_PASSTHROUGH, which is for the server names of sidecars", s.ref, s.Port)
	}
	if s.Passthrough() || s.Mode == "TCP" {
		if c := w.bestCandidate(); c != nil {
			return c.culprit(), c.String()
		}
		return s.ref, "no TLS route for it is attached to " + s.ref.String()
	}
	if s.TLS() != w.target.tls {
		return s.ref, fmt.Sprintf("%s declares port %d as %s", s.ref, s.Port, s.Mode)
	}
	return s.ref, fmt.Sprintf("%s asks for it, Envoy was not given it", s.ref)
}

// tcpRouted says whether a VirtualService of the server's Gateway, or a
// TCPRoute, has rules for plain TCP.
func (w *walk) tcpRouted(s server) bool {
	for _, v := range w.index.All(istioNetworking, "VirtualService") {
		for _, g := range v.Strs("spec", "gateways") {
			if intent.Qualify(g, v.Namespace()) == s.Owner.Namespace()+"/"+s.Owner.Name() && v.Has("spec", "tcp") {
				return true
			}
		}
	}
	return !s.Classic
}

// refusedSet: the listener is one of a ListenerSet that its Gateway does not
// take; only the Gateway can let it in.
func (w *walk) refusedSet(r *report) bool {
	if w.intended == nil || !strings.HasSuffix(w.intended.Owner.Kind(), "ListenerSet") {
		return false
	}
	set := w.intended.Owner
	c := condition(set.Items("status", "conditions"), "Accepted")
	if c == nil || c.Str("status") == "True" {
		return false
	}
	culprit := set.Ref()
	if blame, why := intent.AdmitsSet(w.index, set); why != "" {
		culprit = blame
	} else if w.badCertificate() {
		return false // a set none of whose listeners is sound is not accepted: the certificate tells why
	}
	r.broken(culprit, set.Ref().String()+" is not accepted by its Gateway", "a Gateway whose allowedListeners take it", c.Str("reason")+": "+c.Str("message"))
	r.certain = true
	return true
}

// proxyProtocol: the listener waits for a PROXY header that this client does
// not send; the answer shows it.
func (w *walk) proxyProtocol(r *report, l envoy.Listener) bool {
	asks := slices.ContainsFunc(l.Filters, func(f string) bool { return strings.Contains(f, "proxy_protocol") })
	if !asks || !w.answer.Observed || w.answer.Error == "" {
		return false
	}
	r.broken(w.patcher("LISTENER", "LISTENER_FILTER").Ref(), l.Name+" expects the PROXY protocol, which the client does not speak",
		"a client or load balancer that sends a PROXY header, or a listener without it", "listener filter proxy_protocol")
	return true
}
