package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
)

// missingUpstreamSecret: the client certificate or CA for the upstream never
// reached Envoy.
func (w *walk) missingUpstreamSecret(r *report, u upstream) bool {
	if u.cluster.TLS == nil {
		return false
	}
	for _, name := range append(slices.Clone(u.cluster.TLS.Secrets), u.cluster.TLS.CA) {
		if !strings.HasPrefix(name, "kubernetes") && !strings.HasPrefix(name, "invalid") && !strings.HasPrefix(name, "file-") {
			continue
		}
		if s, ok := w.config.Secret(name); !ok || s.Warming {
			w.notDelivered(r, u, name)
			return true
		}
	}
	return false
}

// notDelivered names what should hold a certificate or CA for the upstream:
// the Secret, where there is none of its name; else the object that refers to
// it, also where the Secret lies in a namespace that the proxy does not look in.
func (w *walk) notDelivered(r *report, u upstream, name string) {
	ref := intent.SecretRef(strings.TrimSuffix(name, "-cacert"), w.podNamespace())
	culprit, got := ref, "there is none"
	if w.backendTLS(u) != nil || !strings.HasPrefix(name, "kubernetes") || w.index.Get("", "Secret", ref.Namespace, ref.Name) != nil {
		culprit, got = w.originates(u), "Envoy was not given it"
	} else if other := w.namesake(ref); other.Name != "" {
		culprit, got = w.originates(u), "none of that name in "+ref.Namespace+"; there is "+other.String()
	} else if u.rule != nil && w.missingIn(ref.Namespace, "Secret") != "" {
		got = "whether it is there is not known"
	}
	want := ref.String()
	if path, file := strings.CutPrefix(strings.TrimPrefix(name, "file-root:"), "file-cert:"); file || path != name {
		want, got = "the file "+path+" in the proxy's pod", "it cannot be read there"
	}
	r.broken(culprit, "Envoy has no certificate or CA for the upstream", want, got)
}

// namesake is a Secret of the same name in another namespace.
func (w *walk) namesake(ref labs.Object) labs.Object {
	for _, o := range w.index.All("", "Secret") {
		if o.Name() == ref.Name && o.Namespace() != ref.Namespace {
			return o.Ref()
		}
	}
	return labs.Object{}
}

// clientSecret is where the certificate comes from that the proxy shows to the
// upstream.
func (w *walk) clientSecret(u upstream) labs.Object {
	for _, name := range u.cluster.TLS.Secrets {
		if strings.HasPrefix(name, "kubernetes") {
			return intent.SecretRef(name, w.podNamespace())
		}
	}
	return w.originates(u)
}
