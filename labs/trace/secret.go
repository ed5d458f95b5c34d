package trace

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// secret finds the Secret that the certificate should come from, and what
// keeps it from being served.
func (w *walk) secret(r *report) (labs.Object, snapshot.Sealed, *fault) {
	ref, sds := w.secretName()
	if ref.Name == "" {
		return ref, snapshot.Sealed{}, nil
	}
	r.fact("secret", ref.String())
	r.involve(ref)
	w.secretState(r, sds)
	if why := w.missingIn(ref.Namespace, "Secret"); why != "" {
		r.unknown("%s", why)
		return ref, snapshot.Sealed{}, nil
	}
	if ref.Kind != "Secret" {
		return ref, snapshot.Sealed{}, &fault{w.intended.Owner.Ref(), "the certificate reference names a " + ref.Kind, "the name of a Secret", ref.String()}
	}
	o := w.index.Get("", "Secret", ref.Namespace, ref.Name)
	if o == nil {
		r.fact("state", "missing")
		return ref, snapshot.Sealed{}, w.noSecret(ref, "tls.crt and tls.key")
	}
	sealed, ok := snapshot.SealedOf(o)
	if !ok {
		r.unknown("%s was not looked into", ref)
		return ref, sealed, nil
	}
	return ref, sealed, w.unusable(ref, sealed)
}

// secretName is the Secret by the filter chain, or, without one, by the
// Gateway's server that should have made it.
func (w *walk) secretName() (ref labs.Object, sds string) {
	if w.chain != nil && w.chain.TLS != nil {
		for _, name := range w.chain.TLS.Secrets {
			if strings.HasPrefix(name, "kubernetes") {
				return intent.SecretRef(name, w.podNamespace()), name
			}
		}
		return labs.Object{}, ""
	}
	if w.intended != nil && len(w.intended.Secrets) > 0 {
		return w.intended.Secrets[0], ""
	}
	return labs.Object{}, ""
}

func (w *walk) secretState(r *report, sds string) {
	if w.config == nil || sds == "" {
		return
	}
	s, ok := w.config.Secret(sds)
	state := "active"
	switch {
	case !ok:
		state = "missing"
	case s.Warming:
		state = "warming"
	}
	r.fact("state", state)
	r.see("Envoy's secret %s: %s", sds, state)
}

// noSecret: the Secret is not where the gateway looks for it.
func (w *walk) noSecret(ref labs.Object, keys string) *fault {
	f := &fault{culprit: ref, summary: "there is no " + ref.String(), want: ref.String() + " with " + keys, got: "none of that name in " + ref.Namespace}
	if other := w.namesake(ref); other.Name != "" {
		f.got += "; there is " + other.String()
		return f
	}
	for _, o := range w.index.All("", "Secret") {
		if _, close := near(o.Name(), ref.Name); close && o.Namespace() == ref.Namespace && w.intended != nil {
			f.culprit = w.intended.Owner.Ref()
			f.got += "; there is " + o.Ref().String()
			return f
		}
	}
	return f
}

// unusable: what in a Secret keeps Envoy from serving it.
func (w *walk) unusable(ref labs.Object, s snapshot.Sealed) *fault {
	f := &fault{culprit: ref, want: "tls.crt and tls.key that belong together"}
	switch {
	case s.CertificateError != "":
		f.summary, f.got = "the certificate in "+ref.String()+" cannot be read", s.CertificateError
	case s.PrivateKeyError != "":
		f.summary, f.got = "the key in "+ref.String()+" cannot be read", s.PrivateKeyError
	case s.CertificateKey == "" || s.PrivateKey == "":
		f.summary, f.got = ref.String()+" lacks a certificate or key", "keys "+quoteAll(s.Keys)
	case !s.KeyFits():
		f.summary = "key and certificate in " + ref.String() + " do not belong together"
		f.got = fmt.Sprintf("public key of tls.crt %.12s…, of tls.key %.12s… (SHA-256)", s.CertificateKey, s.PrivateKey)
	case w.asksForCA() && w.clientCA(ref, s) != nil:
		return w.clientCA(ref, s)
	case w.withdrawn != "":
		f.summary, f.got = "the Gateway's certificate reference is refused", w.withdrawn
		f.want, f.culprit = "a reference to a Secret that the Gateway may use", w.intended.Owner.Ref()
	default:
		return nil
	}
	return f
}

// asksForCA says whether the server needs a CA for clients: also where they may
// come without a certificate.
func (w *walk) asksForCA() bool {
	return w.asksClient() || w.chain != nil && w.chain.TLS != nil && w.chain.TLS.CA != "" && w.intended != nil && w.intended.Mode == "OPTIONAL_MUTUAL"
}

// caSuffix is of Secrets with the CA for a credential.
const caSuffix = "-cacert"

// clientCA looks for the CA of client certificates in the Secret that Envoy
// asks for; without one NAME-cacert the credential NAME itself has it. It
// returns what is wrong with it, nil when nothing is.
func (w *walk) clientCA(ref labs.Object, s snapshot.Sealed) *fault {
	if w.intended != nil && !w.intended.Classic {
		return nil // the Gateway API takes it from a ConfigMap
	}
	own := labs.Object{Kind: "Secret", Namespace: ref.Namespace, Name: ref.Name + caSuffix}
	if w.chain != nil && w.chain.TLS != nil && strings.HasPrefix(w.chain.TLS.CA, "kubernetes") {
		own = intent.SecretRef(w.chain.TLS.CA, w.podNamespace())
	}
	o := w.index.Get("", "Secret", own.Namespace, own.Name)
	if o == nil && own.Name != ref.Name+caSuffix {
		return w.noSecret(own, "ca.crt")
	}
	if o == nil && s.CA != "" {
		return nil
	}
	f := &fault{culprit: ref, summary: "no CA for client certificates in " + ref.String(),
		want: "ca.crt in it, or " + own.String(), got: "keys " + quoteAll(s.Keys)}
	if o == nil {
		return f
	}
	if sealed, ok := snapshot.SealedOf(o); ok && sealed.CA == "" {
		f.culprit, f.summary = own, "no CA for client certificates in "+own.String()
		f.want, f.got = "a key ca.crt or cacert in it", "keys "+quoteAll(sealed.Keys)
		return f
	}
	return nil
}
