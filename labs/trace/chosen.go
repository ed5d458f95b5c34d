package trace

import (
	"crypto/x509"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// mischosen: a certificate is served that the client refuses, and one that it
// would take is there. To blame is then what names the one in place of the
// other: where another name's certificate is served, and one of the right name
// lies beside it; where one Gateway has the host twice, with a certificate each.
func (w *walk) mischosen(f *fault, secret labs.Object, served *x509.Certificate) {
	if w.intended == nil || secret.Name == "" {
		return
	}
	if served.VerifyHostname(w.target.host) != nil {
		for _, o := range w.index.All("", "Secret") {
			if o.Namespace() == secret.Namespace && w.good(o) {
				f.culprit = w.intended.Owner.Ref()
				f.got += "; " + o.Ref().String() + " is for it"
				return
			}
		}
		return
	}
	for _, s := range w.servers {
		if !w.hangs(s) || s.Port != w.target.port || s.covers(w.target.name()) != match.Exact {
			continue
		}
		for _, ref := range s.Secrets {
			if ref.Namespace == "" {
				ref.Namespace = w.podNamespace()
			}
			if ref != secret && w.good(w.index.Get("", "Secret", ref.Namespace, ref.Name)) {
				f.culprit = s.ref
				f.got += "; " + s.ref.String() + " has the host once more, with " + ref.String()
				return
			}
		}
	}
}

// good says whether a Secret holds a certificate of the host that is valid now.
func (w *walk) good(secret object) bool {
	sealed, _ := snapshot.SealedOf(secret)
	certs, err := snapshot.Certificates([]byte(sealed.Certificate))
	return err == nil && certs[0].VerifyHostname(w.target.host) == nil && w.snap.At.Before(certs[0].NotAfter) && w.snap.At.After(certs[0].NotBefore)
}

// clientCASource is where the CA of client certificates comes from: a Secret,
// or a ConfigMap that the Gateway of the Gateway API names.
func (w *walk) clientCASource() labs.Object {
	if w.intended != nil && !w.intended.Classic {
		return intent.FrontendCA(w.intended.Gateway, w.intended.Port)
	}
	if w.chain == nil || w.chain.TLS == nil || !strings.HasPrefix(w.chain.TLS.CA, "kubernetes") {
		return labs.Object{}
	}
	ref := intent.SecretRef(w.chain.TLS.CA, w.podNamespace())
	if w.index.Get("", "Secret", ref.Namespace, ref.Name) == nil {
		ref.Name = strings.TrimSuffix(ref.Name, caSuffix)
	}
	return ref
}
