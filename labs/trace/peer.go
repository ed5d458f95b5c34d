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

// rootNamespace is where mesh-wide policy lives.
const rootNamespace = "istio-system"

// hasSidecar says whether a proxy takes the pod's traffic.
func hasSidecar(pod object) bool { return snapshot.ProxyRole(pod) == labs.RoleSidecar }

// peerTLS is the mutual TLS mode that a pod's proxy wants of its peers, and
// the PeerAuthentication that says so: the pod's own, the namespace's, the
// mesh's.
func (w *walk) peerTLS(pod object) (mode string, policy object) {
	labels := pod.Labels("metadata", "labels")
	scope := -1
	mode = "UNSET"
	for _, p := range w.index.All(istioSecurity, "PeerAuthentication") {
		selector := p.Labels("spec", "selector", "matchLabels")
		s := -1
		switch {
		case p.Namespace() == pod.Namespace() && snapshot.Selects(selector, labels):
			s = 2
		case p.Namespace() == pod.Namespace() && len(selector) == 0:
			s = 1
		case p.Namespace() == rootNamespace && len(selector) == 0:
			s = 0
		}
		if m := p.Str("spec", "mtls", "mode"); s > scope && m != "" && m != "UNSET" {
			scope, mode, policy = s, m, p
		}
	}
	return mode, policy
}

// ruleFor finds the DestinationRule for a host as a gateway sees it: in its
// own namespace, the Service's, the root.
func (w *walk) ruleFor(host string) object {
	if host == "" {
		return nil
	}
	var serviceNamespace string
	if f := strings.Split(host, "."); len(f) > 1 {
		serviceNamespace = f[1]
	}
	for _, ns := range []string{w.podNamespace(), serviceNamespace, rootNamespace} {
		for _, d := range w.index.All(istioNetworking, "DestinationRule") {
			h := d.Str("spec", "host")
			if !strings.Contains(h, ".") {
				h += "." + d.Namespace() + ".svc.cluster.local"
			}
			if d.Namespace() == ns && specificity(h, host) >= 0 {
				return d
			}
		}
	}
	return nil
}

// judgePeer compares how Envoy speaks to the cluster with what the pods
// behind it want to hear.
func (w *walk) judgePeer(r *report, u upstream) {
	if len(u.pods) == 0 {
		return
	}
	pod, mode := u.pods[0], u.cluster.Mode()
	if why := w.missing("PeerAuthentication", "DestinationRule"); why != "" {
		r.unknown("%s", why)
		return
	}
	sidecar := hasSidecar(pod)
	want, policy := w.peerTLS(pod)
	if policy != nil {
		r.see("%s: mTLS %s for %s", policy.Ref(), want, pod.Ref())
		r.involve(policy.Ref())
	}
	culprit := u.rule.Ref()
	switch {
	case sidecar && want == "STRICT" && (mode == "DISABLE" || mode == "SIMPLE" || mode == "MUTUAL"):
		if u.rule == nil {
			culprit = policy.Ref()
		}
		r.broken(culprit, "the gateway speaks "+tlsWords(mode)+", the workload wants mutual TLS",
			"mutual TLS of the mesh: "+policy.Ref().String()+" says STRICT", w.modeSource(u, mode))
	case !sidecar && mode == "ISTIO_MUTUAL":
		r.broken(culprit, "the gateway speaks mutual TLS to a pod without a proxy",
			"plain text: "+pod.Ref().String()+" has no sidecar", w.modeSource(u, mode))
	}
}

func (w *walk) modeSource(u upstream, mode string) string {
	if u.rule == nil {
		return "TLS mode " + mode
	}
	return u.rule.Ref().String() + " says tls mode " + mode
}

// judgeTransport reads from the answer how the connection to the upstream
// went, where the objects alone do not tell.
func (w *walk) judgeTransport(r *report, u upstream) {
	a := w.answer
	if !a.Observed {
		return
	}
	switch text := a.Details + " " + a.LogLine; {
	case w.passesThrough() && a.Error == "tls: not TLS":
		r.broken(u.service.Ref(), "TLS passes through to a port that does not speak TLS",
			"a backend port that speaks TLS", u.name+" answers in plain text")
	case strings.Contains(text, "TLS_error"):
		w.tlsFailed(r, u, text)
	case strings.Contains(text, "Connection_refused") || hasFlag(a.Flag, "UF"):
		w.refusedPort(r, u)
	case hasFlag(a.Flag, "UO"):
		r.broken(u.rule.Ref(), "the connection pool is full", "room for the request", "overflow")
	}
}

func hasFlag(flags, flag string) bool { return slices.Contains(strings.Split(flags, ","), flag) }

func (w *walk) tlsFailed(r *report, u upstream, text string) {
	_, reason, _ := strings.Cut(text, "TLS_error")
	reason, _, _ = strings.Cut(reason, ":TLS_error_end")
	reason, _, _ = strings.Cut(strings.Trim(reason, ":|\" "), "}")
	culprit := u.rule.Ref()
	if u.rule == nil {
		culprit = u.service.Ref()
	}
	if w.missingUpstreamSecret(r, u) {
		return
	}
	r.broken(culprit, "TLS to the upstream fails", "a handshake with "+u.name, w.modeSource(u, u.cluster.Mode())+": "+reason)
}

// missingUpstreamSecret: the client certificate or CA for the upstream never
// reached Envoy.
func (w *walk) missingUpstreamSecret(r *report, u upstream) bool {
	if u.cluster.TLS == nil {
		return false
	}
	for _, name := range append(slices.Clone(u.cluster.TLS.Secrets), u.cluster.TLS.CA) {
		if !strings.HasPrefix(name, "kubernetes") {
			continue
		}
		if s, ok := w.config.Secret(name); !ok || s.Warming {
			ref := secretRef(strings.TrimSuffix(name, "-cacert"), w.podNamespace())
			r.broken(ref, "Envoy has no "+ref.String()+" for the upstream", "the Secret in the gateway's namespace", "not delivered")
			return true
		}
	}
	return false
}

// refusedPort: nobody listens at an endpoint. A target port that the pod does
// not declare is the Service's fault, else the workload's.
func (w *walk) refusedPort(r *report, u upstream) {
	list := w.addresses(u)
	if len(list) == 0 {
		return
	}
	_, port, err := net.SplitHostPort(list[0])
	if err != nil || len(u.pods) == 0 {
		r.broken(u.rule.Ref(), "connections to "+list[0]+" fail", "a listening endpoint", w.answer.Details)
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
