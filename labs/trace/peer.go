package trace

import (
	"net"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// rootNamespace is where mesh-wide policy lives.
const rootNamespace = "istio-system"

// hasSidecar says whether a proxy takes the pod's traffic.
func hasSidecar(pod object) bool { return snapshot.ProxyRole(pod) == labs.RoleSidecar }

// peerTLS is the mutual TLS mode that a pod's proxy wants on a port, and the
// PeerAuthentication that says so: the pod's own, the namespace's, the mesh's;
// of several of one scope the oldest counts. A port has a mode of its own only
// in a policy that selects pods.
func (w *walk) peerTLS(pod object, port int) (mode string, policy object) {
	labels := pod.Labels("metadata", "labels")
	scopes := make([]object, 3)
	for _, p := range w.index.All(istioSecurity, "PeerAuthentication") {
		selector := p.Labels("spec", "selector", "matchLabels")
		scope := -1
		switch {
		case !w.heeded(p):
		case p.Namespace() == pod.Namespace() && snapshot.Selects(selector, labels):
			scope = 0
		case p.Namespace() == pod.Namespace() && len(selector) == 0:
			scope = 1
		case p.Namespace() == rootNamespace && len(selector) == 0:
			scope = 2
		}
		if scope >= 0 && (scopes[scope] == nil || age(p) < age(scopes[scope])) {
			scopes[scope] = p
		}
	}
	for scope, p := range scopes {
		modes := []string{p.Str("spec", "mtls", "mode")}
		if scope == 0 {
			modes = append([]string{p.Str("spec", "portLevelMtls", strconv.Itoa(port), "mode")}, modes...)
		}
		for _, m := range modes {
			if m != "" && m != "UNSET" {
				return m, p
			}
		}
	}
	return "UNSET", nil
}

// judgePeer compares how Envoy speaks to the cluster with what each of the
// pods behind it wants to hear.
func (w *walk) judgePeer(r *report, u upstream) {
	for _, pod := range u.pods {
		w.judgePod(r, u, pod)
	}
	for _, pod := range u.pods {
		if why := w.unseenPeer(pod); why != "" {
			r.unknown("%s", why)
		}
	}
}

// unseenPeer is why it is not known what a pod wants to hear, "" when it is: it
// has no proxy, or a policy of its own namespace says so, which goes before the
// mesh's.
func (w *walk) unseenPeer(pod object) string {
	if why := w.missingIn(pod.Namespace(), "PeerAuthentication", "DestinationRule"); why != "" {
		return why
	}
	if _, policy := w.peerTLS(pod, 0); policy != nil || !hasSidecar(pod) {
		return ""
	}
	return w.missingIn(rootNamespace, "PeerAuthentication")
}

func (w *walk) judgePod(r *report, u upstream, pod object) {
	mode, sidecar := u.cluster.Mode(), hasSidecar(pod)
	want, policy := w.peerTLS(pod, w.podPort(u, pod))
	if policy != nil {
		r.see("%s: mTLS %s for %s", policy.Ref(), want, pod.Ref())
		r.involve(policy.Ref())
	}
	culprit := u.rule.Ref()
	switch {
	case sidecar && want == "STRICT" && (mode == "DISABLE" || mode == "SIMPLE" || mode == "MUTUAL"):
		if exempt := policy.Str("spec", "portLevelMtls", strconv.Itoa(u.port), "mode"); u.rule == nil || exempt != "" && exempt != "STRICT" {
			culprit = policy.Ref() // it may mean this port, and calls it by the number of the Service
		}
		r.broken(culprit, "the proxy speaks "+tlsWords(mode)+", the workload wants mutual TLS",
			"mutual TLS of the mesh: "+policy.Ref().String()+" says STRICT", w.modeSource(u, mode))
	case sidecar && want == "DISABLE" && mode == "ISTIO_MUTUAL":
		if strings.HasPrefix(u.rule.Str("spec", "host"), "*") && policy.Has("spec", "selector") {
			culprit = policy.Ref() // what is said of one workload is the exception, not what is said of all hosts
		}
		r.broken(culprit, "the proxy speaks mutual TLS, the workload's proxy expects plain text",
			"plain text: "+policy.Ref().String()+" says DISABLE", w.modeSource(u, mode))
	case !sidecar && !runsGateway(pod) && mode == "ISTIO_MUTUAL":
		r.broken(culprit, "the proxy speaks mutual TLS to a pod without a proxy",
			"plain text: "+pod.Ref().String()+" has no sidecar", w.modeSource(u, mode))
	}
}

// podPort is the port of a pod that the cluster's endpoints name.
func (w *walk) podPort(u upstream, pod object) int {
	for _, e := range w.addresses(u) {
		if host, port, err := net.SplitHostPort(e); err == nil && host == pod.Str("status", "podIP") {
			n, _ := strconv.Atoi(port)
			return n
		}
	}
	return 0
}

func (w *walk) modeSource(u upstream, mode string) string {
	if u.rule == nil {
		return "TLS mode " + mode
	}
	return u.rule.Ref().String() + " says tls mode " + mode
}
